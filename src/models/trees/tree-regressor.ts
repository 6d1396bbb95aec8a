import { decisionOnly } from "../../quantize/regressor-coding.js";
import { type Labels, type Rows, toLabels } from "../check-data.js";
import type { Benchmark } from "../estimator.js";
import { r2Score } from "../metrics/regression.js";
import type { PredictionMode } from "../prediction-mode.js";
import { TreeModel } from "./tree-model.js";
import type { TreePredictor } from "./tree-predictor.js";
import type { TreeQuantization } from "./tree-quantization.js";

/** A regressor whose target, or its logarithm, is a sum over trees. */
export abstract class TreeRegressor<Params extends TreeQuantization> extends TreeModel<Params> {
  /** Fits in the clear: rows `[rows, features]`, one number a row. Errors: `bad-shape`, `not-a-number`, `bad-argument`. */
  abstract fit(x: Rows, y: Labels, sampleWeight?: Labels): this;

  /** `fit`, and the float model too: it stays in double precision when this one is compiled. Errors: those of `fit`. */
  fitBenchmark(x: Rows, y: Labels, sampleWeight?: Labels): Benchmark<this, TreePredictor> {
    return { model: this.fit(x, y, sampleWeight), floatModel: this.floatModel };
  }

  /** One number a row; with `result` `{ above: t }` 1 where it is above t, else 0. Errors: `not-fitted`, `bad-shape`, `not-a-number`, `out-of-range`, `not-compiled`. */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    return this.answers(x, mode, "predict");
  }

  /** Coefficient of determination. Errors: those of `predict`; `bad-argument` where predictions stay on the server. */
  async score(x: Rows, y: Labels, mode: PredictionMode = {}): Promise<number> {
    if (this.isCoded && this.coded().coding.result === "bit") {
      throw decisionOnly(`${this.name}.score`);
    }
    const predicted = await this.predict(x, mode);
    return r2Score(toLabels(y, predicted.length, `${this.name}.score y`), predicted);
  }
}
