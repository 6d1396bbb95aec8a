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

/** A node that waits for its children. */
interface Open {
  readonly node: GrownNode;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
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
  const nodes: GrownNode[] = [];

  /** Adds the node of `samples[start..end)` and, where it may be split, finds its cut. */
  const add = (
    start: number,
    end: number,
    depth: number,
    known: { impurity: number | undefined; constants: number; bounds: ValueBounds },
  ): Open | undefined => {
    criterion.open(start, end);
    const impurity = known.impurity ?? criterion.nodeImpurity();
    const value = new Float64Array(criterion.outputs);
    criterion.writeValue(value, 0);
    if (directions !== undefined) clip(value, known.bounds);
    const node: GrownNode = {
      ...newNode(value),
      ...{ impurity, weight: criterion.nodeWeight, samples: end - start },
    };
    nodes.push(node);
    if (
      depth >= limits.maxDepth ||
      end - start < limits.minSamplesSplit ||
      end - start < 2 * limits.minSamplesLeaf ||
      criterion.nodeWeight < 2 * limits.minWeightLeaf ||
      impurity <= Number.EPSILON
    ) {
      return undefined;
    }
    const cut = splitter.cut(start, end, impurity, known.constants, known.bounds);
    if (cut.position >= end) return undefined;
    if (cut.improvement + Number.EPSILON < limits.minImpurityDecrease) return undefined;
    const sides = sidesOf(known.bounds, directions?.[cut.feature] ?? 0, cut.middle);
    return { node, start, end, depth, cut, sides };
  };

  const split = ({ node, cut }: Open): void => {
    node.feature = cut.feature;
    node.threshold = cut.threshold;
    node.missingLeft = cut.missingLeft;
  };

  const root = { impurity: undefined, constants: 0, bounds: anyValue };
  if (limits.maxLeafNodes === Number.POSITIVE_INFINITY) {
    const waiting: (() => void)[] = [];
    const visit = (open: Open | undefined): void => {
      if (open === undefined) return;
      const { node, start, end, depth, cut, sides } = open;
      split(open);
      const { constants, position } = cut;
      waiting.push(() => {
        node.right = nodes.length;
        visit(
          add(position, end, depth + 1, {
            impurity: cut.rightImpurity,
            constants,
            bounds: sides[1],
          }),
        );
      });
      waiting.push(() => {
        node.left = nodes.length;
        visit(
          add(start, position, depth + 1, {
            impurity: cut.leftImpurity,
            constants,
            bounds: sides[0],
          }),
        );
      });
    };
    visit(add(0, rows, 0, root));
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) next();
    return nodes;
  }

  const frontier: Open[] = [];
  const keep = (open: Open | undefined): void => {
    if (open !== undefined) frontier.push(open);
  };
  keep(add(0, rows, 0, root));
  for (let leaves = 1; leaves < limits.maxLeafNodes && frontier.length > 0; leaves++) {
    const best = frontier.reduce((a, b) => (b.cut.improvement > a.cut.improvement ? b : a));
    frontier.splice(frontier.indexOf(best), 1);
    const { node, start, end, depth, cut, sides } = best;
    split(best);
    node.left = nodes.length;
    keep(
      add(start, cut.position, depth + 1, {
        impurity: cut.leftImpurity,
        constants: 0,
        bounds: sides[0],
      }),
    );
    node.right = nodes.length;
    keep(
      add(cut.position, end, depth + 1, {
        impurity: cut.rightImpurity,
        constants: 0,
        bounds: sides[1],
      }),
    );
  }
  return nodes;
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
