import type { CategorySet, Tree } from "./tree-ensemble.js";

/** A node that a fitting algorithm made; what else it knows of the node is its own matter. */
export interface TreeNode {
  /** -1 in leaves. */
  feature: number;
  threshold: number;
  left: number;
  right: number;
  missingLeft: boolean;
  /** Where the node asks for a category instead of comparing. */
  categories?: CategorySet;
  /** `[outputs]` what a row that ends here gets. */
  readonly value: Float64Array;
}

/** A leaf, to begin with. */
export function newNode(value: Float64Array): TreeNode {
  return { feature: -1, threshold: 0, left: 0, right: 0, missingLeft: false, value };
}

/** Makes the tree's arrays; nodes that the root does not reach are left out, the others keep their order. */
export function toTree(nodes: readonly TreeNode[], outputs: number): Tree {
  const reached = reachedNodes(nodes);
  const place = new Map(reached.map((node, at) => [node, at]));
  const count = reached.length;
  const tree = {
    feature: new Int32Array(count).fill(-1),
    threshold: new Float64Array(count),
    left: new Int32Array(count),
    right: new Int32Array(count),
    missingLeft: new Uint8Array(count),
    categories: new Map<number, CategorySet>(),
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
    if (node.categories !== undefined) tree.categories.set(at, node.categories);
    tree.threshold[at] = node.threshold;
    tree.left[at] = place.get(node.left) ?? 0;
    tree.right[at] = place.get(node.right) ?? 0;
    tree.missingLeft[at] = Number(node.missingLeft);
  });
  return tree;
}

/** Node numbers below the root, ascending. */
function reachedNodes(nodes: readonly TreeNode[]): number[] {
  const reached = new Set<number>([0]);
  // Children come after their parent, so one pass finds all.
  nodes.forEach((node, at) => {
    if (node.feature < 0 || !reached.has(at)) return;
    reached.add(node.left);
    reached.add(node.right);
  });
  return [...reached].sort((a, b) => a - b);
}
