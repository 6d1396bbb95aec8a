import { newNode, type TreeNode } from "../node-list.js";
import type { FeatureSampler } from "./feature-sampler.js";
import type { Derivatives, HistogramBuilder } from "./histogram.js";
import type { InteractionRules, Permitted } from "./interaction-rules.js";
import { RowPartition } from "./row-partition.js";
import { anyWeight, type MonotoneRules, type WeightRange } from "./xgb-monotone.js";
import type { XgbParams } from "./xgb-params.js";
import {
  type DerivativeSums,
  leafWeight,
  type XgbBins,
  type XgbSplit,
  XgbSplitSearch,
} from "./xgb-split.js";

/** A node with the gain of its split, the sum of second derivatives there, and the last bin that goes left. */
export interface XgbNode extends TreeNode {
  gain: number;
  cover: number;
  bin: number;
}

/** A grown tree, and where its rows ended. */
export interface XgbTree {
  readonly nodes: XgbNode[];
  /** Ranges of `order` by leaf. */
  readonly leaves: readonly {
    readonly node: number;
    readonly start: number;
    readonly end: number;
  }[];
  /** The rows that the tree saw, leaf by leaf. */
  readonly order: Int32Array;
}

interface Candidate {
  readonly at: number;
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  readonly histogram: Float64Array | undefined;
  readonly split: XgbSplit | undefined;
  readonly range: WeightRange;
  readonly permitted: Permitted | undefined;
}

/** Gains up to this are rounding. */
const leastGain = Math.fround(1e-6);

/** What growing needs of a training run. */
export interface XgbGrowth {
  readonly bins: XgbBins;
  readonly params: XgbParams;
  readonly builder: HistogramBuilder;
  readonly rules?: MonotoneRules | undefined;
  readonly interactions?: InteractionRules | undefined;
}

/**
 * Grows one tree on the rows of `order` (which is permuted). A node's smaller child gets a histogram of its own, the other one what
 * is left of the node's. Leaf values are single-precision numbers, the learning rate included.
 */
