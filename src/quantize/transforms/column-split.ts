import type { Tensor } from "../../base/tensor.js";
import { type ClientTransform, rowsFor } from "./client-transform.js";

/** Columns that one step takes; `null` passes them on as they are. */
export interface ColumnPart {
  readonly columns: readonly number[];
  readonly step: ClientTransform | null;
}

/** Each part's columns through its step, results side by side in the order of the parts. Immutable. */
export class ColumnSplit implements ClientTransform {
  readonly affine = undefined;
  readonly inputs: number;
  readonly parts: readonly ColumnPart[];

  constructor(inputs: number, parts: readonly ColumnPart[]) {
    this.inputs = inputs;
    this.parts = parts;
  }

  get outputs(): number {
    return this.parts.reduce(
      (sum, { columns, step }) => sum + (step?.outputs ?? columns.length),
      0,
    );
  }

  apply(x: Tensor, path: string): Tensor {
    const rows = rowsFor(this.inputs, x, path);
    const { outputs } = this;
    const data = new Float64Array(rows * outputs);
    let start = 0;
    for (const { columns, step } of this.parts) {
      const own = pickColumns(x, columns);
      const made = step?.apply(own, `${path} (columns ${columns.join(", ")})`) ?? own;
      const width = made.shape[1] ?? 0;
      for (let row = 0; row < rows; row++) {
        data.set(made.data.subarray(row * width, (row + 1) * width), row * outputs + start);
      }
      start += width;
    }
    return { shape: [rows, outputs], data };
  }

  toJSON() {
    const parts = this.parts.map(({ columns, step }) => ({
      columns: [...columns],
      step: step?.toJSON() ?? null,
    }));
    return { kind: "column-split", inputs: this.inputs, parts } as const;
  }
}

/** The columns of `x` (`[rows, all]`) in the order of `columns`. */
export function pickColumns(x: Tensor, columns: readonly number[]): Tensor {
  const [rows = 0, all = 0] = x.shape;
  const data = new Float64Array(rows * columns.length);
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / columns.length);
    data[i] = x.data[row * all + (columns[i % columns.length] ?? 0)] ?? 0;
  }
  return { shape: [rows, columns.length], data };
}
