import { newNode, type TreeNode } from "../node-list.js";
import type { Criterion } from "./criterion.js";
import { anyValue, type Cut, type Splitter, type ValueBounds } from "./splitter.js";

/** A node with what importances and pruning ask for. */
export interface GrownNode extends TreeNode {
  readonly impurity: number;
  /** Summed weight of the training rows. */
  readonly weight: number;
  /** Training rows of weight above 0. */
  readonly samples: number;
}

/** When growth stops; counts and weights are resolved from the estimator's parameters. */
export interface GrowthLimits {
  readonly maxDepth: number;
  readonly minSamplesSplit: number;
  readonly minSamplesLeaf: number;
  readonly minWeightLeaf: number;
  readonly minImpurityDecrease: number;
  /** Infinity: depth first. Else best first, the greatest improvement next. */
  readonly maxLeafNodes: number;
}

/** Rows of a node, `samples[start..end)`, and its depth. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/** What its parent knows of a node. */
interface Known {
  readonly impurity: number | undefined;
  readonly constants: number;
  readonly bounds: ValueBounds;
}

type Side = "left" | "right";

/** A node that waits for its children. */
interface Open extends Place {
  readonly node: GrownNode;
  readonly cut: Cut;
  /** Of the values on both sides. */
  readonly sides: readonly [ValueBounds, ValueBounds];
}

/**
 * Grows a classification or regression tree over `samples[0..rows)` (scikit-learn's builders): depth first with the left side
 * first, or best first where leaves are limited. Nodes are numbered in the order in which they are made.
 */
export function growTree(
  splitter: Splitter,
  criterion: Criterion,
  rows: number,
  limits: GrowthLimits,
  directions?: Int8Array,
): GrownNode[] {
  const tree = new GrowingTree(splitter, criterion, limits, directions);
  if (limits.maxLeafNodes === Number.POSITIVE_INFINITY) growDepthFirst(tree, rows);
  else growBestFirst(tree, rows, limits.maxLeafNodes);
  return tree.nodes;
}

/** Every node before what is to its right. */
function growDepthFirst(tree: GrowingTree, rows: number): void {
  const waiting: [Open, Side][] = [];
  const visit = (open: Open | undefined): void => {
    if (open !== undefined) waiting.push([open, "right"], [open, "left"]);
  };
  visit(tree.addRoot(rows));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [open, side] = next;
    visit(tree.addChild(open, side, open.cut.constants));
  }
}

/** The node of greatest improvement next. */
function growBestFirst(tree: GrowingTree, rows: number, maxLeafNodes: number): void {
  const frontier: Open[] = [];
  const keep = (open: Open | undefined): void => {
    if (open !== undefined) frontier.push(open);
  };
  keep(tree.addRoot(rows));
  for (let leaves = 1; leaves < maxLeafNodes && frontier.length > 0; leaves++) {
    const best = frontier.reduce((a, b) => (b.cut.improvement > a.cut.improvement ? b : a));
    frontier.splice(frontier.indexOf(best), 1);
    for (const side of ["left", "right"] as const) keep(tree.addChild(best, side, 0));
  }
}

/** A tree whose nodes are added one by one. */
class GrowingTree {
  readonly nodes: GrownNode[] = [];
  readonly #splitter: Splitter;
  readonly #criterion: Criterion;
  readonly #limits: GrowthLimits;
  readonly #directions: Int8Array | undefined;

  constructor(
    splitter: Splitter,
    criterion: Criterion,
    limits: GrowthLimits,
    directions: Int8Array | undefined,
  ) {
    this.#splitter = splitter;
    this.#criterion = criterion;
    this.#limits = limits;
    this.#directions = directions;
  }

  /** The node of all rows, with its cut where it may be split. */
  addRoot(rows: number): Open | undefined {
    const known = { impurity: undefined, constants: 0, bounds: anyValue };
    return this.#add({ start: 0, end: rows, depth: 0 }, known);
  }

