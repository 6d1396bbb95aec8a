import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import {
  type ComparisonRule,
  columnMaximum,
  columnValue,
  type FeatureColumn,
  readComparisonRule,
} from "./feature-columns.js";
import type { InputQuantizer } from "./input-quantizer.js";
import { corruptPart, fieldsOf, isCount, isFiniteList, isFiniteNumber } from "./json-checks.js";

/** The JSON form. */
export interface ColumnQuantizerForm {
  readonly kind: "column-quantizer";
  readonly features: number;
  readonly rule: ComparisonRule;
  readonly columns: readonly FeatureColumn[];
}

/**
 * Turns features into the whole numbers that decision trees ask: places among thresholds, categories, points of a grid. One feature
 * may give several, or none. It compares exactly as the trees' library does. Immutable.
 */
export class ColumnQuantizer implements InputQuantizer {
  readonly features: number;
  readonly rule: ComparisonRule;
  readonly columns: readonly FeatureColumn[];

  constructor(features: number, rule: ComparisonRule, columns: readonly FeatureColumn[]) {
    this.features = features;
    this.rule = rule;
    this.columns = columns;
  }

  /** Greatest number of each column; the least is 0. */
  get maxima(): number[] {
    return this.columns.map(columnMaximum);
  }

  /**
   * `[..., features]` to `[..., columns]`. Error `not-a-number`, with row and column, for infinities and for NaN where the trees know no
   * missing values.
   */
  quantize(x: Tensor, path = "X"): Tensor {
    const { features, rule, columns } = this;
    for (const [at, value] of x.data.entries()) {
      if (Number.isFinite(value) || (Number.isNaN(value) && rule.missing !== "none")) continue;
      throw noNumber(value, path, Math.floor(at / features), at % features);
    }
    const rows = x.data.length / features;
    const data = new Float64Array(rows * columns.length);
    for (let row = 0; row < rows; row++) {
      for (const [at, column] of columns.entries()) {
        const value = x.data[row * features + column.feature] ?? 0;
        data[row * columns.length + at] = columnValue(column, rule, value);
      }
    }
    return { shape: [...x.shape.slice(0, -1), columns.length], data };
  }

  toJSON(): ColumnQuantizerForm {
    const { features, rule, columns } = this;
    return { kind: "column-quantizer", features, rule, columns };
  }

  /** Reads what `toJSON` gave, from a file that nobody vouches for. Errors: `file-corrupt`. */
  static fromJSON(value: unknown, path: string): ColumnQuantizer {
    const { kind, features, rule, columns } = fieldsOf(value);
    if (kind !== "column-quantizer" || !isCount(features) || !Array.isArray(columns)) {
      throw corruptPart(path, "is no list of columns");
    }
    const read = columns.map((column: unknown) => readColumn(column, features));
    const good = read.filter((column) => column !== undefined);
    if (good.length !== read.length) throw corruptPart(path, "has a column that is none");
    const known = readComparisonRule(rule);
    if (known === undefined) throw corruptPart(path, "has no rule of comparison");
    return new ColumnQuantizer(features, known, good);
  }
}

function readColumn(value: unknown, features: number): FeatureColumn | undefined {
  const fields = fieldsOf(value);
  const { kind, feature, missing } = fields;
  if (typeof feature !== "number" || !Number.isInteger(feature)) return undefined;
  if (feature < 0 || feature >= features) return undefined;
  if (kind === "index") {
    const { thresholds } = fields;
    if (!isFiniteList(thresholds) || !ascends(thresholds)) return undefined;
    return missing === "low" || missing === "high"
      ? { kind, feature, thresholds, missing }
      : undefined;
  }
  if (kind === "category") {
    const { categories, right } = fields;
    if (!isFiniteList(categories) || (right !== "listed" && right !== "others")) return undefined;
    return missing === 0 || missing === 1
      ? { kind, feature, categories, right, missing }
      : undefined;
  }
  const { low, step, bits } = fields;
  if (kind !== "grid" || !isFiniteNumber(low) || !isFiniteNumber(step)) return undefined;
  if (step <= 0 || !isCount(bits) || bits > 16) return undefined;
  if (missing !== undefined && missing !== "low" && missing !== "high") return undefined;
  return { kind, feature, low, step, bits, ...(missing === undefined ? {} : { missing }) };
}

function ascends(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value > (values[i - 1] ?? value));
}

function noNumber(value: number, path: string, row: number, column: number): VelumError {
  return new VelumError({
    code: "not-a-number",
    path: `${path} row ${row}, column ${column}`,
    problem: Number.isNaN(value) ? "is NaN, and the trees know no missing values" : "is infinite",
    cure: "Replace it by a number, or drop the row",
  });
}
