import type { TreeNode } from "../node-list.js";

/** A node with the gain of its split, the sum of second derivatives there, and the last bin that goes left. */
export interface XgbNode extends TreeNode {
  gain: number;
  cover: number;
  bin: number;
}

/** The rows of a leaf: a range of the tree's order. */
export interface LeafRows {
  readonly node: number;
  readonly start: number;
  readonly end: number;
}

/** A grown tree, and where its rows ended. */
export interface XgbTree {
  readonly nodes: XgbNode[];
  readonly leaves: readonly LeafRows[];
  /** The rows that the tree saw, leaf by leaf. */
  readonly order: Int32Array;
}

/** Exact trees are grown in full, then splits between leaves that gain less than `gamma` are undone, from below. */
export function undoWeakSplits(nodes: readonly XgbNode[], gamma: number): void {
  collapse(nodes, 0, gamma);
}

/** True where the node is a leaf, or has become one. */
function collapse(nodes: readonly XgbNode[], at: number, gamma: number): boolean {
  const node = nodes[at];
  if (node === undefined || node.feature < 0) return true;
  const leftIsLeaf = collapse(nodes, node.left, gamma);
  const rightIsLeaf = collapse(nodes, node.right, gamma);
  if (!leftIsLeaf || !rightIsLeaf || node.gain >= gamma) return false;
  node.feature = -1;
  overwrite(nodes, node, node.value[0] ?? 0);
  return true;
}

/** The rows of leaves that are gone get the value of the node that took them in. */
function overwrite(nodes: readonly XgbNode[], node: XgbNode | undefined, value: number): void {
  if (node === undefined) return;
  node.value[0] = value;
  if (node.right === 0) return;
  overwrite(nodes, nodes[node.left], value);
  overwrite(nodes, nodes[node.right], value);
}
