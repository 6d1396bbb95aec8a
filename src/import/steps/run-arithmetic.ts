import { type Block, entryOf, type NumberBlock, numbersOf, perRow, rowOf } from "./blocks.js";
import { countVotes, couplePairs } from "./pairs-of-classes.js";
import { transformRow } from "./row-transforms.js";
import {
  elementFunctions,
  type Precision,
  pairFunctions,
  rowFunctions,
  type StepOf,
} from "./steps.js";

/** A function of each number. */
export function runElement(step: StepOf<"element">, blocks: readonly Block[]): NumberBlock {
  const { columns, data } = numbersOf(blocks, step.from);
  const apply = elementFunctions[step.name];
  const round = roundingOf(step.precision);
  return { columns, data: data.map((x) => round(apply(x))) };
}

/** A function of the numbers of two blocks. */
export function runPair(step: StepOf<"pair">, blocks: readonly Block[], rows: number): NumberBlock {
  const left = numbersOf(blocks, step.left);
  const right = numbersOf(blocks, step.right);
  const apply = pairFunctions[step.name];
  const round = roundingOf(step.precision);
  return perRow(Math.max(left.columns, right.columns), rows, (row, out) => {
    for (let k = 0; k < out.length; k++) {
      out[k] = round(apply(entryOf(left, row, k), entryOf(right, row, k)));
    }
  });
}

/** A function of each row that gives one number. */
export function runRow(step: StepOf<"row">, blocks: readonly Block[], rows: number): NumberBlock {
  const from = numbersOf(blocks, step.from);
  const apply = rowFunctions[step.name];
  const round = roundingOf(step.precision);
  return perRow(1, rows, (row, out) => {
    out[0] = round(apply(rowOf(from, row)));
  });
}

/** A function of each row that gives as many numbers. */
export function runRowTransform(
  step: StepOf<"rowTransform">,
  blocks: readonly Block[],
  rows: number,
): NumberBlock {
  const from = numbersOf(blocks, step.from);
  return perRow(from.columns, rows, (row, out) => {
    out.set(rowOf(from, row));
    transformRow(step.name, out);
  });
}

/** Votes or probabilities of the classes from those of their pairs. */
export function runPairsOfClasses(
  step: StepOf<"pairVotes" | "pairCoupling">,
  blocks: readonly Block[],
  rows: number,
): NumberBlock {
  const from = numbersOf(blocks, step.from);
  const apply = step.kind === "pairVotes" ? countVotes : couplePairs;
  return perRow(step.classes, rows, (row, out) => out.set(apply(rowOf(from, row), step.classes)));
}

/** The number of one of two blocks, as a third says. */
export function runChoose(
  step: StepOf<"choose">,
  blocks: readonly Block[],
  rows: number,
): NumberBlock {
  const from = numbersOf(blocks, step.from);
  const yes = numbersOf(blocks, step.yes);
  const no = numbersOf(blocks, step.no);
  return perRow(Math.max(from.columns, yes.columns, no.columns), rows, (row, out) => {
    for (let k = 0; k < out.length; k++)
      out[k] = entryOf(from, row, k) === 0 ? entryOf(no, row, k) : entryOf(yes, row, k);
  });
}

function roundingOf(precision: Precision): (x: number) => number {
  return precision === "float32" ? Math.fround : same;
}

function same(x: number): number {
  return x;
}
