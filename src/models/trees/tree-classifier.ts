import type { Tensor } from "../../base/tensor.js";
import { classIndices, classProbabilities } from "../../quantize/class-scores.js";
import type { Rows } from "../check-data.js";
import type { PredictionMode } from "../prediction-mode.js";
import { TreeModel } from "./tree-model.js";

/** A classifier whose scores are sums over trees. */
export abstract class TreeClassifier<Params extends object> extends TreeModel<Params> {
  /** The labels, ascending. */
  get classes(): Float64Array {
    return this.fitted().classes;
  }

  /** One label a row, of the greatest probability, the first one of equals. Errors: those of `predictProba`. */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    const scores = await this.scores(x, mode, "predict");
    const { classes, meaning } = this.fitted();
    // A single column of shares is a single class, not a score whose sign decides.
    const indices =
      meaning === "probabilities" && classes.length === 1
        ? new Uint32Array(scores.data.length)
        : classIndices(scores);
    return Float64Array.from(indices, (k) => classes[k] ?? 0);
  }

  /** Probabilities `[rows, classes]`. Errors: `not-fitted`, `bad-shape`, `not-a-number`, `out-of-range`, `not-compiled`. */
  async predictProba(x: Rows, mode: PredictionMode = {}): Promise<Tensor> {
    return this.#shares(await this.scores(x, mode, "predictProba"));
  }

  #shares(scores: Tensor): Tensor {
    return this.fitted().meaning === "probabilities" ? scores : classProbabilities(scores);
  }
}
