import type { Tree, TreeEnsemble } from "./tree-ensemble.js";

/** Splits on the longest way from the root to a leaf; 0 for a tree of one leaf. */
export function depthOf(tree: Tree): number {
  return depthsOf(tree).reduce((most, depth) => Math.max(most, depth), 0);
}

/** `[nodes]` splits between the root and each node. */
export function depthsOf(tree: Tree): Int32Array {
  const depths = new Int32Array(tree.feature.length);
  tree.feature.forEach((feature, node) => {
    if (feature < 0) return;
    const below = (depths[node] ?? 0) + 1;
    depths[tree.left[node] ?? 0] = below;
    depths[tree.right[node] ?? 0] = below;
  });
  return depths;
}

export function leafCountOf(tree: Tree): number {
  return tree.feature.reduce((count, feature) => count + Number(feature < 0), 0);
}

/** The thresholds that splits on each feature use, ascending, each once; categorical splits have none. */
export function usedThresholds(ensemble: TreeEnsemble): readonly Float64Array[] {
  const used = Array.from({ length: ensemble.features }, () => new Set<number>());
  for (const { feature, threshold, categories } of ensemble.trees) {
    feature.forEach((asked, node) => {
      if (asked >= 0 && !categories.has(node)) used[asked]?.add(threshold[node] ?? 0);
    });
  }
  return used.map((set) => Float64Array.from(set).sort());
}
