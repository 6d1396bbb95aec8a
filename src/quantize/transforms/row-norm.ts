import type { Tensor } from "../../base/tensor.js";
import { requireFinite } from "../finite.js";
import { type ClientTransform, rowsFor } from "./client-transform.js";

/** Sum of sizes, Euclidean length, or largest size. */
export type Norm = "l1" | "l2" | "max";

/** Divides each row by its norm; a row of zeros stays. Immutable. */
export class RowNorm implements ClientTransform {
  readonly affine = undefined;
  readonly norm: Norm;
  readonly inputs: number;

  constructor(norm: Norm, inputs: number) {
    this.norm = norm;
    this.inputs = inputs;
  }

  get outputs(): number {
    return this.inputs;
  }

  apply(x: Tensor, path: string): Tensor {
    requireFinite(x, path);
    const { inputs } = this;
    rowsFor(inputs, x, path);
    const data = x.data.slice();
    for (let start = 0; start < data.length; start += inputs) {
      const row = data.subarray(start, start + inputs);
      const size = sizeOf(row, this.norm);
      for (let j = 0; size > 0 && j < inputs; j++) row[j] = (row[j] ?? 0) / size;
    }
    return { shape: x.shape, data };
  }

  toJSON() {
    return { kind: "row-norm", norm: this.norm, inputs: this.inputs } as const;
  }
}

function sizeOf(row: Float64Array, norm: Norm): number {
  if (norm === "l1") return row.reduce((sum, v) => sum + Math.abs(v), 0);
  if (norm === "l2") return Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
  return row.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
}
