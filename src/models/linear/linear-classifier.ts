import type { Tensor } from "../../base/tensor.js";
import { classIndices, classProbabilities, decisionShape } from "../../quantize/class-scores.js";
import { type Rows, toMatrixOf } from "../check-data.js";

/** A fitted linear classifier in double precision: `scores = X coef^T + intercept`. Immutable. */
export class LinearClassifier {
  /** `[outputs, features]`; one output for two classes, else one for each class. */
  readonly coef: Tensor;
  /** `[outputs]` */
  readonly intercept: Float64Array;
  /** The labels, ascending. */
  readonly classes: Float64Array;

  constructor(coef: Tensor, intercept: Float64Array, classes: Float64Array) {
    this.coef = coef;
    this.intercept = intercept;
    this.classes = classes;
  }

  /** Scores `[rows, outputs]`. Errors: `bad-shape`, `not-a-number`. */
  scores(x: Rows): Tensor {
    const [outputs = 0, features = 0] = this.coef.shape;
    const { rows, data: values } = toMatrixOf(features, x, "X");
    const data = new Float64Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < outputs; k++) {
        let score = this.intercept[k] ?? 0;
        for (let j = 0; j < features; j++) {
          score += (this.coef.data[k * features + j] ?? 0) * (values[row * features + j] ?? 0);
        }
        data[row * outputs + k] = score;
      }
    }
    return { shape: [rows, outputs], data };
  }

  /** Scores, `[rows]` for two classes, else `[rows, classes]`. Errors: `bad-shape`, `not-a-number`. */
  decisionFunction(x: Rows): Tensor {
    return decisionShape(this.scores(x));
  }

  /** `[rows, classes]`, each row sums to 1. Errors: `bad-shape`, `not-a-number`. */
  predictProba(x: Rows): Tensor {
    return classProbabilities(this.scores(x));
  }

  /** One label a row. Errors: `bad-shape`, `not-a-number`. */
  predict(x: Rows): Float64Array {
    return Float64Array.from(classIndices(this.scores(x)), (k) => this.classes[k] ?? 0);
  }
}
