import { VelumError } from "../../base/error.js";
import { kindText, shapeText, type Tensor, toTensor } from "../../base/tensor.js";
import type { Rows } from "../../models/check-data.js";
import { type Block, numbersOf } from "../steps/blocks.js";
import {
  columnsOf,
  type ImportedInput,
  type ImportedRows,
  type InputType,
} from "../steps/imported-parts.js";
import { runSteps } from "../steps/run-steps.js";
import type { Label, Step } from "../steps/steps.js";

/** What the client's side needs to know of a model's inputs: `from` is the block that the model reads. */
export interface FeatureSteps {
  readonly inputs: readonly ImportedInput[];
  readonly before: readonly Step[];
  readonly from: number;
}

/** `[rows, features]` what the trees or the linear model see: `x` after preprocessing. Errors: as `readRows` and `runSteps`. */
export function featuresOf({ inputs, before, from }: FeatureSteps, x: ImportedRows): Tensor {
  const { blocks, rows } = readRows(inputs, x);
  const block = numbersOf(runSteps(before, blocks, rows), from);
  return { shape: [rows, block.columns], data: block.data };
}

/**
 * Splits `x` into the blocks of `inputs` and rounds numbers to their types.
 * Errors: `bad-shape` (number of columns), `bad-argument` (a text where a number is due, or the other way round).
 */
function readRows(
  inputs: readonly ImportedInput[],
  x: ImportedRows,
): { blocks: readonly Block[]; rows: number } {
  const due = columnsOf(inputs);
  if (inputs.some((input) => input.type === "text")) return readMixedRows(inputs, x, due);
  const { shape, data } = toTensor(numbersAlone(x), "X");
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2 || columns !== due) throw wrongColumns(due, shapeText(shape));
  let start = 0;
  const blocks = inputs.map((input) => {
    const round = rounding(input.type);
    const own = new Float64Array(rows * input.columns);
    for (let row = 0; row < rows; row++)
      for (let k = 0; k < input.columns; k++)
        own[row * input.columns + k] = round(data[row * columns + start + k] ?? 0);
    start += input.columns;
    return { columns: input.columns, data: own };
  });
  return { blocks, rows };
}

function readMixedRows(
  inputs: readonly ImportedInput[],
  x: ImportedRows,
  due: number,
): { blocks: readonly Block[]; rows: number } {
  if (!Array.isArray(x)) throw wrongColumns(due, "no list of rows");
  const table: readonly (readonly Label[])[] = x.map((row: unknown, index) => {
    if (!Array.isArray(row) || row.length !== due)
      throw wrongColumns(due, `not so in row ${index}`);
    return row.map((entry: unknown, column) => {
      if (typeof entry === "number" || typeof entry === "string") return entry;
      throw wrongEntry(`X[${index}][${column}]`, entry, "number or text");
    });
  });
  let start = 0;
  const blocks = inputs.map(({ name, columns, type }): Block => {
    const round = rounding(type);
    const first = start;
    const entries = table.flatMap((row) => row.slice(first, first + columns));
    start += columns;
    const place = (at: number): string =>
      `X[${Math.floor(at / columns)}][${first + (at % columns)}], input "${name}"`;
    if (type === "text") {
      const texts = entries.map((entry, at) => {
        if (typeof entry === "string") return entry;
        throw wrongEntry(place(at), entry, "text");
      });
      return { columns, data: texts };
    }
    const numbers = entries.map((entry, at) => {
      if (typeof entry === "number") return round(entry);
      throw wrongEntry(place(at), entry, "number");
    });
    return { columns, data: Float64Array.from(numbers) };
  });
  return { blocks, rows: table.length };
}

/** `x` without the kind of rows that holds texts; an entry of another type is found when the tensor is read. */
function numbersAlone(x: ImportedRows): Rows {
  if (!Array.isArray(x)) return isRows(x) ? x : [];
  return x.map((row: unknown, index) => {
    if (!Array.isArray(row)) return Float64Array.from(isNumbers(row) ? row : []);
    return row.map((entry: unknown, column) => {
      if (typeof entry === "number") return entry;
      throw wrongEntry(`X[${index}][${column}]`, entry, "number");
    });
  });
}

function isRows(x: ImportedRows): x is Rows {
  return !Array.isArray(x);
}

function isNumbers(row: unknown): row is ArrayLike<number> {
  return ArrayBuffer.isView(row) && !(row instanceof DataView);
}

function rounding(type: InputType): (x: number) => number {
  if (type === "float32") return Math.fround;
  return type === "integer" ? Math.trunc : (x) => x;
}

function wrongColumns(due: number, found: string): VelumError {
  return new VelumError({
    code: "bad-shape",
    path: "X",
    problem: `its shape is ${found}, the model takes rows of ${due} columns`,
    limit: due,
    actual: found,
    cure: "Pass one row a sample, with the columns of all inputs side by side",
  });
}

function wrongEntry(path: string, found: unknown, due: string): VelumError {
  const missing = found === null || found === undefined;
  return new VelumError({
    code: "bad-argument",
    path,
    problem: `is ${kindText(found)}, and a ${due} is due`,
    cure: missing
      ? "Write a missing value as NaN, where the model knows any"
      : `Pass a ${due}; the model's inputs say which columns hold what`,
  });
}
