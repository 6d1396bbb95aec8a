import type { SplitRule, Tree, TreeEnsemble } from "../models/trees/tree-ensemble.js";

/** Scores `[rows, outputs]` of `x` (`[rows, features]`). */
export function predictEnsemble(
  ensemble: TreeEnsemble,
  x: Float64Array,
  rows: number,
): Float64Array {
  const { features, outputs, rule } = ensemble;
  const scores = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    const input = x.subarray(row * features, (row + 1) * features);
    const own = scores.subarray(row * outputs, (row + 1) * outputs);
    for (const tree of ensemble.trees) {
      const leaf = reachedLeaf(tree, rule, input);
      for (let k = 0; k < outputs; k++)
        own[k] = (own[k] ?? 0) + (tree.values[leaf * outputs + k] ?? 0);
    }
    for (let k = 0; k < outputs; k++)
      own[k] = (ensemble.base[k] ?? 0) + (own[k] ?? 0) / ensemble.divisor;
  }
  return scores;
}

function reachedLeaf(tree: Tree, rule: SplitRule, x: Float64Array): number {
  const round = rule.precision === "float32" ? Math.fround : (v: number) => v;
  let node = 0;
  for (let feature = tree.feature[0] ?? -1; feature >= 0; feature = tree.feature[node] ?? -1) {
    const value = round(x[feature] ?? 0);
    const categories = tree.categories.get(node);
    let left: boolean;
    if (
      (rule.missing !== "none" && Number.isNaN(value)) ||
      (rule.missing === "nan or zero" && value === 0)
    )
      left = tree.missingLeft[node] === 1;
    else if (categories !== undefined)
      left = categories.values.includes(value) === (categories.side === "left");
    else if (rule.left === "<") left = value < (tree.threshold[node] ?? 0);
    else left = value <= (tree.threshold[node] ?? 0);
    node = (left ? tree.left[node] : tree.right[node]) ?? 0;
  }
  return node;
}
