import type { Tree } from "./tree-ensemble.js";

/** One node as a fitting algorithm knows it. */
export interface GrownNode {
  /** -1 in leaves. */
  feature: number;
  threshold: number;
  left: number;
  right: number;
  missingLeft: boolean;
  /** `[outputs]` what a row that ends here gets. */
  readonly value: Float64Array;
  /** Impurity, or the loss that is left; what importances and pruning are counted in. */
  readonly impurity: number;
  /** Summed weight of the training rows. */
  readonly weight: number;
  /** Training rows of weight above 0. */
  readonly samples: number;
}

/** Makes the tree's arrays; nodes that the root does not reach are left out, the others keep their order. */
export function toTree(nodes: readonly GrownNode[], outputs: number): Tree {
  const reached = reachedNodes(nodes);
  const place = new Map(reached.map((node, at) => [node, at]));
  const count = reached.length;
  const tree = {
    feature: new Int32Array(count).fill(-1),
    threshold: new Float64Array(count),
    left: new Int32Array(count),
    right: new Int32Array(count),
    missingLeft: new Uint8Array(count),
    categories: new Map(),
    values: new Float64Array(count * outputs),
  };
  reached.forEach((from, at) => {
    const node = nodes[from];
    if (node === undefined) return;
    if (node.feature < 0) {
      tree.values.set(node.value, at * outputs);
      return;
    }
    tree.feature[at] = node.feature;
    tree.threshold[at] = node.threshold;
    tree.left[at] = place.get(node.left) ?? 0;
    tree.right[at] = place.get(node.right) ?? 0;
    tree.missingLeft[at] = Number(node.missingLeft);
  });
  return tree;
}

/** Node numbers below the root, ascending. */
function reachedNodes(nodes: readonly GrownNode[]): number[] {
  const reached = new Set<number>([0]);
  // Children come after their parent, so one pass finds all.
  nodes.forEach((node, at) => {
    if (node.feature < 0 || !reached.has(at)) return;
    reached.add(node.left);
    reached.add(node.right);
  });
  return [...reached].sort((a, b) => a - b);
}
