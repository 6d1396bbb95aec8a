import type { LinearStep, TreesStep } from "../steps/steps.js";
import { lifted } from "./linear-lifting.js";
import type { StepList } from "./step-list.js";
import { addEnsembles, combinedOutputs } from "./tree-rewriting.js";

/**
 * A linear model of what other models give, as one model on what those see: of linear models where one of them is a column of its own, of
 * trees where there is nothing else. Other models, PCA among them, stay as they are.
 */
export function unstacked(list: StepList, model: TreesStep | LinearStep): TreesStep | LinearStep {
  if (model.kind === "trees") return model;
  const source = list.stepOf(model.from);
  const parts = source?.kind === "concatenate" ? source.from : [model.from];
  const values = parts.some(
    (part) => list.stepOf(part)?.kind === "linear" && list.columns(part) === 1,
  );
  const one = values ? lifted(list, model) : undefined;
  return one ?? onTrees(list, model, parts) ?? model;
}

function onTrees(
  list: StepList,
  { coef, intercept }: LinearStep,
  parts: readonly number[],
): TreesStep | undefined {
  const outputs = intercept.length;
  const columns = coef.length / outputs;
  let start = 0;
  let sum: TreesStep | undefined;
  for (const part of parts) {
    const step = list.stepOf(part);
    if (step?.kind !== "trees") return undefined;
    const first = start;
    const own = combinedOutputs(
      step.ensemble,
      outputs,
      (k, j) => coef[k * columns + first + j] ?? 0,
    );
    const both = sum === undefined ? own : addEnsembles(sum.ensemble, own);
    if (both === undefined || (sum !== undefined && sum.from !== step.from)) return undefined;
    sum = { kind: "trees", from: step.from, ensemble: both };
    start += step.ensemble.outputs;
  }
  if (sum === undefined) return undefined;
  const base = sum.ensemble.base.map((x, k) => x + (intercept[k] ?? 0));
  return { ...sum, ensemble: { ...sum.ensemble, base } };
}
