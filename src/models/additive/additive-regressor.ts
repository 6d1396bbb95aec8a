import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import { type Link, linked, RegressorCoding } from "../../quantize/regressor-coding.js";
import {
  type Labels,
  type Matrix,
  type Rows,
  toLabels,
  toMatrix,
  toMatrixOf,
  toRowWeights,
} from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import type { CodedModel } from "../coded-model.js";
import { RegressorEstimator } from "../regressor-estimator.js";
import {
  type AdditiveParams,
  checkAdditive,
  defaultAdditiveParams,
  fitAdditive,
  termImportances,
} from "./additive-fit.js";
import { poissonLoss, squaredLoss } from "./boost-tables.js";
import {
  parseRealTables,
  quantizeTables,
  type RealTables,
  realTablesJson,
  tableBitsOf,
} from "./real-tables.js";
import { readTables, TableCoded } from "./table-coded.js";
import { tableScores } from "./table-scores.js";

/** Settings of an `AdditiveRegressor`. */
export interface AdditiveRegressorParams extends AdditiveParams {
  /** `"poisson"` predicts through an exponential, which the client computes. Default `"squared_error"`. */
  readonly loss: "squared_error" | "poisson";
}

/**
 * A sum of one function a feature, boosted in turn: explainable, and on ciphertexts one look-up a feature.
 *
 *     const model = new AdditiveRegressor().fit(XTrain, yTrain);
 *     model.shape(0);   // the first feature's function, bin by bin
 */
export class AdditiveRegressor extends RegressorEstimator<AdditiveRegressorParams, RealTables> {
  constructor(params: Partial<AdditiveRegressorParams> = {}) {
    super("AdditiveRegressor", { ...defaultAdditiveParams, loss: "squared_error" }, params);
  }

  /** Fits to `x` (`[rows, features]`) and one target a row. Errors: `bad-shape`, `not-a-number`, `bad-argument`. */
  fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const path = `${this.name}.fit`;
    const matrix = toMatrix(x, `${path} X`);
    this.checkParams();
    const targets = toLabels(y, matrix.rows, `${path} y`);
    const weights = toRowWeights(sampleWeight, matrix.rows, `${path} sampleWeight`);
    const params = this.getParams();
    const poisson = params.loss === "poisson";
    if (poisson && (targets.some((t) => t < 0) || targets.every((t) => t === 0))) {
      throw new VelumError({
        code: "bad-argument",
        path: `${path} y`,
        problem: "a target is below 0, or all are 0",
        limit: 0,
        cure: 'Pass counts or frequencies, or use loss "squared_error"',
      });
    }
    const loss = poisson ? poissonLoss : squaredLoss;
    return this.adopt(fitAdditive(matrix, targets, weights, loss, params), matrix);
  }

  /** The function of feature `j` by bins: upper bounds of all bins but the last, and values. Errors: `not-fitted`. */
  shape(j: number) {
    return shapeOf(this.fitted(), j);
  }

  /** Mean size of each feature's function over `x`. Errors: `not-fitted`, `bad-shape`, `not-a-number`. */
  termImportances(x: Rows): Float64Array {
    return termImportances(this.fitted(), toMatrixOf(this.nFeaturesIn, x, "X"));
  }

  /** Predictions without rounding of the functions. Errors: `not-fitted`, `bad-shape`, `not-a-number`. */
  predictFloat(x: Rows): Float64Array {
    const fitted = this.fitted();
    const q = fitted.quantizer.quantize(toMatrixOf(this.nFeaturesIn, x, "X"));
    return linked(this.#link(), tableScores(fitted, q)).data;
  }

  #link(): Link {
    return this.getParams().loss === "poisson" ? "log" : "identity";
  }

  protected override checkParams(): void {
    checkAdditive(this.name, this.getParams());
    new ParamChecks(this.name).oneOf("loss", this.getParams().loss, ["squared_error", "poisson"]);
  }

  protected override featuresOf(fitted: RealTables): number {
    return fitted.tables[0]?.length ?? 0;
  }

  protected override code(fitted: RealTables, _x: Matrix): CodedModel<RegressorCoding> {
    const { scale, ...tables } = quantizeTables(fitted, tableBitsOf(this.getParams().nBits).values);
    const features = this.featuresOf(fitted);
    const parts = { inputQuantizer: fitted.quantizer, features, scales: Float64Array.of(scale) };
    return new TableCoded(new RegressorCoding({ ...parts, link: this.#link() }), tables);
  }

  protected override fittedToJson(fitted: RealTables): JsonValue {
    return realTablesJson(fitted);
  }

  protected override fittedFromJson(value: unknown, path: string): RealTables {
    return parseRealTables(value, path);
  }

  protected override codedFromJson(value: unknown, coding: unknown, path: string) {
    return new TableCoded(RegressorCoding.fromJSON(coding, path), readTables(value, path));
  }
}

/** One feature's function by bins. */
export function shapeOf({ quantizer, tables }: RealTables, j: number) {
  const bounds =
    "marks" in quantizer ? (quantizer.marks[j] ?? new Float64Array()) : new Float64Array();
  return { bounds, values: tables[0]?.[j] ?? new Float64Array() };
}
