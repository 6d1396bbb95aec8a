import type { Derivatives, HistogramBuilder } from "./histogram.js";
import { anyWeight, type MonotoneRules, type WeightRange } from "./xgb-monotone.js";
import type { XgbParams } from "./xgb-params.js";
import {
  type DerivativeSums,
  leafWeight,
  type XgbBins,
  type XgbSplit,
  XgbSplitSearch,
} from "./xgb-split.js";

/** The rows of a node, and what its leaf values are bound by. */
export interface NodeRange<Sums> {
  readonly sums: Sums;
  /** Leaf values that the node above may have, and the node itself. */
  readonly above: WeightRange;
  readonly range: WeightRange;
}

/** Looks for a node's best split, feature by feature in ascending order. */
export interface SplitSearch<Sums> {
  readonly best: XgbSplit<Sums> | undefined;
  look(feature: number): void;
}

/** What a growing tree reckons with: one derivative a row, or one for each output. */
export interface XgbArithmetic<Sums, Histogram> {
  /** How many histograms may wait for their nodes' turn. */
  readonly keepable: number;
  total(order: Int32Array): Sums;
  histogram(order: Int32Array, start: number, end: number, features: Int32Array): Histogram;
  /** Turns a parent's histogram into that of the other child, in place. */
  subtract(parent: Histogram, child: Histogram): Histogram;
  giveBack(histogram: Histogram | undefined): void;
  /** Values of a leaf before the learning rate, `[outputs of the tree]`. */
  weights(sums: Sums, range: WeightRange): Float64Array;
  /** Sum of second derivatives. */
  cover(sums: Sums): number;
  search(node: NodeRange<Sums>, histogram: Histogram): SplitSearch<Sums>;
  /** Ranges of both sides of a split. */
  ranges(split: XgbSplit<Sums>, range: WeightRange): readonly [WeightRange, WeightRange];
}

/** What arithmetic needs of a training run. */
export interface ArithmeticParts {
  readonly bins: XgbBins;
  readonly params: XgbParams;
  readonly builder: HistogramBuilder;
  readonly rules?: MonotoneRules | undefined;
}

/** Trees of one output. */
export function scalarArithmetic(
  { bins, params, builder, rules }: ArithmeticParts,
  derivatives: Derivatives,
): XgbArithmetic<DerivativeSums, Float64Array> {
  return {
    keepable: builder.keepable,
    total: (order) => sumOf(order, derivatives),
    histogram: (order, start, end, features) =>
      builder.build(order, start, end, derivatives, features),
    subtract: (parent, child) => builder.subtract(parent, child),
    giveBack: (histogram) => builder.giveBack(histogram),
    weights: (sums, range) =>
      Float64Array.of(rules?.weight(sums, range) ?? leafWeight(sums, params)),
    cover: ({ hessian }) => hessian,
    search: ({ sums, above, range }, histogram) => {
      const constraint = rules && {
        rootGain: rules.gain(sums, above),
        gain: (feature: number, left: DerivativeSums, right: DerivativeSums) =>
          rules.splitGain(feature, left, right, range),
      };
      return new XgbSplitSearch(bins, params, { total: sums, histogram }, constraint);
    },
    ranges: ({ feature, left, right }, range) =>
      rules?.ranges(feature, left, right, range) ?? [anyWeight, anyWeight],
  };
}

/** Sums over the rows of `order`. */
export function sumOf(order: Int32Array, { gradient, hessian }: Derivatives): DerivativeSums {
  let g = 0;
  let h = 0;
  for (let i = 0; i < order.length; i++) {
    const row = order[i] ?? 0;
    g += gradient[row] ?? 0;
    h += hessian[row] ?? 0;
  }
  return { gradient: g, hessian: h };
}
