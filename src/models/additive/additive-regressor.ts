import type { JsonValue } from "../../artifact/client-file.js";
import { VelumError } from "../../base/error.js";
import { type Link, linked, RegressorCoding } from "../../quantize/regressor-coding.js";
import { checkRegressorResult, type RegressorResult, scoreLimits } from "../above-result.js";
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
import { tableDifferences } from "./table-differences.js";
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
  /** Scores (default), or whether the prediction is above a limit. */
  readonly result: RegressorResult;
}

const defaults: AdditiveRegressorParams = {
  ...defaultAdditiveParams,
  loss: "squared_error",
  result: "scores",
};

/**
 * A sum of one function a feature, boosted in turn: explainable, and on ciphertexts one look-up a feature.
 *
 *     const model = new AdditiveRegressor().fit(XTrain, yTrain);
 *     model.shape(0);   // the first feature's function, bin by bin
 */
export class AdditiveRegressor extends RegressorEstimator<AdditiveRegressorParams, RealTables> {
  constructor(params: Partial<AdditiveRegressorParams> = {}) {
    super("AdditiveRegressor", defaults, params);
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
    checkRegressorResult(this.name, this.getParams().result);
    new ParamChecks(this.name).oneOf("loss", this.getParams().loss, ["squared_error", "poisson"]);
  }

  protected override featuresOf(fitted: RealTables): number {
    return fitted.tables[0]?.length ?? 0;
  }

  protected override code(fitted: RealTables, _x: Matrix): CodedModel<RegressorCoding> {
    const { nBits, result } = this.getParams();
    const bits = tableBitsOf(nBits).values;
    const link = this.#link();
    const parts = { inputQuantizer: fitted.quantizer, features: this.featuresOf(fitted), link };
    const limits = scoreLimits(this.name, result, link, 1);
    if (limits !== undefined) {
      const bias = fitted.bias.map((b, k) => b - (limits[k] ?? 0));
      // Above a limit or not is a question of two classes.
      const tables = tableDifferences({ tables: fitted.tables, bias }, bits, 2);
      const coding = new RegressorCoding({ ...parts, scales: Float64Array.of(1), result: "bit" });
      return new TableCoded(coding, tables, 2);
    }
    const { scale, ...tables } = quantizeTables(fitted, bits);
    return new TableCoded(
      new RegressorCoding({ ...parts, scales: Float64Array.of(scale) }),
      tables,
    );
  }

  protected override fittedToJson(fitted: RealTables): JsonValue {
    return realTablesJson(fitted);
  }

  protected override fittedFromJson(value: unknown, path: string): RealTables {
    return parseRealTables(value, path);
  }

  protected override codedFromJson(value: unknown, coding: unknown, path: string) {
    const read = RegressorCoding.fromJSON(coding, path);
    return readTableCoded(value, read, path, read.result === "bit" ? 2 : undefined);
  }
}
