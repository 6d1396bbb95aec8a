import { VelumError } from "../base/error.js";
import type { Label } from "../import/steps/steps.js";
import type { Sample } from "../trace/inputset.js";
import { usageError } from "./arguments.js";
import { parseCsv } from "./csv.js";
import { parseJson, readBytes } from "./files.js";
import { type Inputsets, isInputsets, isSamples } from "./load-program.js";

/** A list of samples of a file, or a program's own where `path` is undefined. Errors: `bad-argument`. */
export async function readSamples(
  path: string | undefined,
  own: Iterable<Sample> | undefined,
): Promise<Iterable<Sample>> {
  if (path === undefined) {
    if (own !== undefined) return own;
    throw usageError("--inputset", "is missing, and the program exports no inputset");
  }
  const samples = await readTable(path);
  if (isSamples(samples)) return samples;
  throw refused(path, "is not a list of samples", "Write a JSON array with one sample an entry");
}

/** The same with a list for each function of a module. */
export async function readInputsets(
  path: string | undefined,
  own: Inputsets | undefined,
): Promise<Inputsets> {
  if (path === undefined) {
    if (own !== undefined) return own;
    throw usageError("--inputset", "is missing, and the program exports no inputsets");
  }
  const inputsets = await readTable(path);
  if (!Array.isArray(inputsets) && isInputsets(inputsets)) return inputsets;
  throw refused(
    path,
    "is not an object with a list of samples a function",
    'Write a JSON object like { "f": [0, 1, 2, 3] }',
  );
}

/** Rows for a model: numbers, texts, and null or an empty cell for what is missing. Errors: `bad-argument`. */
export async function readRows(path: string): Promise<Label[][]> {
  const rows = await readTable(path);
  if (Array.isArray(rows) && rows.length > 0) {
    return rows.map((row: unknown, index) => rowOf(row, `${path} row ${index}`));
  }
  throw refused(
    path,
    "is not a list of rows",
    "Write a JSON array of arrays, or a table with commas that is called .csv",
  );
}

/** One row. Error `bad-argument` for anything but numbers, texts and null. */
export function rowOf(row: unknown, path: string): Label[] {
  if (Array.isArray(row)) {
    const cells = row.map((cell: unknown) => (cell === null ? Number.NaN : cell));
    if (cells.every(isLabel)) return cells;
  }
  throw refused(
    path,
    "is not a list of numbers and texts",
    "Write a JSON array with a value for each column, and null where it is missing",
  );
}

/** A row of a model that takes numbers alone. Error `bad-argument` for a text. */
export function numbersOf(row: readonly Label[]): number[] {
  return row.map((cell, index) => {
    if (typeof cell === "number") return cell;
    throw refused(
      `column ${index}`,
      `holds the text "${cell}", and the model takes numbers alone`,
      "Number the texts as the model's training data did",
    );
  });
}

function isLabel(cell: unknown): cell is Label {
  return typeof cell === "number" || typeof cell === "string";
}

/** JSON, or a table with commas by its name. */
async function readTable(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readBytes(path));
  return /\.csv$/i.test(path) ? parseCsv(text, path) : parseJson(text, path);
}

function refused(path: string, problem: string, cure: string): VelumError {
  return new VelumError({ code: "bad-argument", path, problem, cure });
}
