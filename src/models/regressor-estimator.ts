import { VelumError } from "../base/error.js";
import type { NestedArray, Tensor } from "../base/tensor.js";
import { decisionOnly, type RegressorCoding } from "../quantize/regressor-coding.js";
import type { RegressorResult } from "./above-result.js";
import { type Labels, type Rows, toTargets } from "./check-data.js";
import { Estimator } from "./estimator.js";
import { r2Score } from "./metrics/regression.js";
import type { PredictionMode } from "./prediction-mode.js";

/** What all regressors share: predictions of what a run gives. */
export abstract class RegressorEstimator<
  P extends { readonly result: RegressorResult },
  F,
> extends Estimator<P, F, RegressorCoding> {
  /** The model in double precision, compiled or not. Errors: `not-fitted`. */
  abstract get floatModel(): { predict(x: Rows): Float64Array };

  /**
   * One prediction a row; with several targets `[rows, targets]`, row after row; with `result` `{ above: t }` 1 where it is above t, else 0. Errors: `not-fitted`, `bad-shape`, `not-a-number`,
   * `bad-argument` (mode), and for encrypted modes `not-compiled`, `aborted`.
   */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    const path = `${this.name}.predict`;
    return this.coded(path).coding.values(await this.results(x, mode, path)).data;
  }

  /** Integer scores `[rows, targets]`, as a circuit gives them, to real ones, before any exponential. Errors: `not-fitted`, `bad-shape`; `bad-argument` where scores stay on the server. */
  dequantizeOutput(results: Tensor | NestedArray): Tensor {
    const path = `${this.name}.dequantizeOutput`;
    return this.coded(path).coding.scores(this.readResults(results, path), path);
  }

  /**
   * Share of rows of `x` whose answer to `result` `{ above: t }` differs between what was fitted, in double precision, and the integer model,
   * both in clear; of rows with several targets, of all answers. Errors: those of `predict`; `bad-argument` where predictions are returned.
   */
  differingShare(x: Rows): number {
    const path = `${this.name}.differingShare`;
    const coded = this.coded(path);
    const { coding } = coded;
    const { result } = this.getParams();
    if (coding.result === "scores" || result === "scores") throw noDecision(path);
    const limits = [result.above].flat();
    const matrix = this.readRows(x, `${path} X`);
    const own = coding.values(coded.evaluate(coding.quantize(matrix, `${path} X`))).data;
    const expected = this.floatModel
      .predict(x)
      .map((value, i) => Number(value > (limits[i % limits.length] ?? 0)));
    return own.filter((bit, i) => bit !== expected[i]).length / Math.max(1, own.length);
  }

  /** Coefficient of determination, the mean over targets. Errors: those of `predict`; `bad-argument` where predictions stay on the server. */
  async score(x: Rows, y: Labels | Rows, mode: PredictionMode = {}): Promise<number> {
    const predicted = await this.scored(x, mode);
    const { outputs } = this.coded().coding;
    const truth = toTargets(y, predicted.length / outputs, `${this.name}.score y`);
    return r2Score(truth, { shape: truth.shape, data: predicted });
  }

  /** Predictions to be judged. Errors: those of `score`. */
  protected async scored(x: Rows, mode: PredictionMode): Promise<Float64Array> {
    const path = `${this.name}.score`;
    if (this.coded(path).coding.result === "bit") throw decisionOnly(path);
    return this.predict(x, mode);
  }
}

function noDecision(path: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: "the model returns its predictions, and no decision about them",
    cure: "Fit with result { above: t }, or compare predict with floatModel.predict",
  });
}
