import type { Tensor } from "../../base/tensor.js";
import { notFitted, type Rows, toMatrix, toMatrixOf } from "../check-data.js";

/**
 * Shifts and scales each feature to mean 0 and variance 1 (over all rows, divisor `rows`), as scikit-learn's
 * StandardScaler does. A feature that does not vary is only shifted.
 */
export class StandardScaler {
  #mean: Float64Array | undefined;
  #scale: Float64Array | undefined;

  /** `[features]`. Errors: `not-fitted`. */
  get mean(): Float64Array {
    if (this.#mean === undefined) throw notFitted("StandardScaler");
    return this.#mean;
  }

  /** Standard deviations `[features]`, 1 where a feature does not vary. Errors: `not-fitted`. */
  get scale(): Float64Array {
    if (this.#scale === undefined) throw notFitted("StandardScaler");
    return this.#scale;
  }

  /** `x` is `[rows, features]`. Errors: `bad-shape`, `not-a-number`. */
  fit(x: Rows): this {
    const { rows, columns, data } = toMatrix(x, "StandardScaler.fit X");
    const mean = new Float64Array(columns);
    const scale = new Float64Array(columns);
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += data[row * columns + column] ?? 0;
      const middle = sum / rows;
      let squares = 0;
      let rest = 0; // what rounding left out of the mean: Chan, Golub, LeVeque 1983, equation 1.7
      for (let row = 0; row < rows; row++) {
        const difference = (data[row * columns + column] ?? 0) - middle;
        squares += difference * difference;
        rest += difference;
      }
      const variance = (squares - (rest * rest) / rows) / rows;
      // Rounding alone gives a feature of equal large values a variance above 0.
      const noise = rows * Number.EPSILON * variance + (rows * middle * Number.EPSILON) ** 2;
      mean[column] = middle;
      scale[column] = variance > noise ? Math.sqrt(variance) : 1;
    }
    this.#mean = mean;
    this.#scale = scale;
    return this;
  }

  /** `(x - mean) / scale`, same shape. Errors: `not-fitted`, `bad-shape`, `not-a-number`. */
  transform(x: Rows): Tensor {
    const { mean, scale } = this;
    const { shape, data } = toMatrixOf(mean.length, x, "StandardScaler.transform X");
    return {
      shape,
      data: data.map((v, i) => (v - (mean[i % mean.length] ?? 0)) / (scale[i % mean.length] ?? 1)),
    };
  }

  fitTransform(x: Rows): Tensor {
    return this.fit(x).transform(x);
  }
}
