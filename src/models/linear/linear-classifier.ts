import type { Tensor } from "../../base/tensor.js";
import type { ProbabilityRule } from "../../quantize/class-probabilities.js";
import { FloatClassifier } from "../float-classifier.js";
import type { LinearWeights } from "./linear-fit.js";
import { linearScores } from "./linear-predictor.js";

/** A fitted linear classifier in double precision: `scores = X coef^T + intercept`. Immutable. */
export class LinearClassifier extends FloatClassifier implements LinearWeights {
  /** `[outputs, features]`; one output for two classes, else one for each class. */
  readonly coef: Tensor;
  /** `[outputs]` */
  readonly intercept: Float64Array;

  constructor(
    coef: Tensor,
    intercept: Float64Array,
    classes: Float64Array,
    probability: ProbabilityRule = "softmax",
  ) {
    super(classes, probability, (x) => linearScores({ coef, intercept }, x));
    this.coef = coef;
    this.intercept = intercept;
  }
}
