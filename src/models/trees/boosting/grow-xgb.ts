import { newNode } from "../node-list.js";
import type { FeatureSampler } from "./feature-sampler.js";
import type { Derivatives, HistogramBuilder } from "./histogram.js";
import type { InteractionRules, Permitted } from "./interaction-rules.js";
import { RowPartition } from "./row-partition.js";
import { anyWeight, type MonotoneRules, type WeightRange } from "./xgb-monotone.js";
import type { XgbParams } from "./xgb-params.js";
import {
  type DerivativeSums,
  leafWeight,
  type SplitConstraint,
  type XgbBins,
  type XgbSplit,
  XgbSplitSearch,
} from "./xgb-split.js";
import { type LeafRows, undoWeakSplits, type XgbNode, type XgbTree } from "./xgb-tree.js";

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
  growth: XgbGrowth,
  derivatives: Derivatives,
  order: Int32Array,
  sampler: FeatureSampler,
): XgbTree {
  return new XgbGrower(growth, derivatives, order, sampler).grow();
}

/** A node, before its split is known. */
interface Place {
  readonly at: number;
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  readonly sums: DerivativeSums;
  /** Leaf values that the node above may have, and the node itself. */
  readonly above: WeightRange;
  readonly range: WeightRange;
  readonly permitted: Permitted | undefined;
}

/** A node whose turn to be split will come. */
interface Candidate extends Place {
  /** Undefined where none was kept; its children's are made anew. */
  readonly histogram: Float64Array | undefined;
  readonly split: XgbSplit;
}

/** Gains up to this are rounding. */
const leastGain = Math.fround(1e-6);

/** One tree while it grows. */
class XgbGrower {
  readonly #growth: XgbGrowth;
  readonly #derivatives: Derivatives;
  readonly #partition: RowPartition;
  readonly #sampler: FeatureSampler;
  readonly #depthLimit: number;
  readonly #leafLimit: number;
  readonly #nodes: XgbNode[] = [];
  readonly #leaves: LeafRows[] = [];
  readonly #waiting: Candidate[] = [];
  #leafCount = 1;

  constructor(
    growth: XgbGrowth,
    derivatives: Derivatives,
    order: Int32Array,
    sampler: FeatureSampler,
  ) {
    const { maxDepth, maxLeaves } = growth.params;
    this.#growth = growth;
    this.#derivatives = derivatives;
    this.#partition = new RowPartition(order);
    this.#sampler = sampler;
    this.#depthLimit = maxDepth === 0 ? Number.POSITIVE_INFINITY : maxDepth;
    this.#leafLimit = maxLeaves === 0 ? Number.POSITIVE_INFINITY : maxLeaves;
  }

  grow(): XgbTree {
    const { bins, params, builder, interactions } = this.#growth;
    const { order } = this.#partition;
    const sums = sumOf(order, this.#derivatives);
    const rows = { start: 0, end: order.length };
    const free = { above: anyWeight, range: anyWeight, permitted: interactions?.root };
    const root = this.#maySplit(0) ? this.#histogram(0, order.length) : undefined;
    this.#open({ at: this.#addNode(sums, anyWeight), depth: 0, ...rows, sums, ...free }, root);
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      if (this.#leafCount < this.#leafLimit) this.#split(next);
      else {
        builder.giveBack(next.histogram);
        this.#keepLeaf(next);
      }
    }
    if (bins.kind === "values") undoWeakSplits(this.#nodes, params.gamma);
    return { nodes: this.#nodes, leaves: this.#leaves, order };
  }

  /** A leaf, to begin with; `range` is that of the node above. */
  #addNode(sums: DerivativeSums, range: WeightRange): number {
    const { params, rules } = this.#growth;
    const rate = Math.fround(Math.fround(params.learningRate) / params.numParallelTree);
    const weight = rules?.weight(sums, range) ?? leafWeight(sums, params);
    const value = Float64Array.of(Math.fround(weight * rate));
    this.#nodes.push({ ...newNode(value), gain: 0, cover: sums.hessian, bin: 0 });
    return this.#nodes.length - 1;
  }

  /** Whether nodes at `depth` may have children. */
  #maySplit(depth: number): boolean {
    return depth < this.#depthLimit && this.#leafCount < this.#leafLimit;
  }

  #histogram(start: number, end: number): Float64Array {
    const { order } = this.#partition;
    return this.#growth.builder.build(order, start, end, this.#derivatives, this.#sampler.tree);
  }

