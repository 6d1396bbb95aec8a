import type { Tensor } from "../../base/tensor.js";
import { decisionShape } from "../../quantize/class-scores.js";
import { probabilitiesOf } from "../../quantize/tree-coding.js";
import { type Labels, type Rows, toLabels } from "../check-data.js";
import type { Benchmark } from "../estimator.js";
import { accuracyScore } from "../metrics/accuracy.js";
import type { PredictionMode } from "../prediction-mode.js";
import { TreeModel } from "./tree-model.js";
import type { TreePredictor } from "./tree-predictor.js";
import type { TreeQuantization } from "./tree-quantization.js";

/** A classifier whose scores are sums over trees. */
export abstract class TreeClassifier<Params extends TreeQuantization> extends TreeModel<Params> {
  /** Fits in the clear: rows `[rows, features]`, one label a row. Errors: `bad-shape`, `not-a-number`, `bad-argument`. */
  abstract fit(x: Rows, y: Labels, sampleWeight?: Labels): this;

  /** `fit`, and the float model too: it stays in double precision when this one is compiled. Errors: those of `fit`. */
  fitBenchmark(x: Rows, y: Labels, sampleWeight?: Labels): Benchmark<this, TreePredictor> {
    return { model: this.fit(x, y, sampleWeight), floatModel: this.floatModel };
  }

  /** Cross-validation then keeps the shares of the classes. */
  get isClassifier(): true {
    return true;
  }

  /** The labels, ascending. */
  get classes(): Float64Array {
    return this.fitted().classes;
  }

  /** How many there are. */
  get nClasses(): number {
    return this.classes.length;
  }

  /** Labels of a row. */
  get nOutputs(): 1 {
    return 1;
  }

  /** One label a row, of the greatest probability, the first one of equals. Errors: those of `predictProba`. */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    return this.answers(x, mode, "predict");
  }

  /**
   * Labels of the likeliest classes `[rows, k]`, best first, of a model that was compiled with `result` `"class"` (k = 1) or `{ top: k }`.
   * Errors: those of `predictProba`, `bad-argument` for other results.
   */
  async topClasses(x: Rows, mode: PredictionMode = {}): Promise<Tensor> {
    return this.listedClasses(x, mode, "topClasses");
  }

  /** Probabilities `[rows, classes]`. Errors: `not-fitted`, `bad-shape`, `not-a-number`, `out-of-range`, `not-compiled`. */
  async predictProba(x: Rows, mode: PredictionMode = {}): Promise<Tensor> {
    const path = `${this.name}.predictProba`;
    return probabilitiesOf(this.fitted(), await this.scores(x, mode, "predictProba"), path);
  }

  /** Real scores, `[rows]` where there is one an answer, else `[rows, classes]`. Errors: those of `predictProba`. */
  async decisionFunction(x: Rows, mode: PredictionMode = {}): Promise<Tensor> {
    return decisionShape(await this.scores(x, mode, "decisionFunction"));
  }

  /** Share of rows whose label is right. Errors: those of `predict`. */
  async score(x: Rows, y: Labels, mode: PredictionMode = {}): Promise<number> {
    const predicted = await this.predict(x, mode);
    return accuracyScore(toLabels(y, predicted.length, `${this.name}.score y`), predicted);
  }
}
