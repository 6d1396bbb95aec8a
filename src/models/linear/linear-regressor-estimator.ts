import type { JsonValue } from "../../artifact/client-file.js";
import type { Tensor } from "../../base/tensor.js";
import { fieldsOf } from "../../quantize/json-checks.js";
import { type Link, RegressorCoding } from "../../quantize/regressor-coding.js";
import type { AffineMap } from "../../quantize/transforms/client-transform.js";
import { checkRegressorResult, scoreLimits } from "../above-result.js";
import {
  type Labels,
  type Matrix,
  type Rows,
  toMatrix,
  toRowWeights,
  toTargets,
} from "../check-data.js";
import type { CodedModel } from "../coded-model.js";
import type { Benchmark } from "../estimator.js";
import { corruptModel } from "../model-file.js";
import { RegressorEstimator } from "../regressor-estimator.js";
import { evenTargets } from "./even-targets.js";
import { LinearCoded } from "./linear-coded.js";
import {
  foldIntoWeights,
  type GivenLinear,
  type LinearFit,
  linearFitJson,
  parseLinearFit,
  readGivenLinear,
  requireFiniteFit,
} from "./linear-fit.js";
import { bitsOf, checkLinearParams, type LinearRegressorParams } from "./linear-params.js";
import { LinearPredictor } from "./linear-predictor.js";
import { QuantizedLinearModel } from "./quantized-linear.js";
import { signedScores } from "./score-differences.js";

/** Rows with their targets. */
export interface RegressionProblem {
  readonly x: Matrix;
  /** `[rows, targets]` */
  readonly y: Matrix;
  readonly rowWeights: Float64Array;
}

/** What all linear regressors share: from weights to integers, circuits and files. Made into one by a solver. */
export abstract class LinearRegressorEstimator<
  P extends LinearRegressorParams,
> extends RegressorEstimator<P, LinearFit> {
  /** Finds the weights, one output a target. */
  protected abstract solve(problem: RegressionProblem): LinearFit;
  /** Refuses the solver's parameters. Errors: `bad-argument`. */
  protected abstract checkSolver(): void;

  /** From score to prediction; the client computes it. */
  protected link(): Link {
    return "identity";
  }

  /**
   * Fits to `x` (`[rows, features]`) and `y` (`[rows]` or `[rows, targets]`), then quantizes over the ranges of `x`. `sampleWeight`: one a
   * row, default 1. Errors: `bad-shape`, `not-a-number` with row and column, `bad-argument` (parameters, weights, targets out of range).
   */
  fit(x: Rows, y: Labels | Rows, sampleWeight?: Labels): this {
    const path = `${this.name}.fit`;
    const matrix = toMatrix(x, `${path} X`);
    this.checkParams();
    const targets = toTargets(y, matrix.rows, `${path} y`);
    const rowWeights = toRowWeights(sampleWeight, matrix.rows, `${path} sampleWeight`);
    const fit = this.solve({ x: matrix, y: targets, rowWeights });
    return this.adopt(requireFiniteFit(fit, path), matrix);
  }

  /** `fit`, and the float model too, for comparison. Errors: those of `fit`. */
  fitBenchmark(x: Rows, y: Labels | Rows, sampleWeight?: Labels): Benchmark<this, LinearPredictor> {
    return { model: this.fit(x, y, sampleWeight), floatModel: this.floatModel };
  }

  /**
   * A model from weights that were fitted elsewhere; `calibrate` or `compile` then gives it the ranges of its inputs.
   * Errors: `bad-shape`, `not-a-number`.
   */
  static fromFitted<
    Params extends object,
    T extends LinearRegressorEstimator<LinearRegressorParams>,
  >(
    this: new (
      params?: Partial<Params>,
    ) => T,
    given: GivenLinear,
    params: Partial<Params> = {},
  ): T {
    const model = new this(params);
    model.checkParams();
    return model.adopt(readGivenLinear(given, `${model.name}.fromFitted`));
  }

  /**
   * Takes an affine step that came before the model into its weights, and quantizes over the ranges of `x`, which has not been through the
   * step. `coef` and `intercept` then belong to `x`. Errors: `not-fitted`, `bad-shape`, `not-a-number`.
   */
  foldAffine(map: AffineMap, x: Rows): this {
    const path = `${this.name}.foldAffine`;
    return this.adopt(foldIntoWeights(this.fitted(path), map), toMatrix(x, `${path} X`));
  }

  /** The double-precision model, without quantization. Errors: `not-fitted`, as all getters here. */
  get floatModel(): LinearPredictor {
    const { coef, intercept } = this.fitted();
    return new LinearPredictor(coef, intercept, this.link());
  }

  /** The integer model that is computed on ciphertexts. */
  get quantized(): QuantizedLinearModel {
    const coded = this.coded();
    if (coded instanceof LinearCoded) return coded.quantized;
    throw corruptModel(this.name, "is no linear model");
  }

  /** `[targets, features]` */
  get coef(): Tensor {
    return this.fitted().coef;
  }

  /** `[targets]` */
  get intercept(): Float64Array {
    return this.fitted().intercept;
  }

  /** Steps that the solver took; 0 where it is direct. */
  get nIter(): number {
    return this.fitted().iterations;
  }

  /** False where `maxIter` steps did not reach `tol`. */
  get converged(): boolean {
    return this.fitted().converged;
  }

  protected override checkParams(): void {
    checkLinearParams(this.name, this.getParams());
    checkRegressorResult(this.name, this.getParams().result);
    this.checkSolver();
  }

  protected override featuresOf(fitted: LinearFit): number {
    return fitted.coef.shape[1] ?? 0;
  }

  protected override code(fitted: LinearFit, x: Matrix): CodedModel<RegressorCoding> {
    const { inputQuantizer: granularity, result, ...params } = this.getParams();
    const bits = bitsOf({ ...params, inputQuantizer: granularity });
    const link = this.link();
    const targets = fitted.intercept.length;
    const limits = scoreLimits(this.name, result, link, targets);
    const intercept = fitted.intercept.map((b, k) => b - (limits?.[k] ?? 0));
    const { weights, sizes } = evenTargets({ coef: fitted.coef, intercept }, x, bits, granularity);
    const quantized =
      limits === undefined
        ? QuantizedLinearModel.fromWeights(weights, x, bits, granularity)
        : signedScores(weights, x, bits, granularity);
    const { inputQuantizer, features } = quantized;
    const parts = { inputQuantizer, features, link };
    if (limits !== undefined) {
      const scales = new Float64Array(targets).fill(1);
      const coding = new RegressorCoding({ ...parts, scales, result: "bit" });
      return new LinearCoded(coding, quantized, { signs: true });
    }
    const scales = sizes.map((size) => size * quantized.scoreScale);
    return new LinearCoded(new RegressorCoding({ ...parts, scales }), quantized);
  }

  protected override fittedToJson(fitted: LinearFit): JsonValue {
    return linearFitJson(fitted);
  }

  protected override fittedFromJson(value: unknown, path: string): LinearFit {
    return parseLinearFit(value, path);
  }

  protected override codedFromJson(value: unknown, coding: unknown, path: string) {
    const model = QuantizedLinearModel.fromJSON(fieldsOf(value)["quantized"], path);
    const read = RegressorCoding.fromJSON(coding, path);
    if (read.outputs !== model.outputs)
      throw corruptModel(path, "its scores do not fit its scales");
    return new LinearCoded(read, model, { signs: read.result === "bit" });
  }
}
