import type { Derivatives } from "./histogram.js";
import {
  type ArithmeticParts,
  type SplitSearch,
  sumOf,
  type XgbArithmetic,
} from "./xgb-arithmetic.js";
import { anyWeight } from "./xgb-monotone.js";
import {
  type DerivativeSums,
  leafWeight,
  pullOf,
  weightOf,
  type XgbBins,
  type XgbPenalties,
  type XgbSplit,
} from "./xgb-split.js";

/** Sums of each output's derivatives. */
export type VectorSums = readonly DerivativeSums[];

/** One histogram for each output. */
type VectorHistogram = readonly Float64Array[];

/** Trees whose leaves hold a value for each output: a split is worth what all outputs gain by it. */
export function vectorArithmetic(
  { bins, params, builder }: ArithmeticParts,
  derivatives: readonly Derivatives[],
): XgbArithmetic<VectorSums, VectorHistogram> {
  return {
    keepable: Math.floor(builder.keepable / derivatives.length),
    total: (order) => derivatives.map((own) => sumOf(order, own)),
    histogram: (order, start, end, features) =>
      derivatives.map((own) => builder.build(order, start, end, own, features)),
    subtract: (parent, child) =>
      parent.map((own, k) => builder.subtract(own, child[k] ?? new Float64Array(own.length))),
    giveBack: (histogram) => {
      for (const own of histogram ?? []) builder.giveBack(own);
    },
    weights: (sums) => Float64Array.from(sums, (own) => leafWeight(own, params)),
    cover: (sums) => sums.reduce((sum, { hessian }) => sum + hessian, 0),
    search: ({ sums }, histogram) => new VectorSplitSearch(bins, params, sums, histogram),
    ranges: () => [anyWeight, anyWeight],
  };
}

class VectorSplitSearch implements SplitSearch<VectorSums> {
  readonly #bins: XgbBins;
  readonly #by: XgbPenalties;
  readonly #total: VectorSums;
  readonly #histogram: VectorHistogram;
  readonly #rootGain: number;
  best: XgbSplit<VectorSums> | undefined;

  constructor(bins: XgbBins, by: XgbPenalties, total: VectorSums, histogram: VectorHistogram) {
    this.#bins = bins;
    this.#by = by;
    this.#total = total;
    this.#histogram = histogram;
    this.#rootGain = total.reduce((sum, own) => sum + worthOf(own.gradient, own.hessian, by), 0);
  }

  look(feature: number): void {
    this.#edges(feature, 1);
    if ((this.#bins.data.missingBin[feature] ?? -1) >= 0) this.#edges(feature, -1);
  }

  /** Cuts between bins; missing values go to the side that the walk has not reached. */
  #edges(feature: number, step: 1 | -1): void {
    const { data, values, least } = this.#bins;
    const edges = values[feature] ?? new Float32Array(0);
    const from = data.offsets[feature] ?? 0;
    const gradients = new Float64Array(this.#total.length);
    const hessians = new Float64Array(this.#total.length);
    for (let k = 0; k < edges.length; k++) {
      const bin = step > 0 ? k : edges.length - 1 - k;
      const at = 2 * (from + bin);
      let worth = 0;
      for (let output = 0; output < gradients.length; output++) {
        const own = this.#histogram[output];
        const all = this.#total[output];
        const gradient = (gradients[output] ?? 0) + (own?.[at] ?? 0);
        const hessian = (hessians[output] ?? 0) + (own?.[at + 1] ?? 0);
        gradients[output] = gradient;
        hessians[output] = hessian;
        worth += worthOf(gradient, hessian, this.#by);
        const rest = (all?.hessian ?? 0) - hessian;
        worth += worthOf((all?.gradient ?? 0) - gradient, rest, this.#by);
      }
      const gain = Math.fround(worth - this.#rootGain);
      if (!(gain > (this.best?.gain ?? 0))) continue;
      const walked = Array.from(gradients, (gradient, output) => ({
        gradient,
        hessian: hessians[output] ?? 0,
      }));
      const rest = this.#total.map(({ gradient, hessian }, output) => ({
        gradient: gradient - (gradients[output] ?? 0),
        hessian: hessian - (hessians[output] ?? 0),
      }));
      const last = step > 0 ? bin : bin - 1;
      this.best = {
        ...{ gain, feature, bin: last, missingLeft: step < 0 },
        threshold: (last < 0 ? least[feature] : edges[last]) ?? 0,
        ...(step > 0 ? { left: walked, right: rest } : { left: rest, right: walked }),
      };
    }
  }
}

/** What rows are worth with their best leaf value. */
function worthOf(gradient: number, hessian: number, by: XgbPenalties): number {
  return -weightOf(gradient, hessian, by) * pullOf(gradient, by);
}
