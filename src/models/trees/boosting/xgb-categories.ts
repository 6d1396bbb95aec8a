import { VelumError } from "../../../base/error.js";
import { contentText } from "../../../base/value-text.js";
import type { FeatureCuts } from "./xgb-cuts.js";

/** What XGBoost calls a feature's kind: `"c"` for categories; the others (quantity, indicator, `"int"`, `"float"`) are numbers alike. */
export type FeatureType = "q" | "c" | "i" | "int" | "float";

const featureTypeNames: readonly string[] = ["q", "c", "i", "int", "float"] satisfies FeatureType[];

/** Categories are numbered below this, so that single precision holds each. */
const categoryLimit = 2 ** 24;

/** `[features]` 1 for categories. Errors: `bad-argument` for anything but one known type for each feature. */
export function categoryFlags(types: readonly FeatureType[] | null, features: number): Uint8Array {
  if (types === null) return new Uint8Array(features);
  const listed: unknown = types;
  const known = Array.isArray(listed) && types.every((type) => featureTypeNames.includes(type));
  if (known && types.length === features) {
    return Uint8Array.from(types, (type) => Number(type === "c"));
  }
  throw new VelumError({
    code: "bad-argument",
    path: "XGB featureTypes",
    problem: known
      ? `has ${types.length} types for ${features} features`
      : `is ${contentText(types)}`,
    limit: features,
    cure: `Pass "q" (number) or "c" (category) for each of the ${features} features, or null`,
  });
}

/**
 * One bin a category: category `c` of column `feature` has bin `c`. Numbers that the rows leave out have theirs too, as XGBoost counts.
 * Errors: `bad-argument` for fractions, `out-of-range` for negative numbers and those from 2^24 on, with row and column.
 */
export function categoryCuts(column: Float32Array, feature: number): FeatureCuts {
  let greatest = 0;
  column.forEach((category, row) => {
    if (Number.isNaN(category)) return;
    if (!isCategory(category)) throw noCategory(category, row, feature);
    greatest = Math.max(greatest, category);
  });
  return { cuts: Float32Array.from({ length: greatest + 1 }, (_, c) => c + 1), least: 0 };
}

function isCategory(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < categoryLimit;
}

function noCategory(value: number, row: number, column: number): VelumError {
  const whole = Number.isInteger(value);
  return new VelumError({
    code: whole ? "out-of-range" : "bad-argument",
    path: `XGB featureTypes, X row ${row}, column ${column}`,
    problem: `${value} is no category, a whole number from 0 to ${categoryLimit - 1}`,
    ...(whole ? { limit: value < 0 ? 0 : categoryLimit - 1 } : {}),
    actual: value,
    cure: "Number the categories from 0, and write missing ones as NaN",
  });
}
