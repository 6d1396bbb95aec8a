import {
  type PairFunction,
  type RowFunction,
  rowFunctions,
  type TreesStep,
} from "../steps/steps.js";
import type { StepList } from "./step-list.js";
import { addEnsembles, leafRowwise, leafwise, scaledEnsemble } from "./tree-rewriting.js";

/** The trees that make `block`. */
function treesOf(list: StepList, block: number): TreesStep | undefined {
  const step = list.stepOf(block);
  return step?.kind === "trees" ? step : undefined;
}

/** A function of the outputs of single trees that ask the same, and of constants: moved into the leaves. */
export function intoLeaves(
  list: StepList,
  blocks: readonly number[],
  apply: (values: readonly number[]) => number,
): number | undefined {
  const models = blocks.map((block) => treesOf(list, block));
  const from = models.find((step) => step !== undefined)?.from;
  if (from === undefined) return undefined;
  const operands = blocks.map((block, k) => {
    const step = models[k];
    if (step === undefined) return list.constantOf(block);
    return step.from === from && step.ensemble.trees.length === 1 ? step.ensemble : undefined;
  });
  const known = operands.filter((operand) => operand !== undefined);
  const ensemble = known.length === operands.length ? leafwise(known, apply) : undefined;
  return ensemble && list.trees(ensemble, from);
}

/** A number made of all outputs of a single tree, or some of its outputs: moved into the leaves. */
export function rowIntoLeaves(
  list: StepList,
  block: number,
  taken: RowFunction | readonly number[],
): number | undefined {
  const step = treesOf(list, block);
  if (step === undefined) return undefined;
  const ensemble =
    typeof taken === "string"
      ? leafRowwise(step.ensemble, 1, (row) => [rowFunctions[taken](row)])
      : leafRowwise(step.ensemble, taken.length, (row) => taken.map((k) => row[k] ?? 0));
  return ensemble && list.trees(ensemble, step.from);
}

/** Trees added to trees on the same features are one ensemble. */
export function sumOfTrees(
  list: StepList,
  name: PairFunction,
  left: number,
  right: number,
): number | undefined {
  const [a, b] = [treesOf(list, left), treesOf(list, right)];
  if (name !== "add" || a === undefined || b === undefined || a.from !== b.from) return undefined;
  const sum = addEnsembles(a.ensemble, b.ensemble);
  return sum && list.trees(sum, a.from);
}

/**
 * Constants join the base of an ensemble, factors its leaves. A factor of -1 stays a step, since two columns `-x, x` are one comparison,
 * and so does a constant minus trees, which mostly stands beside the trees themselves.
 */
export function scaledTrees(
  list: StepList,
  name: PairFunction,
  left: number,
  right: number,
): number | undefined {
  const [model, other] = list.constantOf(right) === undefined ? [right, left] : [left, right];
  const step = treesOf(list, model);
  const values = list.constantOf(other);
  if (step === undefined || values === undefined || !values.every(Number.isFinite)) return;
  const { ensemble, from } = step;
  if (values.length !== ensemble.outputs && values.length !== 1) return undefined;
  const at = (k: number): number => values[k] ?? values[0] ?? 0;
  const one = (): number => 1;
  if (name === "add") return list.trees(scaledEnsemble(ensemble, one, at), from);
  if (name === "subtract" && model === left)
    return list.trees(
      scaledEnsemble(ensemble, one, (k) => -at(k)),
      from,
    );
  const divides = name === "divide" && model === left;
  if ((name !== "multiply" && !divides) || values.includes(-1)) return undefined;
  if (divides && values.includes(0)) return undefined;
  const factor = (k: number): number => (divides ? 1 / at(k) : at(k));
  return list.trees(
    scaledEnsemble(ensemble, factor, () => 0),
    from,
  );
}
