import type { ComparisonRule } from "../../../quantize/feature-columns.js";
import { toTree } from "../node-list.js";
import type { TreeEnsemble } from "../tree-ensemble.js";
import { type GrownNode, impurityDecrease, normalized } from "./grow-tree.js";

/** How scikit-learn's trees compare: the value in single precision, the threshold in double. */
export const cartRule: ComparisonRule = { left: "<=", precision: "float32", missing: "none" };

/** The average of trees, new ones after those of an `earlier` forest. */
export function averageOf(
  grown: readonly (readonly GrownNode[])[],
  features: number,
  outputs: number,
  rule: ComparisonRule,
  earlier?: TreeEnsemble,
): TreeEnsemble {
  const trees = [...(earlier?.trees ?? []), ...grown.map((nodes) => toTree(nodes, outputs))];
  return {
    features,
    outputs,
    rule: earlier?.rule.missing === "nan" ? earlier.rule : rule,
    trees,
    base: new Float64Array(outputs),
    divisor: trees.length,
  };
}

interface EarlierImportances {
  readonly ensemble: TreeEnsemble;
  readonly featureImportances: Float64Array;
}

/** Mean over the trees that split, those of an `earlier` forest too, of each one's normalised impurity decrease, itself normalised. */
export function cartImportances(
  grown: readonly (readonly GrownNode[])[],
  features: number,
  earlier?: EarlierImportances,
): Float64Array {
  const sum = new Float64Array(features);
  // Each tree that splits has brought a share of 1.
  const counted = earlier?.ensemble.trees.filter((tree) => tree.feature.length > 1).length ?? 0;
  earlier?.featureImportances.forEach((share, j) => {
    sum[j] = counted * share;
  });
  for (const nodes of grown) {
    const shares = normalized(impurityDecrease(nodes, features));
    shares.forEach((share, j) => {
      sum[j] = (sum[j] ?? 0) + share;
    });
  }
  return normalized(sum);
}
