import { sigmoid } from "../../quantize/class-scores.js";
import type { Rows } from "../check-data.js";
import type { PredictionMode } from "../prediction-mode.js";
import { TreeModel } from "./tree-model.js";

/** A regressor whose target, or its logarithm, is a sum over trees. */
export abstract class TreeRegressor<Params extends object> extends TreeModel<Params> {
  /** One number a row. Errors: `not-fitted`, `bad-shape`, `not-a-number`, `out-of-range`, `not-compiled`. */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    const { data } = await this.scores(x, mode, "predict");
    const { meaning } = this.fitted();
    if (meaning === "exponential") return data.map((score) => Math.exp(score));
    if (meaning === "logistic") return data.map(sigmoid);
    return data;
  }
}
