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
  return new HgbGrower(growth, derivatives, order).grow();
}

/** One tree while it grows. */
class HgbGrower {
  readonly #growth: HgbGrowth;
  readonly #derivatives: Derivatives;
  readonly #order: Int32Array;
  readonly #partition: RowPartition;
  readonly #leafLimit: number;
  readonly #nodes: HgbNode[] = [];
  readonly #leaves: { node: number; start: number; end: number }[] = [];
  /** Nodes that will be split while leaves are left. */
  readonly #waiting: Candidate[] = [];

  constructor(growth: HgbGrowth, derivatives: Derivatives, order: Int32Array) {
    this.#growth = growth;
    this.#derivatives = derivatives;
    this.#order = order;
    this.#partition = new RowPartition(order);
    this.#leafLimit = growth.params.maxLeafNodes ?? Number.POSITIVE_INFINITY;
  }

  grow(): HgbTree {
    this.#plant();
    while (this.#waiting.length > 0 && this.#leafCount < this.#leafLimit) {
      const next = this.#waiting.reduce((a, b) => (b.split.gain > a.split.gain ? b : a));
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#divide(next);
    }
    for (const { at, start, end, histogram } of this.#waiting) {
      this.#growth.builder.giveBack(histogram);
      this.#leaves.push({ node: at, start, end });
    }
    return { nodes: this.#nodes, leaves: this.#leaves };
  }

  /** Leaves if growth ended now. */
  get #leafCount(): number {
    return this.#waiting.length + this.#leaves.length;
  }

  /** The root counts as worth nothing, as in scikit-learn: a tree that cannot split changes no score. */
  #plant(): void {
    const { params, interactions } = this.#growth;
    const end = this.#order.length;
    const sums = sumOf(this.#order, this.#derivatives);
    const place: Place = {
      ...{ at: this.#addNode(0), depth: 0, start: 0, end, sums, value: 0 },
      ...{ range: anyValue, permitted: interactions?.root },
    };
    const maySplit = sums.count >= 2 * params.minSamplesLeaf && sums.hessian >= leastHessian;
    this.#keep(place, maySplit ? this.#histogram(0, end) : undefined);
  }

  /** Splits `next` and keeps its two children. */
  #divide(next: Candidate): void {
    const { search, params, interactions } = this.#growth;
    const { start, end, split, range } = next;
    const node = this.#nodes[next.at];
    if (node === undefined) return;
    const middle = this.#splitRows(node, next);
    const value = (of: HgbSums) =>
      hgbValue(of.gradient, of.hessian, params.l2Regularization, range);
    const values = [value(split.left), value(split.right)] as const;
    const direction = search.directions[split.feature] ?? 0;
    const [leftRange, rightRange] = rangesBelow(range, direction, values);
    const permitted = next.permitted && interactions?.below(next.permitted, split.feature);
    node.left = this.#addNode(values[0]);
    node.right = this.#addNode(values[1]);
    const [left, right] = this.#histogramsBelow(next, middle);
    const below = { depth: next.depth + 1, permitted };
    this.#keep(
      {
        ...{ ...below, at: node.left, start, end: middle, sums: split.left },
        ...{ value: values[0], range: leftRange },
      },
      left,
    );
    this.#keep(
      {
        ...{ ...below, at: node.right, start: middle, end, sums: split.right },
        ...{ value: values[1], range: rightRange },
      },
      right,
    );
  }

  /** Writes the question of `split` into `node`, brings its rows into the order of their answers, and gives where the right side begins. */
  #splitRows(node: HgbNode, { start, end, split }: Candidate): number {
    const { search, thresholds } = this.#growth;
    const { data } = search;
    node.feature = split.feature;
    node.missingLeft = split.missingLeft;
    node.gain = split.gain;
    const own = thresholds[split.feature] ?? new Float64Array(0);
    const { leftBins } = split;
    if (leftBins !== undefined) {
      node.categories = categorySetOf(split, own);
      const left = new Set(leftBins);
      return this.#partition.splitSet(data, [start, end], split.feature, (bin) => left.has(bin));
    }
    // Beyond the last edge only missing values are left, and every number lies below.
    node.threshold = own[split.bin] ?? Number.MAX_VALUE;
    return this.#partition.split(data, [start, end], split.feature, split.bin, split.missingLeft);
  }

  /** Histograms of both sides, the greater one by subtraction; undefined for sides that stay leaves. */
  #histogramsBelow(
    { depth, start, end, histogram }: Candidate,
    middle: number,
  ): readonly [Float64Array | undefined, Float64Array | undefined] {
    const { params, builder } = this.#growth;
    const depthLimit = params.maxDepth ?? Number.POSITIVE_INFINITY;
    const full = this.#leafCount + 2 >= this.#leafLimit;
    const small = (count: number) => count < 2 * params.minSamplesLeaf;
    if (full || depth + 1 >= depthLimit || (small(middle - start) && small(end - middle))) {
      builder.giveBack(histogram);
      return [undefined, undefined];
    }
    if (histogram === undefined) {
      return [this.#histogram(start, middle), this.#histogram(middle, end)];
    }
    if (middle - start < end - middle) {
      const left = this.#histogram(start, middle);
      return [left, builder.subtract(histogram, left)];
    }
    const right = this.#histogram(middle, end);
    return [builder.subtract(histogram, right), right];
  }

  /** Keeps the node as a leaf, or with its best split until its turn. */
  #keep(place: Place, histogram: Float64Array | undefined): void {
    const { search, params, builder, draw } = this.#growth;
    const { sums, permitted } = place;
    const split =
      histogram === undefined || sums.count < 2 * params.minSamplesLeaf
        ? undefined
        : bestHgbSplit(search, { ...place, histogram }, draw(this.#features(permitted)));
    const kept =
      split !== undefined && this.#waiting.length < builder.keepable ? histogram : undefined;
    if (kept === undefined) builder.giveBack(histogram);
    if (split !== undefined) this.#waiting.push({ ...place, histogram: kept, split });
    else this.#leaves.push({ node: place.at, start: place.start, end: place.end });
  }

  #addNode(value: number): number {
    const { learningRate } = this.#growth.params;
    this.#nodes.push({ ...newNode(Float64Array.of(value * learningRate)), gain: 0 });
    return this.#nodes.length - 1;
  }

  #histogram(start: number, end: number): Float64Array {
    const { builder, features } = this.#growth;
    return builder.build(this.#order, start, end, this.#derivatives, features);
  }

  #features(permitted: Permitted | undefined): Int32Array {
    const { features } = this.#growth;
    const allowed = permitted?.features;
    return allowed === undefined ? features : features.filter((feature) => allowed.has(feature));
  }
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
