import { AffineTransform } from "../../quantize/transforms/affine-transform.js";
import { type Matrix, notFitted } from "../check-data.js";
import { AffineScaler } from "./affine-scaler.js";

/** Settings of a `StandardScaler`. */
export interface StandardScalerParams {
  /** Takes the mean off. Default true. */
  readonly withMean: boolean;
  /** Divides by the standard deviation. Default true. */
  readonly withStd: boolean;
}

/**
 * Shifts and scales each feature to mean 0 and variance 1 (over all rows, divisor `rows`), as scikit-learn's
 * StandardScaler does. A feature that does not vary is only shifted.
 */
export class StandardScaler extends AffineScaler<StandardScalerParams> {
  #variances: Float64Array | undefined;

  constructor(params: Partial<StandardScalerParams> = {}) {
    super("StandardScaler", { withMean: true, withStd: true }, params);
  }

  /** What is taken off, `[features]`. Errors: `not-fitted`, as all here. */
  get mean(): Float64Array {
    return this.step.center;
  }

  /** Standard deviations `[features]`, 1 where a feature does not vary. */
  get scale(): Float64Array {
    return this.step.scale;
  }

  /** Variances `[features]` of the training data (divisor `rows`), 0 where a feature does not vary. */
  get var(): Float64Array {
    if (this.#variances === undefined) throw notFitted(this.name);
    return this.#variances;
  }

  protected override learn({ rows, columns, data }: Matrix): AffineTransform {
    const { withMean, withStd } = this.getParams();
    const center = new Array<number>(columns).fill(0);
    const scale = new Array<number>(columns).fill(1);
    const variances = new Float64Array(columns);
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
      variances[column] = variance > noise ? variance : 0;
      if (withMean) center[column] = middle;
      if (withStd && variance > noise) scale[column] = Math.sqrt(variance);
    }
    this.#variances = variances;
    return new AffineTransform({ center, scale, low: 0, clip: null });
  }
}
