import { VelumError } from "../../base/error.js";
import { toTensor } from "../../base/tensor.js";
import { Fill } from "../../quantize/transforms/fill.js";
import { type Matrix, type Rows, toMatrix } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import { Transformer } from "./transformer.js";

/** Settings of a `SimpleImputer`. */
export interface SimpleImputerParams {
  /** The number that stands for a missing value; `null` (default): NaN. */
  readonly missingValues: number | null;
  /** Of the values that are there; `"most_frequent"`: the least of equally frequent ones. Default `"mean"`. */
  readonly strategy: "mean" | "median" | "most_frequent" | "constant";
  /** For `"constant"`. Default 0. */
  readonly fillValue: number;
}

/** Puts a number of the training data where a value is missing. */
export class SimpleImputer extends Transformer<SimpleImputerParams, Fill> {
  constructor(params: Partial<SimpleImputerParams> = {}) {
    super("SimpleImputer", { missingValues: null, strategy: "mean", fillValue: 0 }, params);
  }

  /** What stands where a value is missing, `[features]`. Errors: `not-fitted`. */
  get statistics(): Float64Array {
    return this.step.values;
  }

  /** NaN passes here, unless another number stands for a missing value. */
  protected override read(x: Rows, path: string): Matrix {
    if (this.getParams().missingValues !== null) return toMatrix(x, path);
    const tensor = toTensor(x, path);
    const known = tensor.data.map((v) => (Number.isNaN(v) ? 0 : v));
    return { ...toMatrix({ shape: tensor.shape, data: known }, path), data: tensor.data };
  }

  protected override learn({ rows, columns, data }: Matrix): Fill {
    const { missingValues, strategy, fillValue } = this.getParams();
    const check = new ParamChecks(this.name);
    if (missingValues !== null && !Number.isFinite(missingValues)) {
      throw check.bad("missingValues", missingValues, "Pass a finite number, or null for NaN");
    }
    const isMissing = (value: number) =>
      missingValues === null ? Number.isNaN(value) : value === missingValues;
    check.oneOf("strategy", strategy, ["mean", "median", "most_frequent", "constant"]);
    const values = Array.from({ length: columns }, (_, j) => {
      if (strategy === "constant") return fillValue;
      const known: number[] = [];
      for (let i = 0; i < rows; i++) {
        const value = data[i * columns + j] ?? 0;
        if (!isMissing(value)) known.push(value);
      }
      if (known.length === 0) throw nothingKnown(`${this.name}.fit X column ${j}`);
      known.sort((a, b) => a - b);
      if (strategy === "mean") return known.reduce((sum, v) => sum + v, 0) / known.length;
      return strategy === "median" ? median(known) : mostFrequent(known);
    });
    return new Fill(values, missingValues);
  }
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? 0)) / 2;
}

function mostFrequent(sorted: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of sorted) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

function nothingKnown(path: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: "is missing in every row",
    cure: 'Drop the feature, or use strategy "constant"',
  });
}
