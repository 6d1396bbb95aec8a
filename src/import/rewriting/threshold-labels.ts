import type { Decision } from "../steps/imported-parts.js";
import { elementFunctions, pairFunctions } from "../steps/steps.js";
import type { StepList } from "./step-list.js";

/** Whether class 1 stands for a true comparison, and whether equal scores belong to it. */
const comparisons: Readonly<Record<string, { oneIfTrue: boolean; atLeast: boolean }>> = {
  greater: { oneIfTrue: true, atLeast: false },
  greaterOrEqual: { oneIfTrue: true, atLeast: true },
  less: { oneIfTrue: false, atLeast: true },
  lessOrEqual: { oneIfTrue: false, atLeast: false },
};

/**
 * Labels that were computed from one comparison of a score with a number, e.g. `1 - 2 (score < 0)`, or as the score's sign, as a decision with two
 * classes. Undefined where `block` is something else.
 */
export function thresholdLabels(
  list: StepList,
  block: number,
): { decision: Decision; classes: readonly number[] } | undefined {
  let apply = (bit: number): number => bit;
  let at = block;
  for (let step = list.stepOf(at); step !== undefined; step = list.stepOf(at)) {
    const outer = apply;
    if (step.kind === "element" && step.name === "sign") {
      // A score of 0, which no rounding keeps, counts as below.
      const decision = { kind: "threshold", block: step.from, above: 0, atLeast: false } as const;
      return { decision, classes: [apply(-1), apply(1)] };
    }
    if (step.kind === "element") {
      const own = elementFunctions[step.name];
      apply = (bit) => outer(own(bit));
      at = step.from;
      continue;
    }
    if (step.kind !== "pair" || list.columns(at) !== 1) return undefined;
    const right = list.constantOf(step.right)?.[0];
    const left = list.constantOf(step.left)?.[0];
    const comparison = comparisons[step.name];
    if (comparison !== undefined && right !== undefined) {
      const { oneIfTrue, atLeast } = comparison;
      const decision = { kind: "threshold", block: step.left, above: right, atLeast } as const;
      return { decision, classes: [apply(oneIfTrue ? 0 : 1), apply(oneIfTrue ? 1 : 0)] };
    }
    const own = pairFunctions[step.name];
    if (right !== undefined) {
      apply = (bit) => outer(own(bit, right));
      at = step.left;
    } else if (left !== undefined) {
      apply = (bit) => outer(own(left, bit));
      at = step.right;
    } else return undefined;
  }
  return undefined;
}