  /** Keeps the node with its best split until its turn, or as a leaf: always where it has no `histogram`. */
  #open(place: Place, histogram: Float64Array | undefined): void {
    const { builder } = this.#growth;
    const split = histogram && this.#bestSplit(place, histogram);
    const kept = split !== undefined && this.#waiting.length < builder.keepable;
    if (!kept) builder.giveBack(histogram);
    if (split === undefined) this.#keepLeaf(place);
    else this.#waiting.push({ ...place, histogram: kept ? histogram : undefined, split });
  }

  #keepLeaf({ at, start, end }: Place): void {
    this.#leaves.push({ node: at, start, end });
  }

  /** Undefined where no split is worth its price. */
  #bestSplit(place: Place, histogram: Float64Array): XgbSplit | undefined {
    const { bins, params } = this.#growth;
    const node = { total: place.sums, histogram };
    const search = new XgbSplitSearch(bins, params, node, this.#constraintOf(place));
    const allowed = place.permitted?.features;
    for (const feature of this.#sampler.node(place.depth)) {
      if (allowed === undefined || allowed.has(feature)) search.look(feature);
    }
    const { best } = search;
    if (best === undefined || best.gain <= leastGain) return undefined;
    return params.treeMethod === "exact" || best.gain >= params.gamma ? best : undefined;
  }

  #constraintOf({ sums, above, range }: Place): SplitConstraint | undefined {
    const { rules } = this.#growth;
    return (
      rules && {
        rootGain: rules.gain(sums, above),
        gain: (feature, left, right) => rules.splitGain(feature, left, right, range),
      }
    );
  }

  /** The next node to split: the greatest gain, or level by level. */
  #take(): Candidate | undefined {
    const waiting = this.#waiting;
    if (this.#growth.params.growPolicy === "depthwise") return waiting.shift();
    let best = 0;
    waiting.forEach(({ split }, i) => {
      if (split.gain > (waiting[best]?.split.gain ?? 0)) best = i;
    });
    return waiting.splice(best, 1)[0];
  }

  #split(candidate: Candidate): void {
    const { at, start, end, split, range: above } = candidate;
    const node = this.#nodes[at];
    if (node === undefined) return;
    this.#leafCount++;
    const { feature, bin, threshold, missingLeft, gain, categories } = split;
    const { rules, interactions } = this.#growth;
    Object.assign(node, { feature, bin, threshold, missingLeft, gain });
    if (categories !== undefined) node.categories = { values: categories, side: "right" };
    const middle = this.#part([start, end], split);
    node.left = this.#addNode(split.left, above);
    node.right = this.#addNode(split.right, above);
    const [leftRange, rightRange] = rules?.ranges(feature, split.left, split.right, above) ?? [
      anyWeight,
      anyWeight,
    ];
    const permitted = candidate.permitted && interactions?.below(candidate.permitted, feature);
    const below = { depth: candidate.depth + 1, above, permitted };
    const [left, right] = this.#histogramsBelow(candidate, middle);
    const toLeft = { at: node.left, start, end: middle, sums: split.left, range: leftRange };
    const toRight = { at: node.right, start: middle, end, sums: split.right, range: rightRange };
    this.#open({ ...below, ...toLeft }, left);
    this.#open({ ...below, ...toRight }, right);
  }

  /** Parts a node's rows; returns where the right side begins. */
  #part(range: readonly [number, number], split: XgbSplit): number {
    const { data } = this.#growth.bins;
    const { feature, bin, missingLeft, categories } = split;
    if (categories === undefined) {
      return this.#partition.split(data, range, feature, bin, missingLeft);
    }
    const right = new Set(categories);
    const missing = data.missingBin[feature];
    return this.#partition.splitSet(data, range, feature, (own) =>
      own === missing ? missingLeft : !right.has(own),
    );
  }

  /** Of both children, where they may be split; `middle` is where the right one's rows begin. */
  #histogramsBelow(
    { start, end, depth, histogram }: Candidate,
    middle: number,
  ): readonly [Float64Array?, Float64Array?] {
    const { bins, builder } = this.#growth;
    if (!this.#maySplit(depth + 1)) {
      builder.giveBack(histogram);
      return [];
    }
    if (bins.kind === "values" || histogram === undefined) {
      // A difference of sums would leave traces in bins that a child does not have.
      const both = [this.#histogram(start, middle), this.#histogram(middle, end)] as const;
      builder.giveBack(histogram);
      return both;
    }
    if (middle - start <= end - middle) {
      const left = this.#histogram(start, middle);
      return [left, builder.subtract(histogram, left)];
    }
    const right = this.#histogram(middle, end);
    return [builder.subtract(histogram, right), right];
  }
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
