import { VelumError } from "../../base/error.js";
import { CategoryQuantizer } from "../../quantize/category-quantizer.js";
import type { Matrix } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import type { BoostLoss } from "./boost-losses.js";
import { type BoostSettings, boostTables } from "./boost-tables.js";
import { checkTableBits, type RealTables, type TableBits, tableBitsOf } from "./real-tables.js";

/** Settings of additive models. */
export interface AdditiveParams extends BoostSettings {
  /** Bits of the features' bins (1 to 8) and of the tables' entries (2 to 12). Default 5 and 8. */
  readonly nBits: number | TableBits;
}

export const defaultAdditiveParams: AdditiveParams = {
  nBits: { inputs: 5, values: 8 },
  nEstimators: 100,
  learningRate: 0.1,
  regLambda: 1,
  minChildWeight: 2,
};

/** Bins each feature at quantiles of `x` and boosts one function a feature. */
export function fitAdditive(
  x: Matrix,
  y: Float64Array,
  rowWeights: Float64Array,
  loss: BoostLoss,
  params: AdditiveParams,
): RealTables {
  const quantizer = quantileBins(x, 2 ** tableBitsOf(params.nBits).inputs);
  const q = quantizer.quantize(x).data;
  const places = Array.from({ length: x.columns }, (_, j) =>
    q.filter((_v, i) => i % x.columns === j),
  );
  const counts = places.map((_, j) => quantizer.places(j));
  return { quantizer, ...boostTables({ places, counts, y, rowWeights, loss }, params) };
}

/** One feature's function by bins. */
export interface FeatureShape {
  /** Upper bounds of all bins but the last. */
  readonly bounds: Float64Array;
  /** One value a bin. */
  readonly values: Float64Array;
}

/** The function of feature `j` in output `k`. Errors: `out-of-range`; `path` names the caller. */
export function shapeOf(
  { quantizer, tables }: RealTables,
  j: number,
  k: number,
  path: string,
): FeatureShape {
  const values = tables[k]?.[j];
  if (values === undefined) {
    throw new VelumError({
      code: "out-of-range",
      path,
      problem: `there is no feature ${j} or no output ${k}`,
      limit: `${tables[0]?.length ?? 0} features, ${tables.length} outputs`,
      actual: `${j}, ${k}`,
      cure: "Count features and outputs from 0",
    });
  }
  const bounds = "marks" in quantizer ? quantizer.marks[j] : undefined;
  return { bounds: bounds ?? new Float64Array(), values };
}

/** Mean size of each feature's functions over the rows of `x` and the outputs: how much it moves scores. `[features]` */
export function termImportances({ quantizer, tables }: RealTables, x: Matrix): Float64Array {
  const sizes = new Float64Array(x.columns);
  const share = 1 / (x.rows * tables.length);
  quantizer.quantize(x).data.forEach((place, i) => {
    const j = i % x.columns;
    for (const own of tables) sizes[j] = (sizes[j] ?? 0) + share * Math.abs(own[j]?.[place] ?? 0);
  });
  return sizes;
}

/** At most `most` bins a feature with about equally many rows each, or one a value; bounds lie halfway between values of the data. */
function quantileBins(x: Matrix, most: number): CategoryQuantizer {
  const marks = Array.from({ length: x.columns }, (_, j) => {
    const sorted = x.data.filter((_v, i) => i % x.columns === j).sort();
    // Where another value begins.
    const starts = Array.from(sorted.keys()).filter(
      (i) => i > 0 && (sorted[i] ?? 0) > (sorted[i - 1] ?? 0),
    );
    const chosen = starts.length < most ? starts : nearestStarts(starts, sorted.length, most);
    return chosen.map((at) => {
      const [below, above] = [sorted[at - 1] ?? 0, sorted[at] ?? 0];
      const middle = below + (above - below) / 2;
      return middle < above ? middle : below; // neighbouring doubles have nothing between
    });
  });
  return new CategoryQuantizer("bin", marks);
}

/** Of ascending `starts` those nearest to the `most - 1` places that part `rows` evenly, each once. */
function nearestStarts(starts: readonly number[], rows: number, most: number): number[] {
  const chosen = new Set<number>();
  let next = 0;
  for (let bin = 1; bin < most; bin++) {
    const wanted = (bin * rows) / most;
    while (next + 1 < starts.length && (starts[next + 1] ?? 0) <= wanted) next++;
    const [before = 0, after = before] = [starts[next], starts[next + 1]];
    chosen.add(Math.abs(wanted - before) <= Math.abs(after - wanted) ? before : after);
  }
  return Array.from(chosen);
}

/** Refuses parameters out of range. Errors: `bad-argument`. */
export function checkAdditive(name: string, params: AdditiveParams): void {
  const check = new ParamChecks(name);
  checkTableBits(name, params.nBits);
  check.whole("nEstimators", params.nEstimators, 1);
  check.positive("learningRate", params.learningRate);
  check.atLeast("regLambda", params.regLambda, 0);
  check.atLeast("minChildWeight", params.minChildWeight, 0);
}
