import { fieldsOf, isFiniteNumber } from "./json-checks.js";

/** How real features are compared with thresholds. */
export interface ComparisonRule {
  /** A value goes left if it is less than the threshold, or also if it is equal. */
  readonly left: "<" | "<=";
  /** Values are rounded to this precision first. */
  readonly precision: "float32" | "float64";
  /** What counts as missing: nothing (NaN is refused), NaN, or NaN and zero. */
  readonly missing: "none" | "nan" | "nan or zero";
  /** With `"nan"`: one more number that counts as missing. */
  readonly missingValue?: number;
}

/** Reads a rule from a file that nobody vouches for; undefined where it is none. */
export function readComparisonRule(value: unknown): ComparisonRule | undefined {
  const { left, precision, missing, missingValue } = fieldsOf(value);
  if (left !== "<" && left !== "<=") return undefined;
  if (precision !== "float32" && precision !== "float64") return undefined;
  if (missing !== "none" && missing !== "nan" && missing !== "nan or zero") return undefined;
  if (missingValue === undefined) return { left, precision, missing };
  if (missing !== "nan" || !isFiniteNumber(missingValue)) return undefined;
  return { left, precision, missing, missingValue };
}

/** One whole number that trees ask, made of one real feature. */
export type FeatureColumn =
  /** How many of the ascending thresholds the feature passes on the right; a missing value passes none or all. */
  | {
      readonly kind: "index";
      readonly feature: number;
      readonly thresholds: readonly number[];
      readonly missing: "low" | "high";
    }
  /** 1 where trees go right: for the listed categories, or for all others. */
  | {
      readonly kind: "category";
      readonly feature: number;
      readonly categories: readonly number[];
      readonly right: "listed" | "others";
      readonly missing: 0 | 1;
    }
  /**
   * Nearest of `2^bits` points from `low` on, `step` apart; values beyond them take the last one, a missing value the first or the last.
   */
  | {
      readonly kind: "grid";
      readonly feature: number;
      readonly low: number;
      readonly step: number;
      readonly bits: number;
      /** Present where the rule knows missing values. */
      readonly missing?: "low" | "high";
    };

/** Greatest number that a column can hold; the least is 0. */
export function columnMaximum(column: FeatureColumn): number {
  if (column.kind === "index") return column.thresholds.length;
  return column.kind === "category" ? 1 : 2 ** column.bits - 1;
}

/** The number of `column` for the feature's value; NaN only where the rule knows missing values. */
export function columnValue(column: FeatureColumn, rule: ComparisonRule, value: number): number {
  const compared = rule.precision === "float32" ? Math.fround(value) : value;
  const missing = isMissing(compared, rule);
  switch (column.kind) {
    case "index":
      if (missing) return column.missing === "low" ? 0 : column.thresholds.length;
      return passed(column.thresholds, rule.left, compared);
    case "category": {
      if (missing) return column.missing;
      return column.categories.includes(compared) === (column.right === "listed") ? 1 : 0;
    }
    case "grid": {
      if (missing) return column.missing === "low" ? 0 : 2 ** column.bits - 1;
      const point = Math.round((compared - column.low) / column.step);
      return Math.min(Math.max(point, 0), 2 ** column.bits - 1);
    }
  }
}

/** `value` is in the rule's precision. */
export function isMissing(value: number, { missing, missingValue }: ComparisonRule): boolean {
  return (
    Number.isNaN(value) ||
    (missing === "nan or zero" && value === 0) ||
    (missingValue !== undefined && value === missingValue)
  );
}

/** Thresholds that lie to the left of `value`, by binary search. */
function passed(thresholds: readonly number[], left: "<" | "<=", value: number): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const threshold = thresholds[middle] ?? 0;
    const goesLeft = value < threshold || (left === "<=" && value === threshold);
    if (goesLeft) high = middle;
    else low = middle + 1;
  }
  return low;
}
