import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { type ClientTransform, rowsFor } from "./client-transform.js";

/** Puts `values[j]` where feature `j` is missing: NaN, or the number `missing`; infinities are refused. Immutable. */
export class Fill implements ClientTransform {
  readonly affine = undefined;
  readonly values: Float64Array;
  /** What stands for a missing value; null: NaN. */
  readonly missing: number | null;

  constructor(values: ArrayLike<number>, missing: number | null = null) {
    this.values = Float64Array.from(values);
    this.missing = missing;
  }

  get inputs(): number {
    return this.values.length;
  }

  get outputs(): number {
    return this.values.length;
  }

  /** `x` without gaps. Errors: `bad-shape`; `not-a-number` where an infinity is left. */
  apply(x: Tensor, path: string): Tensor {
    const { inputs, values, missing } = this;
    rowsFor(inputs, x, path);
    const data = x.data.map((v, i) =>
      (missing === null ? Number.isNaN(v) : v === missing) ? (values[i % inputs] ?? 0) : v,
    );
    const at = data.findIndex((v) => !Number.isFinite(v));
    if (at < 0) return { shape: x.shape, data };
    throw new VelumError({
      code: "not-a-number",
      path: `${path} row ${Math.floor(at / inputs)}, column ${at % inputs}`,
      problem: `the value is ${data[at]}`,
      actual: String(data[at]),
      cure: `Replace values that are no numbers; only ${missing ?? "NaN"} counts as missing`,
    });
  }

  toJSON() {
    const { values, missing } = this;
    const form = { kind: "fill", values: Array.from(values) } as const;
    return missing === null ? form : { ...form, missing };
  }
}
