import { newNode } from "../node-list.js";
import type { FeatureSampler } from "./feature-sampler.js";
import type { Derivatives } from "./histogram.js";
import type { InteractionRules, Permitted } from "./interaction-rules.js";
import { RowPartition } from "./row-partition.js";
import {
  type ArithmeticParts,
  type NodeRange,
  scalarArithmetic,
  type XgbArithmetic,
} from "./xgb-arithmetic.js";
import { anyWeight, type WeightRange } from "./xgb-monotone.js";
import type { XgbSplit } from "./xgb-split.js";
import { type LeafRows, undoWeakSplits, type XgbNode, type XgbTree } from "./xgb-tree.js";
import { vectorArithmetic } from "./xgb-vector.js";

/** What growing needs of a training run. */
export interface XgbGrowth extends ArithmeticParts {
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
  return new XgbGrower(growth, scalarArithmetic(growth, derivatives), order, sampler).grow();
}

/** `growXgb` of a tree for all outputs; without monotone rules, interactions and categories. */
export function growXgbVector(
  growth: XgbGrowth,
  derivatives: readonly Derivatives[],
  order: Int32Array,
  sampler: FeatureSampler,
): XgbTree {
  return new XgbGrower(growth, vectorArithmetic(growth, derivatives), order, sampler).grow();
}

/** A node, before its split is known. */
interface Place<Sums> extends NodeRange<Sums> {
  readonly at: number;
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  readonly permitted: Permitted | undefined;
}

/** A node whose turn to be split will come. */
interface Candidate<Sums, Histogram> extends Place<Sums> {
  /** Undefined where none was kept; its children's are made anew. */
  readonly histogram: Histogram | undefined;
  readonly split: XgbSplit<Sums>;
}

/** Gains up to this are rounding. */
const leastGain = Math.fround(1e-6);

/** One tree while it grows. */
class XgbGrower<Sums, Histogram> {
  readonly #growth: XgbGrowth;
  readonly #arithmetic: XgbArithmetic<Sums, Histogram>;
  readonly #partition: RowPartition;
  readonly #sampler: FeatureSampler;
  readonly #depthLimit: number;
  readonly #leafLimit: number;
  readonly #nodes: XgbNode[] = [];
  readonly #leaves: LeafRows[] = [];
  readonly #waiting: Candidate<Sums, Histogram>[] = [];
  #leafCount = 1;

  constructor(
    growth: XgbGrowth,
    arithmetic: XgbArithmetic<Sums, Histogram>,
    order: Int32Array,
    sampler: FeatureSampler,
  ) {
    const { maxDepth, maxLeaves } = growth.params;
    this.#growth = growth;
    this.#arithmetic = arithmetic;
    this.#partition = new RowPartition(order);
    this.#sampler = sampler;
    this.#depthLimit = maxDepth === 0 ? Number.POSITIVE_INFINITY : maxDepth;
    this.#leafLimit = maxLeaves === 0 ? Number.POSITIVE_INFINITY : maxLeaves;
  }

  grow(): XgbTree {
    const { bins, params, interactions } = this.#growth;
    const { order } = this.#partition;
    const sums = this.#arithmetic.total(order);
    const rows = { start: 0, end: order.length };
    const free = { above: anyWeight, range: anyWeight, permitted: interactions?.root };
    const root = this.#maySplit(0) ? this.#histogram(0, order.length) : undefined;
    this.#open({ at: this.#addNode(sums, anyWeight), depth: 0, ...rows, sums, ...free }, root);
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      if (this.#leafCount < this.#leafLimit) this.#split(next);
      else {
        this.#arithmetic.giveBack(next.histogram);
        this.#keepLeaf(next);
      }
    }
    if (bins.kind === "values") undoWeakSplits(this.#nodes, params.gamma);
    return { nodes: this.#nodes, leaves: this.#leaves, order };
  }

  /** A leaf, to begin with; `range` is that of the node above. */
  #addNode(sums: Sums, range: WeightRange): number {
    const { learningRate, numParallelTree } = this.#growth.params;
    const rate = Math.fround(Math.fround(learningRate) / numParallelTree);
    const value = this.#arithmetic.weights(sums, range).map((weight) => Math.fround(weight * rate));
    this.#nodes.push({ ...newNode(value), gain: 0, cover: this.#arithmetic.cover(sums), bin: 0 });
    return this.#nodes.length - 1;
  }

  /** Whether nodes at `depth` may have children. */
  #maySplit(depth: number): boolean {
    return depth < this.#depthLimit && this.#leafCount < this.#leafLimit;
  }

