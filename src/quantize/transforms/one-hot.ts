import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { requireFinite } from "../finite.js";
import { type ClientTransform, rowsFor } from "./client-transform.js";

/** The JSON form. */
export interface OneHotForm {
  readonly kind: "one-hot";
  readonly categories: readonly (readonly number[])[];
  readonly handleUnknown: "error" | "ignore";
  readonly dropped: readonly number[];
}

/** One 0 or 1 for each category of each feature; category `dropped[j]` of feature `j` has none (-1: all have). Immutable. */
export class OneHot implements ClientTransform {
  readonly affine = undefined;
  readonly categories: readonly Float64Array[];
  readonly handleUnknown: "error" | "ignore";
  readonly dropped: readonly number[];

  constructor(parts: {
    readonly categories: readonly ArrayLike<number>[];
    readonly handleUnknown: "error" | "ignore";
    readonly dropped: readonly number[];
  }) {
    this.categories = parts.categories.map((own) => Float64Array.from(own));
    this.handleUnknown = parts.handleUnknown;
    this.dropped = parts.dropped;
  }

  get inputs(): number {
    return this.categories.length;
  }

  get outputs(): number {
    return this.categories.reduce((sum, _, j) => sum + this.#width(j), 0);
  }

  /** Errors: `not-a-number`; `out-of-range` for an unknown category unless these are ignored. */
  apply(x: Tensor, path: string): Tensor {
    requireFinite(x, path);
    const { inputs, outputs } = this;
    const rows = rowsFor(inputs, x, path);
    const data = new Float64Array(rows * outputs);
    for (let row = 0; row < rows; row++) {
      let start = row * outputs;
      for (let j = 0; j < inputs; j++) {
        const place = (this.categories[j] ?? new Float64Array()).indexOf(
          x.data[row * inputs + j] ?? 0,
        );
        const dropped = this.dropped[j] ?? -1;
        if (place < 0 && this.handleUnknown === "error") throw unknown(path, row, j);
        if (place >= 0 && place !== dropped) {
          data[start + place - Number(dropped >= 0 && place > dropped)] = 1;
        }
        start += this.#width(j);
      }
    }
    return { shape: [rows, outputs], data };
  }

  #width(j: number): number {
    return (this.categories[j]?.length ?? 0) - Number((this.dropped[j] ?? -1) >= 0);
  }

  toJSON(): OneHotForm {
    const { handleUnknown, dropped } = this;
    const categories = this.categories.map((own) => Array.from(own));
    return { kind: "one-hot", categories, handleUnknown, dropped: [...dropped] };
  }
}

function unknown(path: string, row: number, column: number): VelumError {
  return new VelumError({
    code: "out-of-range",
    path: `${path} row ${row}, column ${column}`,
    problem: "the value is none of the categories of the training data",
    cure: 'Map unknown categories to a known one, or fit the encoder with handleUnknown "ignore"',
  });
}
