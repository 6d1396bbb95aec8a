import type { BinnedColumns } from "./binned-columns.js";
import { type CategoryParams, categorySplit } from "./xgb-category-split.js";
import type { XgbParams } from "./xgb-params.js";

/** Sums of the first and second derivatives over rows. */
export interface DerivativeSums {
  readonly gradient: number;
  readonly hessian: number;
}

/** `Sums` are over the rows of each side. */
export interface XgbSplit<Sums = DerivativeSums> {
  /** What the loss falls by, doubled, in single precision. */
  readonly gain: number;
  readonly feature: number;
  /** Rows of this bin and below go left; -1 where only missing values do. */
  readonly bin: number;
  /** Rows below this go left. */
  readonly threshold: number;
  /** Categories that go right, instead of what `bin` and `threshold` say. */
  readonly categories?: Int32Array;
  readonly missingLeft: boolean;
  readonly left: Sums;
  readonly right: Sums;
}

/** The numbers of a split's worth (Chen and Guestrin, KDD 2016, equations 5 to 7), rounded where XGBoost rounds. */
export type XgbPenalties = Pick<
  XgbParams,
  "regLambda" | "regAlpha" | "minChildWeight" | "maxDeltaStep"
>;

/** Value of a leaf before the learning rate. */
export function leafWeight({ gradient, hessian }: DerivativeSums, by: XgbPenalties): number {
  return weightOf(gradient, hessian, by);
}

/** `leafWeight` of two numbers. */
export function weightOf(gradient: number, hessian: number, by: XgbPenalties): number {
  if (hessian < by.minChildWeight || hessian <= 0) return 0;
  const weight = -pullOf(gradient, by) / (hessian + by.regLambda);
  const limit = by.maxDeltaStep;
  if (limit !== 0 && Math.abs(weight) > limit) return Math.fround(Math.sign(weight) * limit);
  return Math.fround(weight);
}

/** What a node's rows are worth with its best leaf value. */
export function nodeGain(sums: DerivativeSums, by: XgbPenalties): number {
  return gainOf(sums.gradient, sums.hessian, by);
}

function gainOf(gradient: number, hessian: number, by: XgbPenalties): number {
  if (hessian <= 0) return 0;
  if (by.maxDeltaStep === 0) {
    const pull = pullOf(gradient, by);
    return Math.fround(Math.fround(pull * pull) / Math.fround(hessian + by.regLambda));
  }
  const weight = weightOf(gradient, hessian, by);
  return Math.fround(-(2 * gradient * weight + (hessian + by.regLambda) * weight * weight));
}

/** The gradient, less what `regAlpha` takes. */
export function pullOf(gradient: number, { regAlpha }: XgbPenalties): number {
  if (gradient > regAlpha) return gradient - regAlpha;
  return gradient < -regAlpha ? gradient + regAlpha : 0;
}

/** Where a bin's edges lie, for both tree methods. */
export interface XgbBins {
  readonly data: BinnedColumns;
  /** `"edges"`: `values[j][b]` ends bin `b`. `"values"`: bin `b` holds the one value `values[j][b]`. */
  readonly kind: "edges" | "values";
  readonly values: readonly Float32Array[];
  /** `[features]` numbers below all values, for `"edges"`. */
  readonly least: Float32Array;
  /** `[features]` 1 where bins are categories. */
  readonly isCategory: Uint8Array;
}

/** What a node's rows add up to, and by bin. */
export interface NodeSums {
  readonly total: DerivativeSums;
  readonly histogram: Float64Array;
}

/** Judges splits otherwise than by the best values of their sides. */
export interface SplitConstraint {
  /** What the node is worth. */
  readonly rootGain: number;
  /** What both sides of a split on `feature` are worth. */
  gain(feature: number, left: DerivativeSums, right: DerivativeSums): number;
}

/** The best split so far of one node. */
export class XgbSplitSearch {
  readonly #bins: XgbBins;
  readonly #by: CategoryParams;
  readonly #histogram: Float64Array;
  readonly #total: DerivativeSums;
  readonly #rootGain: number;
  readonly #constraint: SplitConstraint | undefined;
  best: XgbSplit | undefined;

  constructor(
    bins: XgbBins,
    by: CategoryParams,
    node: NodeSums,
    constraint: SplitConstraint | undefined,
  ) {
    this.#bins = bins;
    this.#by = by;
    this.#histogram = node.histogram;
    this.#total = node.total;
    this.#constraint = constraint;
    this.#rootGain = constraint?.rootGain ?? nodeGain(node.total, by);
  }

