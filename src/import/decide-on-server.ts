import { VelumError } from "../base/error.js";
import type { TreeDecision } from "../models/trees/tree-result.js";
import { type ImportedParts, outputsOfModel } from "./imported-parts.js";

/** Steps that leave the greatest number of a row where it is. */
const keepOrder: readonly string[] = ["exp", "logistic", "softmax"];
/** Most classes that are compared, each with each. */
const mostClasses = 10;

/**
 * The classifier's decision as one about its raw scores, for the server to make. Errors: `unsupported-op` for regressors, more than 10
 * classes, and decisions about anything but scores or their logistic functions.
 */
export function decisionOnServer(
  { model, decision, after }: ImportedParts,
  path: string,
): TreeDecision {
  if (decision === undefined) throw undecidable(path, "is no classifier");
  const outputs = outputsOfModel(model);
  let logits = false;
  for (let { block } = decision; block > 0; ) {
    const step = after[block - 1];
    const named = step?.kind === "element" || step?.kind === "rowTransform";
    if (!named || !keepOrder.includes(step.name)) {
      throw undecidable(path, "finds its class by more than its scores");
    }
    if (decision.kind === "threshold" && step.name !== "logistic") {
      throw undecidable(path, "compares a function of its scores");
    }
    logits = true;
    block = step.from;
  }
  if (decision.kind === "argmax") {
    if (outputs >= 2 && outputs <= mostClasses)
      return { kind: "classes", classes: outputs, top: 1 };
    throw undecidable(path, `has ${outputs} scores a row, and 2 to ${mostClasses} are compared`);
  }
  const { above } = decision;
  return { kind: "bit", above: logits ? Math.log(above / (1 - above)) : above };
}

function undecidable(path: string, problem: string): VelumError {
  return new VelumError({
    code: "unsupported-op",
    path: `${path} result`,
    problem: `the model ${problem}`,
    cure: 'Leave result at "scores": the client then finds the class',
  });
}