export function growXgb(
  { bins, params, builder, rules, interactions }: XgbGrowth,
  derivatives: Derivatives,
  order: Int32Array,
  sampler: FeatureSampler,
): XgbTree {
  const { data } = bins;
  const depthLimit = params.maxDepth === 0 ? Number.POSITIVE_INFINITY : params.maxDepth;
  const leafLimit = params.maxLeaves === 0 ? Number.POSITIVE_INFINITY : params.maxLeaves;
  const rate = Math.fround(Math.fround(params.learningRate) / params.numParallelTree);
  const partition = new RowPartition(order);
  const nodes: XgbNode[] = [];
  const leaves: { node: number; start: number; end: number }[] = [];

  /** `range` is that of the node above. */
  const addNode = (sums: DerivativeSums, range: WeightRange): number => {
    const weight = rules?.weight(sums, range) ?? leafWeight(sums, params);
    const value = Math.fround(weight * rate);
    nodes.push({ ...newNode(Float64Array.of(value)), gain: 0, cover: sums.hessian, bin: 0 });
    return nodes.length - 1;
  };
  const open = (
    at: number,
    sums: DerivativeSums,
    range: readonly [number, number],
    depth: number,
    histogram: Float64Array | undefined,
    [above, own]: readonly [WeightRange, WeightRange],
    permitted: Permitted | undefined,
  ): Candidate => {
    const [start, end] = range;
    const place = { at, depth, start, end, range: own, permitted };
    if (histogram === undefined) return { ...place, histogram, split: undefined };
    const constraint = rules && {
      rootGain: rules.gain(sums, above),
      gain: (feature: number, left: DerivativeSums, right: DerivativeSums) =>
        rules.splitGain(feature, left, right, own),
    };
    const search = new XgbSplitSearch(bins, params, { total: sums, histogram }, constraint);
    const allowed = permitted?.features;
    for (const feature of sampler.node(depth)) {
      if (allowed === undefined || allowed.has(feature)) search.look(feature);
    }
    const split = search.best;
    const worth = split !== undefined && isWorth(split, params);
    if (worth && waiting.length < builder.keepable) {
      return { ...place, histogram, split };
    }
    builder.giveBack(histogram);
    return { ...place, histogram: undefined, split: worth ? split : undefined };
  };
  const histogramOf = (start: number, end: number) =>
    builder.build(order, start, end, derivatives, sampler.tree);

  const sums = sumOf(order, derivatives);
  const waiting: Candidate[] = [];
  const keep = (candidate: Candidate): void => {
    if (candidate.split !== undefined) waiting.push(candidate);
    else leaves.push({ node: candidate.at, start: candidate.start, end: candidate.end });
  };
  const root = depthLimit > 0 ? histogramOf(0, order.length) : undefined;
  const free = [anyWeight, anyWeight] as const;
  keep(open(addNode(sums, anyWeight), sums, [0, order.length], 0, root, free, interactions?.root));

  let leafCount = 1;
  for (let next = take(waiting, params); next !== undefined; next = take(waiting, params)) {
    const { at, depth, start, end, histogram, split } = next;
    const node = nodes[at];
    if (split === undefined || node === undefined || leafCount >= leafLimit) {
      builder.giveBack(histogram);
      leaves.push({ node: at, start, end });
      continue;
    }
    leafCount++;
    const middle = partition.split(data, [start, end], split.feature, split.bin, split.missingLeft);
    node.feature = split.feature;
    node.threshold = split.threshold;
    node.missingLeft = split.missingLeft;
    node.gain = split.gain;
    node.bin = split.bin;
    node.left = addNode(split.left, next.range);
    node.right = addNode(split.right, next.range);
    const [leftRange, rightRange] =
      rules?.ranges(split.feature, split.left, split.right, next.range) ?? free;
    const deeper = depth + 1 < depthLimit && leafCount < leafLimit;
    let left: Float64Array | undefined;
    let right: Float64Array | undefined;
    if (deeper) {
      if (bins.kind === "values" || histogram === undefined) {
        // A difference of sums would leave traces in bins that a child does not have.
        left = histogramOf(start, middle);
        right = histogramOf(middle, end);
        builder.giveBack(histogram);
      } else if (middle - start <= end - middle) {
        left = histogramOf(start, middle);
        right = builder.subtract(histogram, left);
      } else {
        right = histogramOf(middle, end);
        left = builder.subtract(histogram, right);
      }
    } else builder.giveBack(histogram);
    const [toLeft, toRight] = [[next.range, leftRange] as const, [next.range, rightRange] as const];
    const permitted = next.permitted && interactions?.below(next.permitted, split.feature);
    keep(open(node.left, split.left, [start, middle], depth + 1, left, toLeft, permitted));
    keep(open(node.right, split.right, [middle, end], depth + 1, right, toRight, permitted));
  }
  if (bins.kind === "values") collapse(nodes, 0, params.gamma);
  return { nodes, leaves, order };
}

/** Exact trees are grown in full, then splits between leaves that gain too little are undone, from below. */
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

function isWorth(split: XgbSplit, params: XgbParams): boolean {
  if (split.gain <= leastGain) return false;
  return params.treeMethod === "exact" || split.gain >= params.gamma;
}

/** The next node to split: the greatest gain, or level by level. */
function take(waiting: Candidate[], params: XgbParams): Candidate | undefined {
  if (params.growPolicy === "depthwise") return waiting.shift();
  let best = 0;
  waiting.forEach((candidate, i) => {
    if ((candidate.split?.gain ?? 0) > (waiting[best]?.split?.gain ?? 0)) best = i;
  });
  return waiting.splice(best, 1)[0];
}

function sumOf(order: Int32Array, { gradient, hessian }: Derivatives): DerivativeSums {
  let g = 0;
  let h = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i] ?? 0;
    g += gradient[row] ?? 0;
    h += hessian[row] ?? 0;
  }
  return { gradient: g, hessian: h };
}