  /** Looks at all cuts of a feature; features come in ascending order, so that the first of equals stays. */
  look(feature: number): void {
    const missing = (this.#bins.data.missingBin[feature] ?? -1) >= 0;
    if (this.#bins.isCategory[feature] === 1) this.#categories(feature);
    else if (this.#bins.kind === "edges") {
      this.#edges(feature, 1);
      if (missing) this.#edges(feature, -1);
    } else {
      if (missing) this.#values(feature, 1);
      this.#values(feature, -1);
    }
  }

  /** Cuts between bins; missing values go to the side that the walk has not reached. */
  #edges(feature: number, step: 1 | -1): void {
    const { data, values, least } = this.#bins;
    const edges = values[feature] ?? new Float32Array(0);
    const from = data.offsets[feature] ?? 0;
    const bins = edges.length;
    const { minChildWeight } = this.#by;
    const histogram = this.#histogram;
    const constraint = this.#constraint;
    const { gradient: allGradient, hessian: allHessian } = this.#total;
    let gradient = 0;
    let hessian = 0;
    for (let k = 0; k < bins; k++) {
      const bin = step > 0 ? k : bins - 1 - k;
      gradient += histogram[2 * (from + bin)] ?? 0;
      hessian += histogram[2 * (from + bin) + 1] ?? 0;
      const restHessian = allHessian - hessian;
      if (hessian < minChildWeight || restHessian < minChildWeight) continue;
      const restGradient = allGradient - gradient;
      const gain =
        constraint === undefined
          ? this.#gain(gradient, hessian, restGradient, restHessian)
          : this.#constrainedGain(constraint, feature, step, gradient, hessian);
      if (!(gain > (this.best?.gain ?? 0))) continue;
      const walked = { gradient, hessian };
      const rest = { gradient: restGradient, hessian: restHessian };
      const last = step > 0 ? bin : bin - 1;
      this.best = {
        ...{ gain, feature, bin: last, missingLeft: step < 0 },
        threshold: (last < 0 ? least[feature] : edges[last]) ?? 0,
        ...(step > 0 ? { left: walked, right: rest } : { left: rest, right: walked }),
      };
    }
  }

  /** Cuts halfway between values that the node has. */
  #values(feature: number, step: 1 | -1): void {
    const { data, values } = this.#bins;
    const own = values[feature] ?? new Float32Array(0);
    const from = data.offsets[feature] ?? 0;
    const { minChildWeight } = this.#by;
    const histogram = this.#histogram;
    const constraint = this.#constraint;
    const { gradient: allGradient, hessian: allHessian } = this.#total;
    let gradient = 0;
    let hessian = 0;
    let before = -1;
    for (let k = 0; k <= own.length; k++) {
      const end = k === own.length;
      const bin = step > 0 ? k : own.length - 1 - k;
      const g = end ? 0 : (histogram[2 * (from + bin)] ?? 0);
      const h = end ? 0 : (histogram[2 * (from + bin) + 1] ?? 0);
      // Values that the node does not have; second derivatives are above 0.
      if (!end && g === 0 && h === 0) continue;
      const restHessian = allHessian - hessian;
      const restGradient = allGradient - gradient;
      if (before >= 0 && hessian >= minChildWeight && restHessian >= minChildWeight) {
        const gain =
          constraint === undefined
            ? this.#gain(gradient, hessian, restGradient, restHessian)
            : this.#constrainedGain(constraint, feature, step, gradient, hessian);
        if (gain > (this.best?.gain ?? 0)) {
          const walked = { gradient, hessian };
          const rest = { gradient: restGradient, hessian: restHessian };
          this.best = {
            ...{ gain, feature, bin: step > 0 ? before : before - 1, missingLeft: step < 0 },
            threshold: end
              ? beyond(own[before] ?? 0, step)
              : between(own[before] ?? 0, own[bin] ?? 0),
            ...(step > 0 ? { left: walked, right: rest } : { left: rest, right: walked }),
          };
        }
      }
      gradient += g;
      hessian += h;
      before = bin;
    }
  }

  #categories(feature: number): void {
    const { data, values } = this.#bins;
    const from = 2 * (data.offsets[feature] ?? 0);
    const histogram = this.#histogram.subarray(from, from + 2 * (values[feature]?.length ?? 0));
    const constraint = this.#constraint;
    const gain = (left: DerivativeSums, right: DerivativeSums) =>
      constraint === undefined
        ? this.#gain(left.gradient, left.hessian, right.gradient, right.hessian)
        : Math.fround(constraint.gain(feature, left, right) - this.#rootGain);
    const found = categorySplit({ total: this.#total, histogram, gain }, this.#by);
    if (found === undefined || !(found.gain > (this.best?.gain ?? 0))) return;
    const { sums, right: categories, missingLeft } = found;
    this.best = {
      ...{ gain: found.gain, feature, bin: 0, threshold: 0, categories, missingLeft },
      ...sums,
    };
  }

  #gain(gradient: number, hessian: number, restGradient: number, restHessian: number): number {
    const both = Math.fround(
      gainOf(gradient, hessian, this.#by) + gainOf(restGradient, restHessian, this.#by),
    );
    return Math.fround(both - this.#rootGain);
  }

  /** `gradient` and `hessian` are of the side that was walked over. */
  #constrainedGain(
    constraint: SplitConstraint,
    feature: number,
    step: 1 | -1,
    gradient: number,
    hessian: number,
  ): number {
    const walked = { gradient, hessian };
    const total = this.#total;
    const rest = { gradient: total.gradient - gradient, hessian: total.hessian - hessian };
    const [left, right] = step > 0 ? [walked, rest] : [rest, walked];
    return Math.fround(constraint.gain(feature, left, right) - this.#rootGain);
  }
}

/** Halfway in single precision; the lower one where rounding gives the upper one's place away. */
function between(walked: number, next: number): number {
  const middle = Math.fround(Math.fround(walked + next) * 0.5);
  return middle === next ? walked : middle;
}

/** A threshold with all values on one side, so that only missing ones go to the other. */
function beyond(last: number, step: 1 | -1): number {
  return Math.fround(last + step * Math.fround(Math.abs(last) + 1e-6));
}
