import type { StepList } from "../rewriting/step-list.js";
import type { Decision } from "../steps/imported-parts.js";
import type { Step } from "../steps/steps.js";

/** Functions that keep the order of numbers. */
const increasing: readonly string[] = ["exp", "logistic", "tanh", "round32"];

/**
 * "The place of the greatest number of `block`", asked as early in the calculation as gives the same answer: before
 * softmax, logistic function or division by the row's sum. Rounding of probabilities to 1 then makes no ties, as in the
 * decision functions of scikit-learn. Two columns that are `-x, x` or `1 - p, p` become one comparison.
 */
export function argmaxDecision(list: StepList, block: number): Decision {
  let at = block;
  for (let step = list.stepOf(at); step !== undefined; step = list.stepOf(at)) {
    const source = orderedLike(list, step);
    if (source === undefined) break;
    at = source;
  }
  return twoColumns(list, at) ?? { kind: "argmax", block: at };
}

/** The block in whose rows the numbers stand in the same order as in the rows that `step` makes. */
function orderedLike(list: StepList, step: Step): number | undefined {
  if (step.kind === "element") return increasing.includes(step.name) ? step.from : undefined;
  if (step.kind === "rowTransform")
    return step.name === "softmax" || step.name === "divideByL1" || step.name === "divideByL2"
      ? step.from
      : undefined;
  if (step.kind !== "pair") return undefined;
  const { left, right } = step;
  if (list.columns(left) === 1) return undefined;
  const oneNumber = list.columns(right) === 1;
  if (!oneNumber) return undefined;
  if (step.name === "add" || step.name === "subtract") return left;
  if (step.name !== "divide" && step.name !== "multiply") return undefined;
  return neverNegative(list, right, 0) ? left : undefined;
}

/** Whether the numbers of `block` are 0 or more for all inputs. */
function neverNegative(list: StepList, block: number, depth: number): boolean {
  const step = list.stepOf(block);
  if (step === undefined || depth > 16) return false;
  if (step.kind === "constant") return step.values.every((x) => x >= 0);
  if (step.kind === "element") {
    if (step.name === "round32") return neverNegative(list, step.from, depth + 1);
    return ["absolute", "exp", "isZero", "logistic", "notZero", "sqrt"].includes(step.name);
  }
  if (step.kind === "row" && step.name === "sum") return neverNegative(list, step.from, depth + 1);
  if (step.kind !== "pair") return false;
  if (["equal", "greater", "greaterOrEqual", "less", "lessOrEqual"].includes(step.name))
    return true;
  if (!["add", "multiply", "divide"].includes(step.name)) return false;
  return neverNegative(list, step.left, depth + 1) && neverNegative(list, step.right, depth + 1);
}

function twoColumns(list: StepList, block: number): Decision | undefined {
  const step = list.stepOf(block);
  if (step?.kind !== "concatenate" || step.from.length !== 2) return undefined;
  const [first = 0, second = 0] = step.from;
  if (list.columns(first) !== 1 || list.columns(second) !== 1) return undefined;
  if (list.negated(first) === second)
    return { kind: "threshold", block: second, above: 0, atLeast: false };
  const rest = list.stepOf(first);
  const one = rest?.kind === "pair" && rest.name === "subtract" && rest.right === second;
  const whole = one ? list.constantOf(rest.left)?.[0] : undefined;
  if (whole === undefined) return undefined;
  const probability = list.stepOf(second);
  if (whole === 1 && probability?.kind === "element" && probability.name === "logistic")
    return { kind: "threshold", block: probability.from, above: 0, atLeast: false };
  return { kind: "threshold", block: second, above: whole / 2, atLeast: false };
}
