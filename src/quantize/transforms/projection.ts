import type { Tensor } from "../../base/tensor.js";
import { requireFinite } from "../finite.js";
import { type AffineMap, type ClientTransform, rowsFor } from "./client-transform.js";

/** The JSON form. */
export interface ProjectionForm {
  readonly kind: "projection";
  readonly mean: readonly number[];
  /** One row a result. */
  readonly components: readonly (readonly number[])[];
}

/** `z = components (x - mean)`: what PCA does. Immutable. */
export class Projection implements ClientTransform {
  readonly mean: Float64Array;
  /** `[outputs, inputs]` */
  readonly components: Tensor;

  constructor(mean: ArrayLike<number>, components: Tensor) {
    this.mean = Float64Array.from(mean);
    this.components = components;
  }

  get inputs(): number {
    return this.mean.length;
  }

  get outputs(): number {
    return this.components.shape[0] ?? 0;
  }

  get affine(): AffineMap {
    const { mean, inputs, outputs } = this;
    const offset = this.apply({ shape: [1, inputs], data: new Float64Array(inputs) }, "PCA").data;
    return { weights: { shape: [outputs, mean.length], data: this.components.data }, offset };
  }

  apply(x: Tensor, path: string): Tensor {
    requireFinite(x, path);
    const { inputs, outputs, mean, components } = this;
    const rows = rowsFor(inputs, x, path);
    const data = new Float64Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < outputs; k++) {
        let sum = 0;
        for (let j = 0; j < inputs; j++) {
          sum +=
            ((x.data[row * inputs + j] ?? 0) - (mean[j] ?? 0)) *
            (components.data[k * inputs + j] ?? 0);
        }
        data[row * outputs + k] = sum;
      }
    }
    return { shape: [rows, outputs], data };
  }

  toJSON(): ProjectionForm {
    const { inputs, outputs, components } = this;
    return {
      kind: "projection",
      mean: Array.from(this.mean),
      components: Array.from({ length: outputs }, (_, k) =>
        Array.from(components.data.subarray(k * inputs, (k + 1) * inputs)),
      ),
    };
  }
}
