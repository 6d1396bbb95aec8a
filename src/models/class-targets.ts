import { VelumError } from "../base/error.js";
import { contentText } from "../base/value-text.js";
import { type Labels, toLabels } from "./check-data.js";

/** Labels as indices of classes. */
export interface ClassTargets {
  /** The labels, ascending. */
  readonly classes: Float64Array;
  /** `[rows]` index of each row's label in `classes`. */
  readonly indices: Float64Array;
}

/**
 * Reads one label a row, a whole number. Errors: `bad-shape`, `not-a-number`, `bad-argument` for fewer than `least` classes, and for
 * fractions: targets of a regression, each of which would be a class.
 */
export function toClassTargets(y: Labels, rows: number, least: 1 | 2, path: string): ClassTargets {
  const labels = toLabels(y, rows, path);
  const fraction = labels.findIndex((label) => !Number.isInteger(label));
  if (fraction >= 0) {
    throw new VelumError({
      code: "bad-argument",
      path: `${path}[${fraction}]`,
      problem: `is ${labels[fraction]}, and labels are whole numbers`,
      cure: "Fit a regressor, or number the classes: pass new LabelEncoder().fitTransform(y)",
    });
  }
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

/** Weight of each class by number, `"balanced"` for the same total each, or null. Labels that are not named weigh 1. */
export type ClassWeight = "balanced" | Readonly<Record<number, number>> | null;

/**
 * Factor of each class's rows. `weights`: of rows, where balance counts them; else it counts rows. Errors: `bad-argument` for a label that
 * no row has, where classes are left without a weight: most likely one of them is meant.
 */
export function classFactors(
  { classes, indices }: ClassTargets,
  classWeight: ClassWeight,
  weights?: Float64Array,
): Float64Array {
  if (classWeight === null) return new Float64Array(classes.length).fill(1);
  if (classWeight !== "balanced") {
    refuseOtherLabels(classes, classWeight);
    return classes.map((label) => classWeight[label] ?? 1);
  }
  const counts = new Float64Array(classes.length);
  indices.forEach((k, row) => {
    counts[k] = (counts[k] ?? 0) + (weights?.[row] ?? 1);
  });
  return balancing(counts);
}

function refuseOtherLabels(
  classes: Float64Array,
  classWeight: Readonly<Record<number, number>>,
): void {
  const other = Object.keys(classWeight).find((label) => !classes.includes(Number(label)));
  if (other === undefined || classes.every((label) => classWeight[label] !== undefined)) return;
  throw new VelumError({
    code: "bad-argument",
    path: "classWeight",
    problem: `names the label ${other}, which no row has, and not all of those that rows have`,
    cure: `Name labels of y: ${classes.join(", ")}`,
  });
}

/** `classFactors`, one a row; undefined without class weights. */
export function classWeights(
  targets: ClassTargets,
  classWeight: ClassWeight,
  weights?: Float64Array,
): Float64Array | undefined {
  if (classWeight === null) return undefined;
  const factors = classFactors(targets, classWeight, weights);
  return targets.indices.map((k) => factors[k] ?? 0);
}

/** Weights of all rows that balance the classes among the `drawn` ones. */
export function balancedDraw(
  { classes, indices }: ClassTargets,
  drawn: ArrayLike<number>,
): Float64Array {
  const counts = new Float64Array(classes.length);
  for (let i = 0; i < drawn.length; i++) {
    const k = indices[drawn[i] ?? 0] ?? 0;
    counts[k] = (counts[k] ?? 0) + 1;
  }
  const factors = balancing(counts);
  return indices.map((k) => factors[k] ?? 0);
}

/** Factors that give all classes that occur the same total. */
function balancing(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const present = counts.reduce((count, of) => count + Number(of > 0), 0);
  return counts.map((count) => (count > 0 ? total / (present * count) : 0));
}

/** Refuses what is no class weight. Errors: `bad-argument`; `owner` names the estimator. */
export function checkClassWeight(
  owner: string,
  classWeight: ClassWeight | "balanced_subsample",
  named: readonly string[] = ["balanced"],
): void {
  if (classWeight === null) return;
  const known = typeof classWeight === "string" && named.includes(classWeight);
  const listed =
    typeof classWeight === "object" &&
    Object.values(classWeight).every((weight) => Number.isFinite(weight) && weight >= 0);
  if (known || listed) return;
  const texts = named.map((name) => JSON.stringify(name)).join(", ");
  throw new VelumError({
    code: "bad-argument",
    path: `${owner} classWeight`,
    problem: `is ${contentText(classWeight)}`,
    cure: `Pass ${texts}, null, or numbers of at least 0 by label such as { 0: 1, 1: 5 }`,
  });
}

/** Refuses a class whose rows weigh nothing. Errors: `bad-argument`; `path` names the weights. */
export function requireWeights(
  { classes, indices }: ClassTargets,
  weights: Float64Array,
  path: string,
): void {
  const weighed = new Set(indices.filter((_, row) => (weights[row] ?? 0) > 0));
  const missing = classes.findIndex((_, k) => !weighed.has(k));
  if (missing < 0) return;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `all rows of class ${classes[missing]} weigh 0`,
    cure: "Drop these rows, or give some of them a weight above 0",
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
