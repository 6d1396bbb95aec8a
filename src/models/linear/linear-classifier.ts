import type { Tensor } from "../../base/tensor.js";
import { classProbabilitiesBy, type ProbabilityRule } from "../../quantize/class-probabilities.js";
import { classIndices, decisionShape } from "../../quantize/class-scores.js";
import type { Rows } from "../check-data.js";
import type { LinearWeights } from "./linear-fit.js";
import { linearScores } from "./linear-predictor.js";

/** A fitted linear classifier in double precision: `scores = X coef^T + intercept`. Immutable. */
export class LinearClassifier implements LinearWeights {
  /** `[outputs, features]`; one output for two classes, else one for each class. */
  readonly coef: Tensor;
  /** `[outputs]` */
  readonly intercept: Float64Array;
  /** The labels, ascending. */
  readonly classes: Float64Array;

  readonly probability: ProbabilityRule;

  constructor(
    coef: Tensor,
    intercept: Float64Array,
    classes: Float64Array,
    probability: ProbabilityRule = "softmax",
  ) {
    this.probability = probability;
    this.coef = coef;
    this.intercept = intercept;
    this.classes = classes;
  }

  /** Scores `[rows, outputs]`. Errors: `bad-shape`, `not-a-number`. */
  scores(x: Rows): Tensor {
    return linearScores(this, x);
  }

  /** Scores, `[rows]` for two classes, else `[rows, classes]`. Errors: `bad-shape`, `not-a-number`. */
  decisionFunction(x: Rows): Tensor {
    return decisionShape(this.scores(x));
  }

  /** `[rows, classes]`, each row sums to 1. Errors: `bad-shape`, `not-a-number`; `unsupported-op` for a model without probabilities. */
  predictProba(x: Rows): Tensor {
    return classProbabilitiesBy(this.probability, this.scores(x), "predictProba");
  }

  /** One label a row. Errors: `bad-shape`, `not-a-number`. */
  predict(x: Rows): Float64Array {
    return Float64Array.from(classIndices(this.scores(x)), (k) => this.classes[k] ?? 0);
  }
}
