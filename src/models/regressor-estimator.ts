import type { NestedArray, Tensor } from "../base/tensor.js";
import type { RegressorCoding } from "../quantize/regressor-coding.js";
import { type Labels, type Rows, toTargets } from "./check-data.js";
import { Estimator } from "./estimator.js";
import { r2Score } from "./metrics/regression.js";
import type { PredictionMode } from "./prediction-mode.js";

/** What all regressors share: predictions of what a run gives. */
export abstract class RegressorEstimator<P extends object, F> extends Estimator<
  P,
  F,
  RegressorCoding
> {
  /**
   * One prediction a row; with several targets `[rows, targets]`, row after row. Errors: `not-fitted`, `bad-shape`, `not-a-number`,
   * `bad-argument` (mode), and for encrypted modes `not-compiled`, `aborted`.
   */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    const path = `${this.name}.predict`;
    return this.coded(path).coding.values(await this.results(x, mode, path)).data;
  }

  /** Integer scores `[rows, targets]`, as a circuit gives them, to real ones, before any exponential. Errors: `not-fitted`, `bad-shape`. */
  dequantizeOutput(results: Tensor | NestedArray): Tensor {
    const path = `${this.name}.dequantizeOutput`;
    return this.coded(path).coding.scores(this.readResults(results, path));
  }

  /** Coefficient of determination, the mean over targets. Errors: those of `predict`. */
  async score(x: Rows, y: Labels | Rows, mode: PredictionMode = {}): Promise<number> {
    const predicted = await this.predict(x, mode);
    const { outputs } = this.coded().coding;
    const truth = toTargets(y, predicted.length / outputs, `${this.name}.score y`);
    return r2Score(truth, { shape: truth.shape, data: predicted });
  }
}
