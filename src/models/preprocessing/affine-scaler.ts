import type { Tensor } from "../../base/tensor.js";
import type { AffineTransform } from "../../quantize/transforms/affine-transform.js";
import { type Rows, toMatrixOf } from "../check-data.js";
import { Transformer } from "./transformer.js";

/** What transformers share that shift and scale each feature. */
export abstract class AffineScaler<P extends object> extends Transformer<P, AffineTransform> {
  /** Scaled rows `[rows, features]` back to what they were. Errors: `not-fitted`, `bad-shape`, `not-a-number`. */
  inverseTransform(z: Rows): Tensor {
    const { inputs, center, scale, low } = this.step;
    const { shape, data } = toMatrixOf(inputs, z, `${this.name}.inverseTransform X`);
    const back = data.map(
      (v, i) => (v - low) * (scale[i % inputs] ?? 1) + (center[i % inputs] ?? 0),
    );
    return { shape, data: back };
  }
}
