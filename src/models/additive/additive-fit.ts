import { CategoryQuantizer } from "../../quantize/category-quantizer.js";
import type { Matrix } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import { type BoostLoss, type BoostSettings, boostTables } from "./boost-tables.js";
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
  const { tables, constant } = boostTables({ places, counts, y, rowWeights, loss }, params);
  return { quantizer, tables: [tables], bias: Float64Array.of(constant) };
}

/** Mean size of each feature's function over the rows of `x`: how much it moves predictions. `[features]` */
export function termImportances({ quantizer, tables }: RealTables, x: Matrix): Float64Array {
  const sizes = new Float64Array(x.columns);
  quantizer.quantize(x).data.forEach((place, i) => {
    const j = i % x.columns;
    sizes[j] = (sizes[j] ?? 0) + Math.abs(tables[0]?.[j]?.[place] ?? 0) / x.rows;
  });
  return sizes;
}

/** At most `most` bins a feature with about equally many rows each; bounds lie halfway between values of the data. */
function quantileBins(x: Matrix, most: number): CategoryQuantizer {
  const marks = Array.from({ length: x.columns }, (_, j) => {
    const sorted = x.data.filter((_v, i) => i % x.columns === j).sort();
    const bounds = new Set<number>();
    for (let bin = 1; bin < most; bin++) {
      const at = Math.floor((bin * sorted.length) / most);
      const [below, above] = [sorted[at - 1] ?? Number.NaN, sorted[at] ?? Number.NaN];
      if (below < above) bounds.add(below + (above - below) / 2);
    }
    return Array.from(bounds);
  });
  return new CategoryQuantizer("bin", marks);
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
