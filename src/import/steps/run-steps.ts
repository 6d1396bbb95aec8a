import { predictEnsemble } from "../../models/trees/predict-ensemble.js";
import { type Block, type NumberBlock, numbersOf, perRow, rowOf, SharedRow } from "./blocks.js";
import {
  runChoose,
  runElement,
  runPair,
  runPairsOfClasses,
  runRow,
  runRowTransform,
} from "./run-arithmetic.js";
import { concatenateColumns, pickNumbers, selectColumns } from "./run-columns.js";
import { imputeMissing, mapValues, oneHotColumns } from "./run-replacements.js";
import type { LinearStep, Step, TreesStep } from "./steps.js";

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

function runStep(step: Step, blocks: readonly Block[], rows: number): Block {
  switch (step.kind) {
    case "select":
      return selectColumns(step, blocks, rows);
    case "concatenate":
      return concatenateColumns(step, blocks, rows);
    case "constant":
      return new SharedRow(step.values, rows);
    case "element":
      return runElement(step, blocks);
    case "pair":
      return runPair(step, blocks, rows);
    case "row":
      return runRow(step, blocks, rows);
    case "rowTransform":
      return runRowTransform(step, blocks, rows);
    case "impute":
      return imputeMissing(step, blocks, rows);
    case "oneHot":
      return oneHotColumns(step, blocks, rows);
    case "map":
      return mapValues(step, blocks, rows);
    case "pairVotes":
    case "pairCoupling":
      return runPairsOfClasses(step, blocks, rows);
    case "choose":
      return runChoose(step, blocks, rows);
    case "pick":
      return pickNumbers(step, blocks, rows);
    case "trees":
      return treeScores(step, numbersOf(blocks, step.from), rows);
    case "linear":
      return linearScores(step, numbersOf(blocks, step.from), rows);
  }
}

/** The scores `[rows, outputs]` of an ensemble of trees. */
function treeScores(step: TreesStep, { columns, data }: NumberBlock, rows: number): NumberBlock {
  const scores = predictEnsemble(step.ensemble, { shape: [rows, columns], data, rows, columns });
  return { columns: step.ensemble.outputs, data: scores.data };
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
