import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import { type Link, linked, RegressorCoding } from "../../quantize/regressor-coding.js";
import {
  type Labels,
  type Matrix,
  type Rows,
  toLabels,
  toMatrix,
  toRowWeights,
} from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import type { CodedModel } from "../coded-model.js";
import type { Benchmark } from "../estimator.js";
import { RegressorEstimator } from "../regressor-estimator.js";
import {
  type AdditiveParams,
  checkAdditive,
  defaultAdditiveParams,
  type FeatureShape,
  fitAdditive,
  shapeOf,
  termImportances,
} from "./additive-fit.js";
import { poissonLoss, squaredLoss } from "./boost-losses.js";
import {
  parseRealTables,
  quantizeTables,
  type RealTables,
  realTablesJson,
  tableBitsOf,
} from "./real-tables.js";
import { readTableCoded, TableCoded } from "./table-coded.js";
import { tableScores } from "./table-scores.js";

/** A fitted regressor in double precision. */
export interface FloatRegressor {
  /** One prediction a row. Errors: `bad-shape`, `not-a-number`. */
  predict(x: Rows): Float64Array;
}

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

  /** `fit`, and the float model too, for comparison. Errors: those of `fit`. */
  fitBenchmark(x: Rows, y: Labels, sampleWeight?: Labels): Benchmark<this, FloatRegressor> {
    return { model: this.fit(x, y, sampleWeight), floatModel: this.floatModel };
  }

  /** The model without rounding of the functions. Errors: `not-fitted`, as all here. */
  get floatModel(): FloatRegressor {
    const fitted = this.fitted();
    const link = this.#link();
    return {
      predict: (x) =>
        linked(link, tableScores(fitted, fitted.quantizer.quantize(this.readRows(x, "X")))).data,
    };
  }

  /** The function of feature `j`: upper bounds of all bins but the last, and values by bin. Errors: also `out-of-range`. */
  shape(j: number): FeatureShape {
    return shapeOf(this.fitted(), j, 0, `${this.name}.shape`);
  }

  /** Mean size of each feature's function over `x`. Errors: also `bad-shape`, `not-a-number`. */
  termImportances(x: Rows): Float64Array {
    return termImportances(this.fitted(), this.readRows(x, `${this.name}.termImportances X`));
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
    return readTableCoded(value, RegressorCoding.fromJSON(coding, path), path);
  }
}
