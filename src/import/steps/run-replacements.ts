import { VelumError } from "../../base/error.js";
import { type Block, type NumberBlock, numbersOf, perRow, rowOf } from "./blocks.js";
import type { StepOf } from "./steps.js";

/** Entries equal to the missing value, NaN included, become the column's value. */
export function imputeMissing(
  step: StepOf<"impute">,
  blocks: readonly Block[],
  rows: number,
): NumberBlock {
  const from = numbersOf(blocks, step.from);
  return perRow(from.columns, rows, (row, out) => {
    rowOf(from, row).forEach((x, k) => {
      out[k] = sameValue(x, step.missing) ? (step.values[k] ?? 0) : x;
    });
  });
}

/** One column a category of each column. Errors: `out-of-range` (a category that the model refuses). */
export function oneHotColumns(
  { from: index, categories, unknown }: StepOf<"oneHot">,
  blocks: readonly Block[],
  rows: number,
): NumberBlock {
  const from = blocks[index];
  const places = new Map(categories.map((category, index) => [category, index]));
  const width = from?.columns ?? 0;
  return perRow(width * categories.length, rows, (row, out) => {
    for (let column = 0; column < width; column++) {
      const value = from?.data[row * width + column] ?? Number.NaN;
      const place = places.get(value);
      if (place !== undefined) out[column * categories.length + place] = 1;
      else if (unknown === "error") throw unknownCategory(row, column, value);
    }
  });
}

/** Each entry, a number or a text, becomes the value of its key. */
export function mapValues(
  step: StepOf<"map">,
  blocks: readonly Block[],
  rows: number,
): NumberBlock {
  const from = blocks[step.from];
  const places = new Map(step.keys.map((key, index) => [key, step.values[index] ?? 0]));
  const values = new Float64Array((from?.columns ?? 0) * rows);
  for (let i = 0; i < values.length; i++) {
    values[i] = places.get(from?.data[i] ?? Number.NaN) ?? step.fallback;
  }
  return { columns: from?.columns ?? 0, data: values };
}

function sameValue(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

function unknownCategory(row: number, column: number, value: number | string): VelumError {
  return new VelumError({
    code: "out-of-range",
    path: `X[${row}, ${column}]`,
    problem: `${JSON.stringify(value)} is no category that the model's one-hot encoder knows`,
    actual: value,
    cure: "Pass a category of the training data, or export the encoder with unknown categories ignored",
  });
}
