import { answersOf } from "../../quantize/tree-coding.js";
import type { Rows } from "../check-data.js";
import type { PredictionMode } from "../prediction-mode.js";
import { TreeModel } from "./tree-model.js";
import type { TreeQuantization } from "./tree-quantization.js";

/** A regressor whose target, or its logarithm, is a sum over trees. */
export abstract class TreeRegressor<Params extends TreeQuantization> extends TreeModel<Params> {
  /** One number a row. Errors: `not-fitted`, `bad-shape`, `not-a-number`, `out-of-range`, `not-compiled`. */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    return answersOf(this.fitted(), await this.scores(x, mode, "predict"));
  }
}