  /** Splits `open`'s node and adds the child on one side, with its cut where it may be split; `constants` as of `Splitter.cut`. */
  addChild(open: Open, side: Side, constants: number): Open | undefined {
    const { node, start, end, depth, cut, sides } = open;
    node.feature = cut.feature;
    node.threshold = cut.threshold;
    node.missingLeft = cut.missingLeft;
    node[side] = this.nodes.length;
    const left = side === "left";
    const place = {
      start: left ? start : cut.position,
      end: left ? cut.position : end,
      depth: depth + 1,
    };
    const impurity = left ? cut.leftImpurity : cut.rightImpurity;
    return this.#add(place, { impurity, constants, bounds: sides[left ? 0 : 1] });
  }

  #add(place: Place, { impurity: measured, constants, bounds }: Known): Open | undefined {
    const { start, end, depth } = place;
    this.#criterion.open(start, end);
    const impurity = measured ?? this.#criterion.nodeImpurity();
    const node: GrownNode = {
      ...newNode(this.#value(bounds)),
      ...{ impurity, weight: this.#criterion.nodeWeight, samples: end - start },
    };
    this.nodes.push(node);
    if (this.#isLeaf(node, depth)) return undefined;
    const cut = this.#splitter.cut(start, end, impurity, constants, bounds);
    if (cut.position >= end) return undefined;
    if (cut.improvement + Number.EPSILON < this.#limits.minImpurityDecrease) return undefined;
    const sides = sidesOf(bounds, this.#directions?.[cut.feature] ?? 0, cut.middle);
    return { start, end, depth, node, cut, sides };
  }

  /** What the opened node predicts. */
  #value(bounds: ValueBounds): Float64Array {
    const value = new Float64Array(this.#criterion.outputs);
    this.#criterion.writeValue(value, 0);
    if (this.#directions !== undefined) clip(value, bounds);
    return value;
  }

  /** Whether no cut is worth looking for. */
  #isLeaf({ samples, weight, impurity }: GrownNode, depth: number): boolean {
    const { maxDepth, minSamplesSplit, minSamplesLeaf, minWeightLeaf } = this.#limits;
    return (
      depth >= maxDepth ||
      samples < minSamplesSplit ||
      samples < 2 * minSamplesLeaf ||
      weight < 2 * minWeightLeaf ||
      impurity <= Number.EPSILON
    );
  }
}

/** What lies below a cut on a feature with a direction stays on its side of the middle. */
function sidesOf(bounds: ValueBounds, direction: number, middle: number): Open["sides"] {
  if (direction === 0) return [bounds, bounds];
  const below = { low: bounds.low, high: middle };
  const above = { low: middle, high: bounds.high };
  return direction > 0 ? [below, above] : [above, below];
}

/** `value` is a target, or the shares of two classes. */
function clip(value: Float64Array, { low, high }: ValueBounds): void {
  value[0] = Math.min(high, Math.max(low, value[0] ?? 0));
  if (value.length === 2) value[1] = 1 - (value[0] ?? 0);
}

/**
 * Share of the impurity's decrease that each feature's splits bring, before it is normalised: `[features]`.
 */
export function impurityDecrease(nodes: readonly GrownNode[], features: number): Float64Array {
  const decrease = new Float64Array(features);
  const total = nodes[0]?.weight ?? 1;
  const left = (node: GrownNode | undefined) => (node?.weight ?? 0) * (node?.impurity ?? 0);
  for (const node of nodes) {
    if (node.feature < 0) continue;
    const gain = left(node) - left(nodes[node.left]) - left(nodes[node.right]);
    decrease[node.feature] = (decrease[node.feature] ?? 0) + gain / total;
  }
  return decrease;
}

/** `values` divided by their sum, or zeros where the sum is 0. */
export function normalized(values: Float64Array): Float64Array {
  const sum = values.reduce((total, value) => total + value, 0);
  return sum > 0 ? values.map((value) => value / sum) : new Float64Array(values.length);
}
