import { VelumError } from "../../../base/error.js";
import { contentText } from "../../../base/value-text.js";
import { type DerivativeSums, leafWeight, type XgbPenalties } from "./xgb-split.js";

/** Leaf values that a node's rows may get, before the learning rate. */
export interface WeightRange {
  readonly low: number;
  readonly high: number;
}

export const anyWeight: WeightRange = {
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
};

/**
 * Scores that may only rise (1) or fall (-1) with a feature: splits whose sides are in the wrong order gain nothing, and what lies below a
 * split stays on its side of the middle. As XGBoost's tree evaluator has it, its roundings included.
 */
export class MonotoneRules {
  readonly #directions: readonly number[];
  readonly #by: XgbPenalties;

  constructor(directions: readonly number[], by: XgbPenalties) {
    this.#directions = directions;
    this.#by = by;
  }

  /** The best leaf value of `range`. */
  weight(sums: DerivativeSums, { low, high }: WeightRange): number {
    return Math.min(high, Math.max(low, leafWeight(sums, this.#by)));
  }

  /** What rows are worth with that value. */
  gain(sums: DerivativeSums, range: WeightRange): number {
    const { gradient, hessian } = sums;
    if (hessian <= 0) return 0;
    const weight = this.weight(sums, range);
    return Math.fround(-(2 * gradient * weight + (hessian + this.#by.regLambda) * weight * weight));
  }

  /** What both sides of a split are worth; minus infinity where they are in the wrong order. */
  splitGain(
    feature: number,
    left: DerivativeSums,
    right: DerivativeSums,
    range: WeightRange,
  ): number {
    const rise = this.weight(right, range) - this.weight(left, range);
    if (rise * (this.#directions[feature] ?? 0) < 0) return Number.NEGATIVE_INFINITY;
    return Math.fround(this.gain(left, range) + this.gain(right, range));
  }

  /** The ranges of a split's sides. */
  ranges(
    feature: number,
    left: DerivativeSums,
    right: DerivativeSums,
    range: WeightRange,
  ): readonly [WeightRange, WeightRange] {
    const direction = this.#directions[feature] ?? 0;
    if (direction === 0) return [range, range];
    const middle = Math.fround((this.weight(left, range) + this.weight(right, range)) / 2);
    const below = { low: range.low, high: middle };
    const above = { low: middle, high: range.high };
    return direction > 0 ? [below, above] : [above, below];
  }
}

/**
 * The rules that `monotoneConstraints` asks for; undefined where there are none. A list of zeros asks for none and is one all the same: with
 * it XGBoost leaves `regAlpha` out of what splits gain. Errors: `bad-argument`.
 */
export function monotoneRules(
  owner: string,
  constraints: readonly number[] | null,
  features: number,
  by: XgbPenalties,
): MonotoneRules | undefined {
  if (constraints === null) return undefined;
  const listed: unknown = constraints;
  const known = Array.isArray(listed) && constraints.every((own) => [0, 1, -1].includes(own));
  if (!known || constraints.length > features) {
    throw new VelumError({
      code: "bad-argument",
      path: `${owner} monotoneConstraints`,
      problem: `is ${contentText(constraints)}`,
      limit: features,
      cure: `Pass 1 (rising), -1 (falling) or 0 for each of the ${features} features`,
    });
  }
  return constraints.length === 0 ? undefined : new MonotoneRules(constraints, by);
}
