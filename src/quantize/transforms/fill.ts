import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { type ClientTransform, rowsFor } from "./client-transform.js";

/** Puts `values[j]` where feature `j` is NaN; infinities are refused. Immutable. */
export class Fill implements ClientTransform {
  readonly affine = undefined;
  readonly values: Float64Array;

  constructor(values: ArrayLike<number>) {
    this.values = Float64Array.from(values);
  }

  get inputs(): number {
    return this.values.length;
  }

  get outputs(): number {
    return this.values.length;
  }

  /** `x` without gaps. Errors: `bad-shape`; `not-a-number` where an infinity is left. */
  apply(x: Tensor, path: string): Tensor {
    const { inputs, values } = this;
    rowsFor(inputs, x, path);
    const data = x.data.map((v, i) => (Number.isNaN(v) ? (values[i % inputs] ?? 0) : v));
    const at = data.findIndex((v) => !Number.isFinite(v));
    if (at < 0) return { shape: x.shape, data };
    throw new VelumError({
      code: "not-a-number",
      path: `${path} row ${Math.floor(at / inputs)}, column ${at % inputs}`,
      problem: `the value is ${data[at]}`,
      actual: String(data[at]),
      cure: "Replace infinite values; only NaN counts as missing",
    });
  }

  toJSON() {
    return { kind: "fill", values: Array.from(this.values) } as const;
  }
}
