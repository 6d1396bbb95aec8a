import type { XgbNode } from "./xgb-tree.js";

/**
 * What a feature's splits are worth: their number, the mean or sum of what the loss falls by (`gain`), or of the second derivatives of the
 * rows that they part (`cover`).
 */
export type XgbImportance = (typeof xgbImportanceTypes)[number];

export const xgbImportanceTypes = ["gain", "weight", "cover", "total_gain", "total_cover"] as const;

/** Splits by feature, `[features]` each: how many there are, what they gained, which second derivatives they parted. */
export interface SplitTotals {
  readonly count: readonly number[];
  readonly gain: readonly number[];
  readonly cover: readonly number[];
}

/** Adds up splits by feature. */
export class XgbImportances {
  readonly #count: Float64Array;
  readonly #gain: Float64Array;
  readonly #cover: Float64Array;

  /** Begins with the splits of `earlier` trees, if there are any. */
  constructor(features: number, earlier?: SplitTotals) {
    this.#count = Float64Array.from(earlier?.count ?? new Float64Array(features));
    this.#gain = Float64Array.from(earlier?.gain ?? new Float64Array(features));
    this.#cover = Float64Array.from(earlier?.cover ?? new Float64Array(features));
  }

  get totals(): SplitTotals {
    return { count: [...this.#count], gain: [...this.#gain], cover: [...this.#cover] };
  }

  add(nodes: readonly XgbNode[]): void {
    for (const { feature, gain, cover } of nodes) {
      if (feature < 0) continue;
      this.#count[feature] = (this.#count[feature] ?? 0) + 1;
      this.#gain[feature] = (this.#gain[feature] ?? 0) + gain;
      this.#cover[feature] = (this.#cover[feature] ?? 0) + cover;
    }
  }

  of(type: XgbImportance): Float64Array {
    if (type === "weight") return this.#count;
    const sum = type === "gain" || type === "total_gain" ? this.#gain : this.#cover;
    if (type === "total_gain" || type === "total_cover") return sum;
    return sum.map((value, j) => value / Math.max(1, this.#count[j] ?? 0));
  }
}
