import { VelumError } from "../../base/error.js";
import { type Tensor, toTensor } from "../../base/tensor.js";
import {
  type Labels,
  type Rows,
  toLabels,
  toMatrix,
  toRowWeights,
  toTargets,
} from "../check-data.js";
import { areaUnderCurve } from "./area-under-curve.js";

/** How precision, recall and F1 of several classes become one number. */
export interface AverageSettings {
  /**
   * `"binary"` (default): of class `posLabel` alone. `"macro"`: the mean over classes. `"weighted"`: the mean weighted by true rows.
   * `"micro"`: of all decisions together.
   */
  readonly average?: "binary" | "macro" | "weighted" | "micro";
  /** Default 1. */
  readonly posLabel?: number;
}

/** Share of rows given a class that have it; 0 where none are. Errors: `bad-shape`, `not-a-number`, as all here. */
export function precisionScore(
  yTrue: Labels,
  yPred: Labels,
  settings: AverageSettings = {},
): number {
  return averaged(yTrue, yPred, settings, "precisionScore", ({ hits, given }) => hits / given);
}

/** Share of a class's rows that are given it; 0 where there are none. */
export function recallScore(yTrue: Labels, yPred: Labels, settings: AverageSettings = {}): number {
  return averaged(yTrue, yPred, settings, "recallScore", ({ hits, rows }) => hits / rows);
}

/** Harmonic mean of precision and recall; 0 where both are. */
export function f1Score(yTrue: Labels, yPred: Labels, settings: AverageSettings = {}): number {
  return averaged(
    yTrue,
    yPred,
    settings,
    "f1Score",
    ({ hits, given, rows }) => (2 * hits) / (given + rows),
  );
}

/** `[classes, classes]` rows of true class i that are given class j; classes ascending. */
export function confusionMatrix(yTrue: Labels, yPred: Labels): Tensor {
  const { truth, guess, classes } = read(yTrue, yPred, "confusionMatrix");
  const data = new Float64Array(classes.length ** 2);
  truth.forEach((label, i) => {
    const at = classes.indexOf(label) * classes.length + classes.indexOf(guess[i] ?? 0);
    data[at] = (data[at] ?? 0) + 1;
  });
  return { shape: [classes.length, classes.length], data };
}

/**
 * Area under the receiver operating characteristic. Two classes: `scores` `[rows]`, of the greater label; more: `[rows, classes]`, classes
 * ascending, and the mean over classes of each against the rest. Errors: also `bad-argument` for one class, `bad-shape`.
 */
export function rocAucScore(yTrue: Labels, scores: Labels | Rows, sampleWeight?: Labels): number {
  const path = "rocAucScore";
  const truth = toLabels(yTrue, rowsOf(yTrue), `${path} yTrue`);
  const classes = Float64Array.from(new Set(truth)).sort();
  const weights = toRowWeights(sampleWeight, truth.length, `${path} sampleWeight`);
  const values = toTargets(scores, truth.length, `${path} scores`);
  const columns = classes.length === 2 ? 1 : classes.length;
  if (classes.length < 2 || values.columns !== columns) {
    throw new VelumError({
      code: "bad-argument",
      path: `${path} scores`,
      problem: `${values.columns} columns do not fit ${classes.length} classes`,
      limit: columns,
      actual: values.columns,
      cure: "Pass labels of two classes and one score a row, or of more classes and a column for each",
    });
  }
  const positives = columns === 1 ? [classes[1]] : Array.from(classes);
  const areas = positives.map((label, k) =>
    areaUnderCurve(
      values.data.filter((_, i) => i % columns === k),
      (row) => truth[row] === label,
      (row) => weights[row] ?? 0,
    ),
  );
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}

/** Mean over classes of the share of their rows that are given them; chance gives 1 over the number of classes. */
export function balancedAccuracyScore(yTrue: Labels, yPred: Labels): number {
  const { truth, guess, classes } = read(yTrue, yPred, "balancedAccuracyScore");
  const shares = Array.from(classes)
    .map((label) => truth.filter((t) => t === label).length)
    .map((rows, k) => {
      const hits = truth.filter((t, i) => t === classes[k] && guess[i] === t).length;
      return rows > 0 ? hits / rows : Number.NaN;
    })
    .filter((share) => !Number.isNaN(share));
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/**
 * Mean negative logarithm of the probability that is given to the true class. `probabilities`: `[rows]` of the greater of two labels, or
 * `[rows, classes]`, classes ascending. Errors: also `bad-argument` where classes and columns differ in number.
 */
export function logLoss(
  yTrue: Labels,
  probabilities: Labels | Rows,
  sampleWeight?: Labels,
): number {
  const path = "logLoss";
  const truth = toLabels(yTrue, rowsOf(yTrue), `${path} yTrue`);
  const classes = Float64Array.from(new Set(truth)).sort();
  const given = toTensor(probabilities, `${path} probabilities`);
  const two = given.shape.length === 1;
  const table = toMatrix(
    two ? { shape: [truth.length, 1], data: toLabels(given, truth.length, path) } : given,
    path,
  );
  if (classes.length !== (two ? 2 : table.columns) || table.rows !== truth.length) {
    throw new VelumError({
      code: "bad-argument",
      path: `${path} probabilities`,
      problem: `yTrue holds ${classes.length} classes in ${truth.length} rows, which the probabilities do not fit`,
      cure: "Pass a row for each label, and a column for each class (or one number a row for two)",
    });
  }
  const weights = toRowWeights(sampleWeight, truth.length, `${path} sampleWeight`);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const clip = (p: number) => Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, p));
  return truth.reduce((sum, label, i) => {
    const k = classes.indexOf(label);
    const one = table.data[i] ?? 0;
    const p = two ? (k === 1 ? one : 1 - one) : (table.data[i * table.columns + k] ?? 0);
    return sum - ((weights[i] ?? 0) * Math.log(clip(p))) / total;
  }, 0);
}

interface Counts {
  readonly hits: number;
  readonly given: number;
  readonly rows: number;
}

function averaged(
  yTrue: Labels,
  yPred: Labels,
  { average = "binary", posLabel = 1 }: AverageSettings,
  path: string,
  of: (counts: Counts) => number,
): number {
  const { truth, guess, classes } = read(yTrue, yPred, path);
  const count = (label: number): Counts => ({
    hits: truth.filter((t, i) => t === label && guess[i] === label).length,
    given: guess.filter((g) => g === label).length,
    rows: truth.filter((t) => t === label).length,
  });
  const score = (counts: Counts) => of(counts) || 0; // 0 of 0 counts as 0
  if (average === "binary") return score(count(posLabel));
  const all = Array.from(classes, count);
  if (average === "micro") {
    const hits = all.reduce((sum, own) => sum + own.hits, 0);
    return score({ hits, given: truth.length, rows: truth.length });
  }
  const weight = (own: Counts) => (average === "macro" ? 1 / all.length : own.rows / truth.length);
  return all.reduce((sum, own) => sum + weight(own) * score(own), 0);
}

function read(yTrue: Labels, yPred: Labels, path: string) {
  const truth = toLabels(yTrue, rowsOf(yTrue), `${path} yTrue`);
  const guess = toLabels(yPred, truth.length, `${path} yPred`);
  const classes = Float64Array.from(new Set([...truth, ...guess])).sort();
  return { truth, guess, classes };
}

function rowsOf(y: Labels): number {
  return "data" in y ? y.data.length : y.length;
}
