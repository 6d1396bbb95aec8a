import { decisionOnly } from "../../quantize/regressor-coding.js";
import { type Labels, type Rows, toTargets } from "../check-data.js";
import type { Benchmark } from "../estimator.js";
import { r2Score } from "../metrics/regression.js";
import type { PredictionMode } from "../prediction-mode.js";
import { TreeModel } from "./tree-model.js";
import type { TreePredictor } from "./tree-predictor.js";
import type { TreeQuantization } from "./tree-quantization.js";

/** A regressor whose targets, or their logarithms, are sums over trees. */
export abstract class TreeRegressor<Params extends TreeQuantization> extends TreeModel<Params> {
  /**
   * Fits in the clear: rows `[rows, features]`, one number a row, or `[rows, targets]` where the model takes several. Errors: `bad-shape`,
   * `not-a-number`, `bad-argument`.
   */
  abstract fit(x: Rows, y: Labels | Rows, sampleWeight?: Labels): this;

  /** `fit`, and the float model too: it stays in double precision when this one is compiled. Errors: those of `fit`. */
  fitBenchmark(x: Rows, y: Labels | Rows, sampleWeight?: Labels): Benchmark<this, TreePredictor> {
    return { model: this.fit(x, y, sampleWeight), floatModel: this.floatModel };
  }

  /** Targets of a row. Errors: `not-fitted`. */
  get nOutputs(): number {
    return this.ensemble.outputs;
  }

  /** One number a row; of a model with several targets `[rows, targets]`, row after row; with `result` `{ above: t }` 1 where it is above t, else 0. Errors: `not-fitted`, `bad-shape`, `not-a-number`, `out-of-range`, `not-compiled`. */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    return this.answers(x, mode, "predict");
  }

  /** Coefficient of determination, the mean over targets. Errors: those of `predict`; `bad-argument` where predictions stay on the server. */
  async score(x: Rows, y: Labels | Rows, mode: PredictionMode = {}): Promise<number> {
    if (this.isCoded && this.coded().coding.result === "bit") {
      throw decisionOnly(`${this.name}.score`);
    }
    const data = await this.predict(x, mode);
    const truth = toTargets(y, data.length / this.ensemble.outputs, `${this.name}.score y`);
    return r2Score(truth, { shape: truth.shape, data });
  }
}
