import type { XgbParams } from "./xgb-params.js";
import { type DerivativeSums, leafWeight, type XgbPenalties } from "./xgb-split.js";

/** How categories are split, besides what numbers need. */
export type CategoryParams = XgbPenalties & Pick<XgbParams, "maxCatToOnehot" | "maxCatThreshold">;

/** One node's rows by the categories of one feature. */
export interface CategorySums {
  readonly total: DerivativeSums;
  /** `[categories, 2]` gradient and hessian; rows without a value are in none. */
  readonly histogram: Float64Array;
  /** What a split is worth above the node as it is. */
  gain(left: DerivativeSums, right: DerivativeSums): number;
}

/** A split of categories: those that are not listed go left, whether the node has them or not. */
export interface CategorySplit {
  readonly gain: number;
  /** Categories that go right, ascending. */
  readonly right: Int32Array;
  readonly missingLeft: boolean;
  readonly sums: { readonly left: DerivativeSums; readonly right: DerivativeSums };
}

/**
 * The best split, as XGBoost looks for it: fewer categories than `maxCatToOnehot` are asked for one at a time; more are sorted by their leaf
 * value and cut like numbers (Fisher, Journal of the American Statistical Association 53, 1958). Undefined where none gains.
 */
export function categorySplit(node: CategorySums, by: CategoryParams): CategorySplit | undefined {
  const categories = node.histogram.length / 2;
  const best = new BestSplit(node, by);
  if (categories < by.maxCatToOnehot) oneByOne(node, best);
  else partitions(node, by, best);
  return best.found;
}

/** One category against all others; missing values on both sides in turn. */
function oneByOne({ total, histogram }: CategorySums, best: BestSplit): void {
  let present: DerivativeSums = { gradient: 0, hessian: 0 };
  const categories = histogram.length / 2;
  for (let c = 0; c < categories; c++) present = plus(present, sumsAt(histogram, c));
  const missing = minus(total, present);
  for (let c = 0; c < categories; c++) {
    const own = sumsAt(histogram, c);
    const listed = () => [c];
    best.see(minus(total, own), own, true, listed);
    const both = plus(own, missing);
    best.see(minus(total, both), both, false, listed);
  }
}

/**
 * Categories sorted by value, cut from the lowest on with missing values left, then from the highest on with missing values right. Each walk
 * ends after `maxCatThreshold` categories.
 */
function partitions({ total, histogram }: CategorySums, by: CategoryParams, best: BestSplit): void {
  const categories = histogram.length / 2;
  const worth = Float32Array.from({ length: categories }, (_, c) =>
    leafWeight(sumsAt(histogram, c), by),
  );
  const order = Int32Array.from(worth, (_, c) => c).sort(
    (a, b) => (worth[a] ?? 0) - (worth[b] ?? 0) || a - b,
  );
  const steps = Math.min(by.maxCatThreshold, categories) - 1;
  let low: DerivativeSums = { gradient: 0, hessian: 0 };
  for (let k = 0; k < steps; k++) {
    low = plus(low, sumsAt(histogram, order[k] ?? 0));
    best.see(minus(total, low), low, true, () => order.subarray(0, k + 1));
  }
  let high: DerivativeSums = { gradient: 0, hessian: 0 };
  for (let k = categories - 1; k >= categories - steps; k--) {
    high = plus(high, sumsAt(histogram, order[k] ?? 0));
    best.see(high, minus(total, high), false, () => order.subarray(0, k));
  }
}

/** The first split of the greatest gain above 0. */
class BestSplit {
  readonly #node: CategorySums;
  readonly #leastHessian: number;
  found: CategorySplit | undefined;

  constructor(node: CategorySums, { minChildWeight }: CategoryParams) {
    this.#node = node;
    this.#leastHessian = minChildWeight;
  }

  /** `listed` gives the categories of the right side. */
  see(
    left: DerivativeSums,
    right: DerivativeSums,
    missingLeft: boolean,
    listed: () => Iterable<number>,
  ): void {
    if (left.hessian < this.#leastHessian || right.hessian < this.#leastHessian) return;
    const gain = this.#node.gain(left, right);
    if (!(gain > (this.found?.gain ?? 0))) return;
    const ascending = Int32Array.from(listed()).sort();
    this.found = { gain, right: ascending, missingLeft, sums: { left, right } };
  }
}

function sumsAt(histogram: Float64Array, category: number): DerivativeSums {
  return { gradient: histogram[2 * category] ?? 0, hessian: histogram[2 * category + 1] ?? 0 };
}

function plus(a: DerivativeSums, b: DerivativeSums): DerivativeSums {
  return { gradient: a.gradient + b.gradient, hessian: a.hessian + b.hessian };
}

function minus(a: DerivativeSums, b: DerivativeSums): DerivativeSums {
  return { gradient: a.gradient - b.gradient, hessian: a.hessian - b.hessian };
}
