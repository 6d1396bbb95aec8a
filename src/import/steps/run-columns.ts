import { type Block, type NumberBlock, numbersOf, perRow, rowOf, SharedRow } from "./blocks.js";
import type { StepOf } from "./steps.js";

/** The columns of a block that a step keeps, in its order; numbers or texts. */
export function selectColumns(
  { from: index, columns }: StepOf<"select">,
  blocks: readonly Block[],
  rows: number,
): Block {
  const from = blocks[index];
  if (from === undefined) throw new Error(`no block ${index}`);
  const { data } = from;
  if (data instanceof Float64Array) {
    return perRow(columns.length, rows, (row, out) => {
      columns.forEach((column, k) => {
        out[k] = data[row * from.columns + column] ?? 0;
      });
    });
  }
  const texts: string[] = [];
  for (let row = 0; row < rows; row++)
    for (const column of columns) texts.push(data[row * from.columns + column] ?? "");
  return { columns: columns.length, data: texts };
}

/** Blocks side by side: texts where none of them holds numbers. */
export function concatenateColumns(
  { from }: StepOf<"concatenate">,
  blocks: readonly Block[],
  rows: number,
): Block {
  if (from.every((index) => !(blocks[index]?.data instanceof Float64Array)))
    return concatenateTexts(from, blocks, rows);
  return concatenateNumbers(
    from.map((index) => numbersOf(blocks, index)),
    rows,
  );
}

/** The numbers of each row at the places that another block names for it; NaN beyond. */
export function pickNumbers(
  step: StepOf<"pick">,
  blocks: readonly Block[],
  rows: number,
): NumberBlock {
  const table = blocks[step.from];
  const from = table instanceof SharedRow ? table : numbersOf(blocks, step.from);
  const places = numbersOf(blocks, step.places);
  return perRow(places.columns, rows, (row, out) => {
    const own = from instanceof SharedRow ? from.values : rowOf(from, row);
    rowOf(places, row).forEach((place, k) => {
      out[k] = own[place < 0 ? place + own.length : place] ?? Number.NaN;
    });
  });
}

function concatenateNumbers(parts: readonly NumberBlock[], rows: number): NumberBlock {
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  return perRow(columns, rows, (row, out) => {
    let at = 0;
    for (const part of parts) {
      out.set(rowOf(part, row), at);
      at += part.columns;
    }
  });
}

function concatenateTexts(from: readonly number[], blocks: readonly Block[], rows: number): Block {
  const texts: string[] = [];
  for (let row = 0; row < rows; row++)
    for (const index of from) {
      const { columns = 0, data = [] } = blocks[index] ?? {};
      for (let k = 0; k < columns; k++) texts.push(String(data[row * columns + k] ?? ""));
    }
  const columns = from.reduce((sum, index) => sum + (blocks[index]?.columns ?? 0), 0);
  return { columns, data: texts };
}
