import type { CategorySet, Tree } from "../../models/trees/tree-ensemble.js";
import { corruptModel, unsupportedModel } from "./fields.js";

/** A node of a tree as a file describes it; children are the file's own node numbers. */
export type SourceNode =
  | { readonly kind: "leaf"; readonly values: ArrayLike<number> }
  | {
      readonly kind: "split";
      readonly feature: number;
      readonly threshold: number;
      /** Set for a question about categories; `threshold` is unused then. */
      readonly categories: CategorySet | undefined;
      readonly left: number;
      readonly right: number;
      readonly missingLeft: boolean;
    };

/** What all trees of one file must keep to. */
export interface TreeLimits {
  readonly features: number;
  readonly outputs: number;
  /** No tree has more nodes than the file describes. */
  readonly nodes: number;
  /** Names the file and the tree in errors. */
  readonly path: string;
  /** Shared by all trees of a file. */
  readonly budget: LeafBudget;
}

/** Bounds the memory of a file's trees: each node holds a number for each output, so a small file could ask for much. */
export class LeafBudget {
  #left = 2 ** 25;

  take(values: number, path: string): void {
    this.#left -= values;
    if (this.#left >= 0) return;
    throw unsupportedModel(
      path,
      `the trees up to here hold more than ${2 ** 25} numbers (nodes times outputs)`,
      "Train with fewer trees, leaves or classes",
    );
  }
}

/** Trees deeper than this are refused: no library grows them, and a path of such length would only slow everything. */
const deepest = 4096;

/**
 * Lays the tree from `root` out in preorder, so that children come after their parent.
 * Errors: `file-corrupt` (a node with two parents or in a ring, a feature out of range, a threshold that is NaN).
 */
export function layOutTree(
  root: number,
  nodeAt: (node: number) => SourceNode,
  limits: TreeLimits,
): Tree {
  const { features, outputs, path } = limits;
  const order: SourceNode[] = [];
  const children: { left: number; right: number }[] = [];
  const seen = new Set<number>();
  const waiting = [{ node: root, parent: -1, side: "left", depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, parent, side, depth } = next;
    if (seen.has(node)) throw corruptModel(path, `node ${node} is reached twice`);
    if (seen.size >= limits.nodes || depth > deepest)
      throw corruptModel(path, `has more nodes than the file describes, or is too deep`);
    seen.add(node);
    const own = children[parent];
    if (own !== undefined) {
      if (side === "left") own.left = order.length;
      else own.right = order.length;
    }
    const source = nodeAt(node);
    checkNode(source, node, features, outputs, path);
    const place = order.length;
    order.push(source);
    children.push({ left: 0, right: 0 });
    if (source.kind === "split") {
      waiting.push({ node: source.right, parent: place, side: "right", depth: depth + 1 });
      waiting.push({ node: source.left, parent: place, side: "left", depth: depth + 1 });
    }
  }
  limits.budget.take(order.length * outputs, path);
  return fillTree(order, children, outputs);
}

function fillTree(
  order: readonly SourceNode[],
  children: readonly { left: number; right: number }[],
  outputs: number,
): Tree {
  const count = order.length;
  const categories = new Map<number, CategorySet>();
  const tree: Tree = {
    feature: new Int32Array(count).fill(-1),
    threshold: new Float64Array(count),
    left: Int32Array.from(children, (own) => own.left),
    right: Int32Array.from(children, (own) => own.right),
    missingLeft: new Uint8Array(count),
    categories,
    values: new Float64Array(count * outputs),
  };
  order.forEach((node, place) => {
    if (node.kind === "leaf") {
      tree.values.set(Float64Array.from(node.values), place * outputs);
      return;
    }
    tree.feature[place] = node.feature;
    tree.missingLeft[place] = Number(node.missingLeft);
    if (node.categories === undefined) tree.threshold[place] = node.threshold;
    else categories.set(place, node.categories);
  });
  return tree;
}

function checkNode(
  node: SourceNode,
  index: number,
  features: number,
  outputs: number,
  path: string,
): void {
  if (node.kind === "leaf") {
    if (node.values.length !== outputs)
      throw corruptModel(path, `leaf ${index} has ${node.values.length} values, not ${outputs}`);
    for (let k = 0; k < outputs; k++)
      if (!Number.isFinite(node.values[k])) throw corruptModel(path, `leaf ${index} is not finite`);
    return;
  }
  if (!Number.isInteger(node.feature) || node.feature < 0 || node.feature >= features)
    throw corruptModel(path, `node ${index} asks feature ${node.feature} of ${features}`);
  if (node.categories === undefined && Number.isNaN(node.threshold))
    throw corruptModel(path, `node ${index} compares with NaN`);
}

/** A category set of `values` in any order, doubles removed. Errors: `file-corrupt` unless whole numbers of 32 bits. */
export function categorySet(
  values: Iterable<number>,
  side: "left" | "right",
  path: string,
): CategorySet {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  for (const value of sorted)
    if (value !== (value | 0)) throw corruptModel(path, `${value} is no category`);
  return { values: Int32Array.from(sorted), side };
}
