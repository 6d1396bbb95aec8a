import { VelumError } from "../../base/error.js";
import { type Labels, toLabels } from "../check-data.js";

/** Labels as indices of classes. */
export interface ClassTargets {
  /** The labels, ascending. */
  readonly classes: Float64Array;
  /** `[rows]` index of each row's label in `classes`. */
  readonly indices: Float64Array;
}

/** Reads one label a row. Errors: `bad-shape`, `not-a-number`, `bad-argument` for fewer than `least` classes. */
export function toClassTargets(y: Labels, rows: number, least: 1 | 2, path: string): ClassTargets {
  const labels = toLabels(y, rows, path);
  const classes = Float64Array.from(new Set(labels)).sort();
  if (classes.length < least) {
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `holds one class only, ${classes[0]}`,
      limit: least,
      actual: classes.length,
      cure: "Pass rows of at least two classes",
    });
  }
  const indexOf = new Map(Array.from(classes, (label, k) => [label, k]));
  return { classes, indices: labels.map((label) => indexOf.get(label) ?? 0) };
}

/** Reads one weight a row, or undefined. Errors: `bad-shape`, `not-a-number`, `out-of-range` (below 0, all 0). */
export function toWeights(
  weights: Labels | undefined,
  rows: number,
  path: string,
): Float64Array | undefined {
  if (weights === undefined) return undefined;
  const read = toLabels(weights, rows, path);
  const at = read.findIndex((weight) => weight < 0);
  if (at < 0 && read.some((weight) => weight > 0)) return read;
  throw new VelumError({
    code: "out-of-range",
    path: at < 0 ? path : `${path} entry ${at}`,
    problem: at < 0 ? "every weight is 0" : `${read[at]} is negative`,
    limit: 0,
    cure: "Pass weights of at least 0, one of them above 0",
  });
}

/** Refuses targets that a logarithm of the mean cannot have. Errors: `out-of-range`. */
export function requirePositive(y: Float64Array, strictly: boolean, path: string): void {
  const at = y.findIndex((value) => (strictly ? value <= 0 : value < 0));
  if (at < 0 && y.some((value) => value > 0)) return;
  throw new VelumError({
    code: "out-of-range",
    path: at < 0 ? path : `${path} entry ${at}`,
    problem: at < 0 ? "every target is 0" : `the target is ${y[at]}`,
    limit: 0,
    cure: `Pass targets ${strictly ? "above 0" : "of at least 0, one of them above 0"}, or another objective`,
  });
}

/** Weight of each class by number, `"balanced"` for the same total each, or null. Labels that are not named weigh 1. */
export type ClassWeight = "balanced" | Readonly<Record<number, number>> | null;

/** What `classWeight` gives each row, or undefined; `counted` picks the rows that balance is counted on. */
export function classWeights(
  { classes, indices }: ClassTargets,
  classWeight: ClassWeight,
  counted: ArrayLike<number> | undefined = undefined,
): Float64Array | undefined {
  if (classWeight === null) return undefined;
  if (classWeight !== "balanced") {
    return indices.map((k) => classWeight[classes[k] ?? 0] ?? 1);
  }
  const counts = new Float64Array(classes.length);
  const rows = counted?.length ?? indices.length;
  for (let i = 0; i < rows; i++) {
    const k = indices[counted === undefined ? i : (counted[i] ?? 0)] ?? 0;
    counts[k] = (counts[k] ?? 0) + 1;
  }
  const present = counts.reduce((count, of) => count + Number(of > 0), 0);
  return indices.map((k) => {
    const count = counts[k] ?? 0;
    return count === 0 ? 0 : rows / (present * count);
  });
}

/** The product of row weights, where undefined is 1. */
export function timesWeights(
  a: Float64Array | undefined,
  b: Float64Array | undefined,
): Float64Array | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a.map((weight, i) => weight * (b[i] ?? 0));
}
