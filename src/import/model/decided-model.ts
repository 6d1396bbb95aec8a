import type { LinearWeights } from "../../models/linear/linear-fit.js";
import type { TreeEnsemble } from "../../models/trees/tree-ensemble.js";
import type { LinearStep } from "../steps/steps.js";
import type { ServerDecision } from "./decide-on-server.js";

/** The trees of which only the scores of `decision` are left, each counted from its limit on. */
export function decidedEnsemble(
  ensemble: TreeEnsemble,
  { scores, limits }: ServerDecision,
): TreeEnsemble {
  const { outputs, base } = ensemble;
  const trees = ensemble.trees.map((tree) => ({
    ...tree,
    values: chosen(tree.values, outputs, scores),
  }));
  const start = chosen(base, outputs, scores).map((value, k) => value - (limits[k] ?? 0));
  return { ...ensemble, outputs: scores.length, base: start, trees };
}

/** The same of a linear model with `features` features. */
export function decidedWeights(
  { coef, intercept }: LinearStep,
  features: number,
  { scores, limits }: ServerDecision,
): LinearWeights {
  const rows = scores.map((k) => coef.subarray(k * features, (k + 1) * features));
  return {
    coef: {
      shape: [scores.length, features],
      data: Float64Array.from(rows.flatMap((row) => Array.from(row))),
    },
    intercept: Float64Array.from(scores, (k, i) => (intercept[k] ?? 0) - (limits[i] ?? 0)),
  };
}

/** Of rows of `width` numbers the ones at `places`. */
function chosen(values: Float64Array, width: number, places: readonly number[]): Float64Array {
  const rows = values.length / width;
  return Float64Array.from(
    { length: rows * places.length },
    (_, i) => values[Math.floor(i / places.length) * width + (places[i % places.length] ?? 0)] ?? 0,
  );
}
