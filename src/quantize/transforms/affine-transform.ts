import type { Tensor } from "../../base/tensor.js";
import { requireFinite } from "../finite.js";
import { type AffineMap, type ClientTransform, rowsFor } from "./client-transform.js";

/** The JSON form. */
export interface AffineTransformForm {
  readonly kind: "affine-transform";
  readonly center: readonly number[];
  readonly scale: readonly number[];
  readonly low: number;
  readonly clip: readonly [number, number] | null;
}

/**
 * `z = (x - center) / scale + low`, feature by feature, then clipped where `clip` is set: what StandardScaler and MinMaxScaler do. Immutable.
 */
export class AffineTransform implements ClientTransform {
  readonly center: Float64Array;
  readonly scale: Float64Array;
  readonly low: number;
  readonly clip: readonly [number, number] | null;

  constructor(parts: Omit<AffineTransformForm, "kind">) {
    this.center = Float64Array.from(parts.center);
    this.scale = Float64Array.from(parts.scale);
    this.low = parts.low;
    this.clip = parts.clip;
  }

  get inputs(): number {
    return this.center.length;
  }

  get outputs(): number {
    return this.center.length;
  }

  get affine(): AffineMap | undefined {
    if (this.clip !== null) return undefined;
    const { inputs, center, scale, low } = this;
    const weights = new Float64Array(inputs * inputs);
    scale.forEach((s, j) => {
      weights[j * inputs + j] = 1 / s;
    });
    const offset = center.map((c, j) => low - c / (scale[j] ?? 1));
    return { weights: { shape: [inputs, inputs], data: weights }, offset };
  }

  apply(x: Tensor, path: string): Tensor {
    requireFinite(x, path);
    rowsFor(this.inputs, x, path);
    const { inputs, center, scale, low, clip } = this;
    const data = x.data.map(
      (v, i) => (v - (center[i % inputs] ?? 0)) / (scale[i % inputs] ?? 1) + low,
    );
    if (clip === null) return { shape: x.shape, data };
    return { shape: x.shape, data: data.map((v) => Math.min(clip[1], Math.max(clip[0], v))) };
  }

  toJSON(): AffineTransformForm {
    const { low, clip } = this;
    const [center, scale] = [Array.from(this.center), Array.from(this.scale)];
    return { kind: "affine-transform", center, scale, low, clip };
  }
}
