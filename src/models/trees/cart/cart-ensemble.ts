import type { ComparisonRule } from "../../../quantize/feature-columns.js";
import { toTree } from "../node-list.js";
import type { TreeEnsemble } from "../tree-ensemble.js";
import { type GrownNode, impurityDecrease, normalized } from "./grow-tree.js";

/** How scikit-learn's trees compare: the value in single precision, the threshold in double. */
export const cartRule: ComparisonRule = { left: "<=", precision: "float32", missing: "none" };

/** The average of trees. */
export function averageOf(
  grown: readonly (readonly GrownNode[])[],
  features: number,
  outputs: number,
  rule: ComparisonRule,
): TreeEnsemble {
  return {
    features,
    outputs,
    rule,
    trees: grown.map((nodes) => toTree(nodes, outputs)),
    base: new Float64Array(outputs),
    divisor: grown.length,
  };
}

/** Mean over the trees that split of each one's normalised impurity decrease, itself normalised. */
export function cartImportances(
  grown: readonly (readonly GrownNode[])[],
  features: number,
): Float64Array {
  const sum = new Float64Array(features);
  for (const nodes of grown) {
    const shares = normalized(impurityDecrease(nodes, features));
    shares.forEach((share, j) => {
      sum[j] = (sum[j] ?? 0) + share;
    });
  }
  return normalized(sum);
}
