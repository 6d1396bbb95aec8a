import type { BinnedColumns } from "./binned-columns.js";

/** Sums over the rows of a node or of one side of a split. */
export interface HgbSums {
  readonly gradient: number;
  readonly hessian: number;
  readonly count: number;
}

export interface HgbSplit {
  readonly gain: number;
  readonly feature: number;
  /** Rows of this bin and below go left; unused where `leftBins` says which. */
  readonly bin: number;
  /** Bins of categories that go left, that of missing values perhaps among them. */
  readonly leftBins?: readonly number[];
  readonly missingLeft: boolean;
  readonly left: HgbSums;
  readonly right: HgbSums;
}

/** Leaf values that children may have, before the learning rate. */
export interface HgbRange {
  readonly low: number;
  readonly high: number;
}

/** What the search for splits needs of a training run. */
export interface HgbSearch {
  readonly data: BinnedColumns;
  /** `[features]` bins without that of missing values. */
  readonly binCounts: Int32Array;
  /** `[features]` 1 where bins are categories. */
  readonly isCategory: Uint8Array;
  /** `[features]` 1 or -1 where scores may only rise or fall with the feature. */
  readonly directions: Int8Array;
  readonly minSamplesLeaf: number;
  readonly l2: number;
}

/** A node whose split is looked for. */
export interface HgbSplitNode {
  readonly sums: HgbSums;
  readonly histogram: Float64Array;
  /** Its own value, before the learning rate. */
  readonly value: number;
  readonly range: HgbRange;
}

/** Children need at least this sum of second derivatives. */
export const leastHessian = 1e-3;

/** Value of a node's rows within `range`, before the learning rate. */
export function hgbValue(gradient: number, hessian: number, l2: number, range: HgbRange): number {
  const value = -gradient / (hessian + l2 + 1e-15);
  return Math.min(Math.max(value, range.low), range.high);
}

/** What the loss falls by when a node is split on a feature. */
export class HgbGain {
  readonly #l2: number;
  readonly #direction: number;
  readonly #range: HgbRange;
  readonly #now: number;

  constructor(search: HgbSearch, { sums, value, range }: HgbSplitNode, feature: number) {
    this.#l2 = search.l2;
    this.#direction = search.directions[feature] ?? 0;
    this.#range = range;
    this.#now = sums.gradient * value;
  }

  /** From the sums of both sides; -1 where they are in the wrong order. */
  of(
    leftGradient: number,
    leftHessian: number,
    rightGradient: number,
    rightHessian: number,
  ): number {
    const left = hgbValue(leftGradient, leftHessian, this.#l2, this.#range);
    const right = hgbValue(rightGradient, rightHessian, this.#l2, this.#range);
    if (this.#direction * (right - left) < 0) return -1;
    return this.#now - leftGradient * left - rightGradient * right;
  }
}
