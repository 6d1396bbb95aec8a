import type { Tensor } from "../../base/tensor.js";
import { type Link, linked } from "../../quantize/regressor-coding.js";
import { type Rows, toMatrixOf } from "../check-data.js";
import type { LinearWeights } from "./linear-fit.js";

/** A fitted linear regressor in double precision: `prediction = link(X coef^T + intercept)`. Immutable. */
export class LinearPredictor implements LinearWeights {
  readonly coef: Tensor;
  readonly intercept: Float64Array;
  readonly link: Link;

  constructor(coef: Tensor, intercept: Float64Array, link: Link) {
    this.coef = coef;
    this.intercept = intercept;
    this.link = link;
  }

  /** One prediction a row; with several targets `[rows, targets]`, row after row. Errors: `bad-shape`, `not-a-number`. */
  predict(x: Rows): Float64Array {
    return linked(this.link, linearScores(this, x)).data;
  }
}

/** Scores `[rows, outputs]` of real rows. Errors: `bad-shape`, `not-a-number`. */
export function linearScores({ coef, intercept }: LinearWeights, x: Rows): Tensor {
  const [outputs = 0, features = 0] = coef.shape;
  const { rows, data: values } = toMatrixOf(features, x, "X");
  const data = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < outputs; k++) {
      let score = intercept[k] ?? 0;
      for (let j = 0; j < features; j++) {
        score += (coef.data[k * features + j] ?? 0) * (values[row * features + j] ?? 0);
      }
      data[row * outputs + k] = score;
    }
  }
  return { shape: [rows, outputs], data };
}
