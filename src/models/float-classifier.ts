import type { Tensor } from "../base/tensor.js";
import { classShares, type ProbabilityRule } from "../quantize/class-probabilities.js";
import { decisionShape, labelsOf } from "../quantize/class-scores.js";
import type { Rows } from "./check-data.js";

/** A fitted classifier in double precision, by its scores. Immutable. */
export class FloatClassifier {
  /** The labels, ascending. */
  readonly classes: Float64Array;
  readonly probability: ProbabilityRule;
  readonly #scores: (x: Rows) => Tensor;

  constructor(classes: Float64Array, probability: ProbabilityRule, scores: (x: Rows) => Tensor) {
    this.classes = classes;
    this.probability = probability;
    this.#scores = scores;
  }

  /** Scores `[rows, outputs]`. Errors: `bad-shape`, `not-a-number`. */
  scores(x: Rows): Tensor {
    return this.#scores(x);
  }

  /** Scores, `[rows]` where there is one a row, else `[rows, classes]`. Errors: `bad-shape`, `not-a-number`. */
  decisionFunction(x: Rows): Tensor {
    return decisionShape(this.scores(x));
  }

  /** `[rows, classes]`, each row sums to 1. Errors: `bad-shape`, `not-a-number`; `unsupported-op` for a model without probabilities. */
  predictProba(x: Rows): Tensor {
    return classShares(this.probability, this.scores(x), this.classes.length, "predictProba");
  }

  /** One label a row. Errors: `bad-shape`, `not-a-number`. */
  predict(x: Rows): Float64Array {
    return labelsOf(this.classes, this.scores(x));
  }
}
