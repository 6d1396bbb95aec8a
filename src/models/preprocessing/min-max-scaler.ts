import { AffineTransform } from "../../quantize/transforms/affine-transform.js";
import { type Matrix, notFitted } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import { AffineScaler } from "./affine-scaler.js";

/** Settings of a `MinMaxScaler`. */
export interface MinMaxScalerParams {
  /** Ends that the training data's least and greatest value get. Default 0 and 1. */
  readonly featureRange: readonly [number, number];
  /** Values beyond the training data are clipped to the ends. Default false. */
  readonly clip: boolean;
}

/** Brings each feature's training range to `featureRange`. A feature that does not vary is only shifted. */
export class MinMaxScaler extends AffineScaler<MinMaxScalerParams> {
  #greatest: Float64Array | undefined;

  constructor(params: Partial<MinMaxScalerParams> = {}) {
    super("MinMaxScaler", { featureRange: [0, 1], clip: false }, params);
  }

  /** Least values of the training data, `[features]`. Errors: `not-fitted`, as all here. */
  get dataMin(): Float64Array {
    return this.step.center;
  }

  /** Greatest values of the training data, `[features]`. */
  get dataMax(): Float64Array {
    if (this.#greatest === undefined) throw notFitted(this.name);
    return this.#greatest;
  }

  /** `dataMax` less `dataMin`. */
  get dataRange(): Float64Array {
    const { dataMin } = this;
    return this.dataMax.map((most, j) => most - (dataMin[j] ?? 0));
  }

  /** Factors `[features]`: a scaled value is `x * scale + min`. */
  get scale(): Float64Array {
    return this.step.scale.map((width) => 1 / width);
  }

  /** What is added after scaling, `[features]`. */
  get min(): Float64Array {
    const { center, scale, low } = this.step;
    return center.map((least, j) => low - least / (scale[j] ?? 1));
  }

  protected override learn({ rows, columns, data }: Matrix): AffineTransform {
    const { featureRange, clip } = this.getParams();
    const [low, high] = featureRange;
    if (!(low < high && Number.isFinite(high - low))) {
      const actual = `${low} to ${high}`;
      throw new ParamChecks(this.name).bad(
        "featureRange",
        actual,
        "Pass two ends, the lower first",
      );
    }
    const center: number[] = [];
    const scale: number[] = [];
    const greatest = new Float64Array(columns);
    for (let j = 0; j < columns; j++) {
      let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let i = 0; i < rows; i++) {
        const value = data[i * columns + j] ?? 0;
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
      center.push(least);
      greatest[j] = most;
      scale.push((most > least ? most - least : 1) / (high - low));
    }
    this.#greatest = greatest;
    return new AffineTransform({ center, scale, low, clip: clip ? [low, high] : null });
  }
}
