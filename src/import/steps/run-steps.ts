import { VelumError } from "../../base/error.js";
import { predictEnsemble } from "../../models/trees/predict-ensemble.js";
import { countVotes, couplePairs } from "./pairs-of-classes.js";
import { transformRow } from "./row-transforms.js";
import {
  elementFunctions,
  type Label,
  type LinearStep,
  pairFunctions,
  rowFunctions,
  type Step,
} from "./steps.js";

/** A matrix `[rows, columns]`, row-major, of numbers or of texts. */
export interface Block {
  readonly columns: number;
  readonly data: Float64Array | readonly string[];
}

/** A block of numbers. */
export interface NumberBlock extends Block {
  readonly data: Float64Array;
}

/** Numbers that every row shares; tables are long, and mostly only looked up, so that the matrix is made when it is asked for. */
class SharedRow implements NumberBlock {
  readonly values: Float64Array;
  readonly #rows: number;
  #data: Float64Array | undefined;

  constructor(values: Float64Array, rows: number) {
    this.values = values;
    this.#rows = rows;
  }

  get columns(): number {
    return this.values.length;
  }

  get data(): Float64Array {
    this.#data ??= perRow(this.columns, this.#rows, (_, out) => out.set(this.values)).data;
    return this.#data;
  }
}

/**
 * Runs `steps` on `rows` rows and gives all blocks, inputs first. Computes in float64 and rounds where a step says so.
 * Errors: `out-of-range` (a category that the model refuses).
 */
export function runSteps(
  steps: readonly Step[],
  inputs: readonly Block[],
  rows: number,
): readonly Block[] {
  const blocks = [...inputs];
  for (const step of steps) blocks.push(runStep(step, blocks, rows));
  return blocks;
}

/** Block `index` as numbers; steps are checked when they are built, so another kind is a mistake of Velum's. */
export function numbersOf(blocks: readonly Block[], index: number): NumberBlock {
  const block = blocks[index];
  if (block === undefined || !(block.data instanceof Float64Array)) {
    throw new Error(`block ${index} holds no numbers`);
  }
  return { columns: block.columns, data: block.data };
}

function runStep(step: Step, blocks: readonly Block[], rows: number): Block {
  switch (step.kind) {
    case "select": {
      const from = blocks[step.from];
      if (from === undefined) throw new Error(`no block ${step.from}`);
      return select(from, step.columns, rows);
    }
    case "concatenate":
      if (step.from.every((index) => !(blocks[index]?.data instanceof Float64Array)))
        return concatenateTexts(step.from, blocks, rows);
      return concatenate(
        step.from.map((index) => numbersOf(blocks, index)),
        rows,
      );
    case "constant":
      return new SharedRow(step.values, rows);
    case "element": {
      const { columns, data } = numbersOf(blocks, step.from);
      const apply = elementFunctions[step.name];
      const round = step.precision === "float32" ? Math.fround : same;
      return { columns, data: data.map((x) => round(apply(x))) };
    }
    case "pair": {
      const left = numbersOf(blocks, step.left);
      const right = numbersOf(blocks, step.right);
      const apply = pairFunctions[step.name];
      const round = step.precision === "float32" ? Math.fround : same;
      return perRow(Math.max(left.columns, right.columns), rows, (row, out) => {
        for (let k = 0; k < out.length; k++) {
          out[k] = round(apply(entryOf(left, row, k), entryOf(right, row, k)));
        }
      });
    }
    case "row": {
      const from = numbersOf(blocks, step.from);
      const apply = rowFunctions[step.name];
      const round = step.precision === "float32" ? Math.fround : same;
      return perRow(1, rows, (row, out) => {
        out[0] = round(apply(rowOf(from, row)));
      });
    }
    case "rowTransform": {
      const from = numbersOf(blocks, step.from);
      return perRow(from.columns, rows, (row, out) => {
        out.set(rowOf(from, row));
        transformRow(step.name, out);
      });
    }
    case "impute": {
      const from = numbersOf(blocks, step.from);
      return perRow(from.columns, rows, (row, out) => {
        rowOf(from, row).forEach((x, k) => {
          out[k] = sameValue(x, step.missing) ? (step.values[k] ?? 0) : x;
        });
      });
    }
    case "oneHot":
      return oneHot(blocks[step.from], step.categories, step.unknown, rows);
    case "map": {
      const from = blocks[step.from];
      const places = new Map(step.keys.map((key, index) => [key, step.values[index] ?? 0]));
      const values = new Float64Array((from?.columns ?? 0) * rows);
      for (let i = 0; i < values.length; i++) {
        values[i] = places.get(from?.data[i] ?? Number.NaN) ?? step.fallback;
      }
      return { columns: from?.columns ?? 0, data: values };
    }
    case "pairVotes":
    case "pairCoupling": {
      const from = numbersOf(blocks, step.from);
      const apply = step.kind === "pairVotes" ? countVotes : couplePairs;
      return perRow(step.classes, rows, (row, out) =>
        out.set(apply(rowOf(from, row), step.classes)),
      );
    }
    case "choose": {
      const [from, yes, no] = [step.from, step.yes, step.no].map((at) => numbersOf(blocks, at)) as [
        NumberBlock,
        NumberBlock,
        NumberBlock,
      ];
      return perRow(Math.max(from.columns, yes.columns, no.columns), rows, (row, out) => {
        for (let k = 0; k < out.length; k++)
          out[k] = entryOf(from, row, k) === 0 ? entryOf(no, row, k) : entryOf(yes, row, k);
      });
    }
    case "pick": {
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
    case "trees": {
      const { columns, data } = numbersOf(blocks, step.from);
      const scores = predictEnsemble(step.ensemble, {
        shape: [rows, columns],
        data,
        rows,
        columns,
      });
      return { columns: step.ensemble.outputs, data: scores.data };
    }
    case "linear":
      return linearScores(step, numbersOf(blocks, step.from), rows);
  }
}

/** The scores `[rows, outputs]` of a linear model. */
function linearScores(step: LinearStep, from: NumberBlock, rows: number): NumberBlock {
  return perRow(step.intercept.length, rows, (row, out) => {
    const x = rowOf(from, row);
    for (let k = 0; k < out.length; k++) {
      let sum = step.intercept[k] ?? 0;
      for (let j = 0; j < x.length; j++) sum += (step.coef[k * x.length + j] ?? 0) * (x[j] ?? 0);
      out[k] = sum;
    }
  });
}

function select(from: Block, columns: Int32Array, rows: number): Block {
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

function concatenate(parts: readonly NumberBlock[], rows: number): NumberBlock {
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

function oneHot(
  from: Block | undefined,
  categories: readonly Label[],
  unknown: "zeros" | "error",
  rows: number,
): NumberBlock {
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

function perRow(
  columns: number,
  rows: number,
  fill: (row: number, out: Float64Array) => void,
): NumberBlock {
  const data = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) fill(row, data.subarray(row * columns, (row + 1) * columns));
  return { columns, data };
}

function rowOf(block: NumberBlock, row: number): Float64Array {
  return block.data.subarray(row * block.columns, (row + 1) * block.columns);
}

/** Entry `k` of a row; one column stands for all. */
function entryOf({ columns, data }: NumberBlock, row: number, k: number): number {
  return data[row * columns + (columns === 1 ? 0 : k)] ?? 0;
}

function sameValue(a: number, b: number): boolean {
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

function same(x: number): number {
  return x;
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
