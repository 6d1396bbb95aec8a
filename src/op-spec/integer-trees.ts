import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import type { Attributes } from "../graph/node.js";

/**
 * Decision trees over a vector of integers. Inner node i sends x to `right[i]` where `x[feature[i]] >= threshold[i]`, else to `left[i]`;
 * a leaf has the feature -1. Children come after their parent, so nothing can loop. Result k is the sum over trees of the reached
 * leaf's `values[leaf, k]`.
 */
export interface IntegerTrees {
  /** Length of x. */
  readonly features: number;
  readonly outputs: number;
  readonly feature: Int32Array;
  readonly threshold: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Root of every tree. */
  readonly roots: Int32Array;
  /** `[nodes, outputs]`; read at leaves only. */
  readonly values: Float64Array;
  /**
   * Features are whole numbers of this many bits, and all their bits are asked: what a client is told then depends on no threshold.
   * Absent where only the bits that the trees need are asked.
   */
  readonly gridBits?: number;
}

/** Trees as attributes of a node. */
export function treeAttributes(trees: IntegerTrees): Attributes {
  const { feature, threshold, left, right, values, outputs, features } = trees;
  const nodes = feature.length;
  const table = new Float64Array(nodes * 4);
  for (let i = 0; i < nodes; i++) {
    table.set([feature[i] ?? 0, threshold[i] ?? 0, left[i] ?? 0, right[i] ?? 0], i * 4);
  }
  const grid = trees.gridBits === undefined ? {} : { grid_bits: trees.gridBits };
  return {
    features,
    ...grid,
    nodes: { shape: [nodes, 4], data: table },
    roots: { shape: [trees.roots.length], data: Float64Array.from(trees.roots) },
    values: { shape: [nodes, outputs], data: values },
  };
}

/** Nodes are evaluated once a sample; their trees are read once. */
const known = new WeakMap<Attributes, IntegerTrees>();

/** Trees of a node, checked: every index within its table, children after parents. Errors: `bad-argument`. */
export function readTrees(attributes: Attributes, path: string): IntegerTrees {
  const trees = known.get(attributes) ?? checkedTrees(attributes, path);
  known.set(attributes, trees);
  return trees;
}

function checkedTrees(attributes: Attributes, path: string): IntegerTrees {
  const nodes = tensorOf(attributes, "nodes", path);
  const roots = tensorOf(attributes, "roots", path);
  const values = tensorOf(attributes, "values", path);
  const count = nodes.shape[0] ?? 0;
  const outputs = values.shape[1] ?? 0;
  const { features, grid_bits: gridBits } = attributes;
  if (typeof features !== "number" || features < 1) throw malformed(path, "has no features");
  if (outputs < 1 || values.data.length !== count * outputs || nodes.data.length !== count * 4) {
    throw malformed(path, "has tables that do not fit each other");
  }
  const column = (at: number): Int32Array =>
    Int32Array.from({ length: count }, (_, i) => nodes.data[i * 4 + at] ?? 0);
  const trees: IntegerTrees = {
    features,
    outputs,
    feature: column(0),
    threshold: column(1),
    left: column(2),
    right: column(3),
    roots: Int32Array.from(roots.data),
    values: values.data,
    ...(typeof gridBits === "number" ? { gridBits } : {}),
  };
  const inside = (node: number): boolean => node >= 0 && node < count;
  for (let i = 0; i < count; i++) {
    const feature = trees.feature[i] ?? 0;
    if (feature < 0) continue;
    if (feature >= features) throw malformed(path, `asks for feature ${feature} of ${features}`);
    const children = [trees.left[i] ?? 0, trees.right[i] ?? 0];
    if (children.some((child) => child <= i || !inside(child))) {
      throw malformed(path, `has a node ${i} whose children do not come after it`);
    }
  }
  if (trees.roots.length === 0 || !trees.roots.every(inside)) throw malformed(path, "has no roots");
  return trees;
}

/** The leaf of `x` that a tree reaches. */
export function leafOf(trees: IntegerTrees, root: number, x: ArrayLike<number>): number {
  let node = root;
  for (;;) {
    const feature = trees.feature[node] ?? -1;
    if (feature < 0) return node;
    const right = (x[feature] ?? 0) >= (trees.threshold[node] ?? 0);
    node = (right ? trees.right[node] : trees.left[node]) ?? 0;
  }
}

/** Nodes of every tree that are leaves, tree by tree, with the way to them: `[feature, threshold, right]` of every node passed. */
export interface LeafPath {
  readonly leaf: number;
  readonly tree: number;
  readonly steps: readonly (readonly [number, number, boolean])[];
}

export function leafPaths(trees: IntegerTrees): LeafPath[] {
  const found: LeafPath[] = [];
  const visit = (node: number, tree: number, steps: LeafPath["steps"]): void => {
    const feature = trees.feature[node] ?? -1;
    if (feature < 0) {
      found.push({ leaf: node, tree, steps });
      return;
    }
    const threshold = trees.threshold[node] ?? 0;
    visit(trees.left[node] ?? 0, tree, [...steps, [feature, threshold, false]]);
    visit(trees.right[node] ?? 0, tree, [...steps, [feature, threshold, true]]);
  };
  for (const [tree, root] of trees.roots.entries()) visit(root, tree, []);
  return found;
}

function tensorOf(attributes: Attributes, name: string, path: string): Tensor {
  const value = attributes[name];
  if (typeof value === "object" && value !== null && "data" in value) return value;
  throw malformed(path, `has no table \`${name}\``);
}

function malformed(path: string, problem: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: `the ensemble ${problem}`,
    cure: "Make ensembles of trees with the estimators or importers",
  });
}
