import { newNode, type TreeNode } from "../node-list.js";
import { categorySetOf } from "./hgb-categories.js";
import {
  type HgbRange,
  type HgbSearch,
  type HgbSplit,
  type HgbSums,
  hgbValue,
  leastHessian,
} from "./hgb-gain.js";
import type { HgbParams } from "./hgb-params.js";
import { bestHgbSplit } from "./hgb-split.js";
import type { Derivatives, HistogramBuilder } from "./histogram.js";
import type { InteractionRules, Permitted } from "./interaction-rules.js";
import { RowPartition } from "./row-partition.js";

/** A node with the gain of its split. */
export interface HgbNode extends TreeNode {
  gain: number;
}

export interface HgbTree {
  readonly nodes: HgbNode[];
  /** Ranges of the order of rows by leaf. */
  readonly leaves: readonly {
    readonly node: number;
    readonly start: number;
    readonly end: number;
  }[];
}

/** What growing needs of a training run. */
export interface HgbGrowth {
  readonly search: HgbSearch;
  /** `[features]` where bins end: values up to `thresholds[j][b]` have bins up to `b`; of categorical features the category of each bin. */
  readonly thresholds: readonly Float64Array[];
  readonly params: HgbParams;
  readonly builder: HistogramBuilder;
  readonly interactions: InteractionRules | undefined;
  /** Features that a node may ask, out of those that it is permitted. */
  readonly draw: (features: Int32Array) => Int32Array;
  /** All features, in the order in which equal splits are decided. */
  readonly features: Int32Array;
}

/** A node, before its split is known. */
interface Place {
  readonly at: number;
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  readonly sums: HgbSums;
  /** Before the learning rate. */
  readonly value: number;
  /** Of its children's values. */
  readonly range: HgbRange;
  readonly permitted: Permitted | undefined;
}

interface Candidate extends Place {
  readonly histogram: Float64Array | undefined;
  readonly split: HgbSplit;
}