  #histogram(start: number, end: number): Histogram {
    return this.#arithmetic.histogram(this.#partition.order, start, end, this.#sampler.tree);
  }

  /** Keeps the node with its best split until its turn, or as a leaf: always where it has no `histogram`. */
  #open(place: Place<Sums>, histogram: Histogram | undefined): void {
    const { keepable } = this.#arithmetic;
    const split = histogram === undefined ? undefined : this.#bestSplit(place, histogram);
    const kept = split !== undefined && this.#waiting.length < keepable;
    if (!kept) this.#arithmetic.giveBack(histogram);
    if (split === undefined) this.#keepLeaf(place);
    else this.#waiting.push({ ...place, histogram: kept ? histogram : undefined, split });
  }

  #keepLeaf({ at, start, end }: Place<Sums>): void {
    this.#leaves.push({ node: at, start, end });
  }

  /** Undefined where no split is worth its price. */
  #bestSplit(place: Place<Sums>, histogram: Histogram): XgbSplit<Sums> | undefined {
    const { params } = this.#growth;
    const search = this.#arithmetic.search(place, histogram);
    const allowed = place.permitted?.features;
    for (const feature of this.#sampler.node(place.depth)) {
      if (allowed === undefined || allowed.has(feature)) search.look(feature);
    }
    const { best } = search;
    if (best === undefined || best.gain <= leastGain) return undefined;
    return params.treeMethod === "exact" || best.gain >= params.gamma ? best : undefined;
  }

  /** The next node to split: the greatest gain, or level by level. */
  #take(): Candidate<Sums, Histogram> | undefined {
    const waiting = this.#waiting;
    if (this.#growth.params.growPolicy === "depthwise") return waiting.shift();
    let best = 0;
    waiting.forEach(({ split }, i) => {
      if (split.gain > (waiting[best]?.split.gain ?? 0)) best = i;
    });
    return waiting.splice(best, 1)[0];
  }

  #split(candidate: Candidate<Sums, Histogram>): void {
    const { at, start, end, split, range: above } = candidate;
    const node = this.#nodes[at];
    if (node === undefined) return;
    this.#leafCount++;
    const { feature, bin, threshold, missingLeft, gain, categories } = split;
    Object.assign(node, { feature, bin, threshold, missingLeft, gain });
    if (categories !== undefined) node.categories = { values: categories, side: "right" };
    const middle = this.#part([start, end], split);
    node.left = this.#addNode(split.left, above);
    node.right = this.#addNode(split.right, above);
    const [leftRange, rightRange] = this.#arithmetic.ranges(split, above);
    const { interactions } = this.#growth;
    const permitted = candidate.permitted && interactions?.below(candidate.permitted, feature);
    const below = { depth: candidate.depth + 1, above, permitted };
    const [left, right] = this.#histogramsBelow(candidate, middle);
    const toLeft = { at: node.left, start, end: middle, sums: split.left, range: leftRange };
    const toRight = { at: node.right, start: middle, end, sums: split.right, range: rightRange };
    this.#open({ ...below, ...toLeft }, left);
    this.#open({ ...below, ...toRight }, right);
  }

  /** Parts a node's rows; returns where the right side begins. */
  #part(range: readonly [number, number], split: XgbSplit<Sums>): number {
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
    { start, end, depth, histogram }: Candidate<Sums, Histogram>,
    middle: number,
  ): readonly [Histogram?, Histogram?] {
    const arithmetic = this.#arithmetic;
    if (!this.#maySplit(depth + 1)) {
      arithmetic.giveBack(histogram);
      return [];
    }
    if (this.#growth.bins.kind === "values" || histogram === undefined) {
      // A difference of sums would leave traces in bins that a child does not have.
      const both = [this.#histogram(start, middle), this.#histogram(middle, end)] as const;
      arithmetic.giveBack(histogram);
      return both;
    }
    if (middle - start <= end - middle) {
      const left = this.#histogram(start, middle);
      return [left, arithmetic.subtract(histogram, left)];
    }
    const right = this.#histogram(middle, end);
    return [arithmetic.subtract(histogram, right), right];
  }
}