const anyValue: HgbRange = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** Grows one tree on the rows of `order` (permuted), the node of greatest gain first. */
export function growHgb(growth: HgbGrowth, derivatives: Derivatives, order: Int32Array): HgbTree {
  const { search, thresholds, params, builder, interactions } = growth;
  const { data } = search;
  const leafLimit = params.maxLeafNodes ?? Number.POSITIVE_INFINITY;
  const depthLimit = params.maxDepth ?? Number.POSITIVE_INFINITY;
  const partition = new RowPartition(order);
  const nodes: HgbNode[] = [];
  const leaves: { node: number; start: number; end: number }[] = [];
  const waiting: Candidate[] = [];

  const addNode = (value: number): number => {
    nodes.push({ ...newNode(Float64Array.of(value * params.learningRate)), gain: 0 });
    return nodes.length - 1;
  };
  /** Keeps the node as a leaf, or with its best split until its turn. */
  const keep = (place: Place, histogram: Float64Array | undefined): void => {
    const { sums, permitted } = place;
    const split =
      histogram === undefined || sums.count < 2 * params.minSamplesLeaf
        ? undefined
        : bestHgbSplit(search, { ...place, histogram }, growth.draw(featuresFor(permitted)));
    const kept = split !== undefined && waiting.length < builder.keepable ? histogram : undefined;
    if (kept === undefined) builder.giveBack(histogram);
    if (split !== undefined) waiting.push({ ...place, histogram: kept, split });
    else leaves.push({ node: place.at, start: place.start, end: place.end });
  };
  const featuresFor = (permitted: Permitted | undefined): Int32Array => {
    const allowed = permitted?.features;
    return allowed === undefined
      ? growth.features
      : growth.features.filter((feature) => allowed.has(feature));
  };
  const build = (start: number, end: number) =>
    builder.build(order, start, end, derivatives, growth.features);

  const sums = sumOf(order, derivatives);
  const mayRoot = sums.count >= 2 * params.minSamplesLeaf && sums.hessian >= leastHessian;
  // The root counts as worth nothing, as in scikit-learn: a tree that cannot split changes no score.
  keep(
    {
      ...{ at: addNode(0), depth: 0, start: 0, end: order.length, sums, value: 0 },
      ...{ range: anyValue, permitted: interactions?.root },
    },
    mayRoot ? build(0, order.length) : undefined,
  );
  while (waiting.length > 0 && waiting.length + leaves.length < leafLimit) {
    const next = waiting.reduce((a, b) => (b.split.gain > a.split.gain ? b : a));
    waiting.splice(waiting.indexOf(next), 1);
    const { at, depth, start, end, histogram, split } = next;
    const node = nodes[at];
    if (node === undefined) break;
    const rows: readonly [number, number] = [start, end];
    node.feature = split.feature;
    node.missingLeft = split.missingLeft;
    node.gain = split.gain;
    const own = thresholds[split.feature] ?? new Float64Array(0);
    let middle: number;
    if (split.leftBins !== undefined) {
      node.categories = categorySetOf(split, own);
      const leftBins = new Set(split.leftBins);
      middle = partition.splitSet(data, rows, split.feature, (bin) => leftBins.has(bin));
    } else {
      // Beyond the last edge only missing values are left, and every number lies below.
      node.threshold = own[split.bin] ?? Number.MAX_VALUE;
      middle = partition.split(data, rows, split.feature, split.bin, split.missingLeft);
    }
    const value = (of: HgbSums) =>
      hgbValue(of.gradient, of.hessian, params.l2Regularization, next.range);
    const values = [value(split.left), value(split.right)] as const;
    const [leftRange, rightRange] = rangesBelow(
      next.range,
      search.directions[split.feature] ?? 0,
      values,
    );
    const permitted = next.permitted && interactions?.below(next.permitted, split.feature);
    node.left = addNode(values[0]);
    node.right = addNode(values[1]);
    let left: Float64Array | undefined;
    let right: Float64Array | undefined;
    const full = waiting.length + leaves.length + 2 >= leafLimit;
    const small = (count: number) => count < 2 * params.minSamplesLeaf;
    if (full || depth + 1 >= depthLimit || (small(middle - start) && small(end - middle))) {
      builder.giveBack(histogram);
    } else if (histogram === undefined) {
      left = build(start, middle);
      right = build(middle, end);
    } else if (middle - start < end - middle) {
      left = build(start, middle);
      right = builder.subtract(histogram, left);
    } else {
      right = build(middle, end);
      left = builder.subtract(histogram, right);
    }
    const below = { depth: depth + 1, permitted };
    keep(
      {
        ...{ ...below, at: node.left, start, end: middle, sums: split.left },
        ...{ value: values[0], range: leftRange },
      },
      left,
    );
    keep(
      {
        ...{ ...below, at: node.right, start: middle, end, sums: split.right },
        ...{ value: values[1], range: rightRange },
      },
      right,
    );
  }
  for (const { at, start, end, histogram } of waiting) {
    builder.giveBack(histogram);
    leaves.push({ node: at, start, end });
  }
  return { nodes, leaves };
}

/** What lies below a split on a feature with a direction stays on its side of the middle. */
function rangesBelow(
  range: HgbRange,
  direction: number,
  [left, right]: readonly [number, number],
): readonly [HgbRange, HgbRange] {
  if (direction === 0) return [range, range];
  const middle = (left + right) / 2;
  const below = { low: range.low, high: middle };
  const above = { low: middle, high: range.high };
  return direction > 0 ? [below, above] : [above, below];
}

function sumOf(order: Int32Array, derivatives: Derivatives): HgbSums {
  let gradient = 0;
  let hessian = 0;
  for (const row of order) {
    gradient += derivatives.gradient[row] ?? 0;
    hessian += derivatives.hessian[row] ?? 0;
  }
  return { gradient, hessian, count: order.length };
}
