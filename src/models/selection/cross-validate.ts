import { checkOptions } from "../../base/check-options.js";
import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { contentText } from "../../base/value-text.js";
import {
  type Labels,
  type Matrix,
  type Rows,
  rowOf,
  toLabels,
  toMatrixWithGaps,
  toWeights,
} from "../check-data.js";
import type { PredictionMode } from "../prediction-mode.js";
import { KFold, type Splitter, StratifiedKFold } from "./folds.js";

/** An estimator or a pipeline, which is judged. */
export interface Judged {
  readonly isClassifier?: boolean;
  fit(x: Rows, y: Labels, sampleWeight?: Labels): unknown;
  predict(x: Rows, mode?: PredictionMode): Promise<Float64Array>;
  score(x: Rows, y: Labels, mode?: PredictionMode): Promise<number>;
}

/** What gives fresh models to fit: a function, or a model whose copies are taken; it is left as it is. */
export type Maker<M extends Judged> = (() => M) | (M & { clone(): M });

/** How it is judged. */
export interface JudgeParams {
  /** Number of folds of consecutive rows, of classifiers with each label's share in each; or a splitter. Default 5. */
  readonly cv?: number | Splitter;
  /** Greater is better, such as `f1Score`; of losses `(y, found) => -meanSquaredError(y, found)`. Default: the model's own `score`. */
  readonly scoring?: (yTrue: Float64Array, yPred: Float64Array) => number;
  /** Weights of rows in fits; scores weigh all rows alike. */
  readonly sampleWeight?: Labels;
}

/** Scores of a cross-validation, one a fold, and the milliseconds that fits and scores took. */
export interface CrossValidation {
  readonly testScore: Float64Array;
  readonly fitMs: Float64Array;
  readonly scoreMs: Float64Array;
}

/**
 * Fits a fresh model on all folds but one and scores it on that one, for each. `model` gives fresh ones. The quantized model is scored,
 * in clear; a model of trees as `fit` leaves it, in double precision. Errors: those of the model; `bad-shape`, `not-a-number`, `bad-argument` (too few rows).
 */
export async function crossValidate(
  model: Maker<Judged>,
  x: Rows,
  y: Labels,
  params: JudgeParams = {},
): Promise<CrossValidation> {
  checkJudging(params, "crossValidate");
  const make = makerOf(model, "crossValidate");
  const { cv = 5, scoring, sampleWeight } = params;
  const matrix = toMatrixWithGaps(x, "crossValidate X");
  const labels = toLabels(y, matrix.rows, "crossValidate y");
  const weights = toWeights(sampleWeight, matrix.rows, "crossValidate sampleWeight");
  const folds = splitterOf(cv, make().isClassifier === true).split(labels);
  const results = {
    testScore: new Float64Array(folds.length),
    fitMs: new Float64Array(folds.length),
    scoreMs: new Float64Array(folds.length),
  };
  for (const [i, { train, test }] of folds.entries()) {
    const fresh = make();
    const started = performance.now();
    fresh.fit(pickRows(matrix, train), pick(labels, train), weights && pick(weights, train));
    const fitted = performance.now();
    const [XTest, yTest] = [pickRows(matrix, test), pick(labels, test)];
    results.testScore[i] =
      scoring === undefined
        ? await fresh.score(XTest, yTest)
        : scoring(yTest, await fresh.predict(XTest));
    results.fitMs[i] = fitted - started;
    results.scoreMs[i] = performance.now() - fitted;
  }
  return results;
}

/** The function, or one that copies the model. Errors: `bad-argument` for anything else. */
function makerOf<M extends Judged>(model: Maker<M>, path: string): () => M {
  if (typeof model === "function") return model;
  if (typeof model?.clone === "function") return () => model.clone();
  throw noModel(path);
}

/** The error of something that is neither a model nor a function that makes one. */
export function noModel(path: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: "the first argument is neither an estimator nor a function that makes one",
    cure: `Pass an estimator, ${path}(new Ridge(), ...), or a function, ${path}(() => new Ridge(), ...)`,
  });
}

/** Refuses what is no `JudgeParams`, such as the name of a score. Errors: `bad-argument`. */
export function checkJudging(params: JudgeParams, path: string): void {
  checkOptions(params, ["cv", "scoring", "sampleWeight"], path);
  const { scoring } = params;
  if (scoring === undefined || typeof scoring === "function") return;
  throw new VelumError({
    code: "bad-argument",
    path: `${path} scoring`,
    problem: `is ${contentText(scoring)}, not a function`,
    cure: "Pass a function of true and predicted values, greater is better, such as f1Score",
  });
}

function splitterOf(cv: number | Splitter, classes: boolean): Splitter {
  if (typeof cv !== "number") return cv;
  return classes ? new StratifiedKFold({ nSplits: cv }) : new KFold({ nSplits: cv });
}

/** The scores of `crossValidate`, one a fold. */
export async function crossValScore(
  model: Maker<Judged>,
  x: Rows,
  y: Labels,
  params: JudgeParams = {},
): Promise<Float64Array> {
  return (await crossValidate(model, x, y, params)).testScore;
}

/** The rows of `x` at `rows`, copies. */
export function pickRows(x: Matrix, rows: readonly number[]): Tensor {
  const data = new Float64Array(rows.length * x.columns);
  rows.forEach((row, i) => {
    data.set(rowOf(x, row), i * x.columns);
  });
  return { shape: [rows.length, x.columns], data };
}

function pick(labels: Float64Array, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (row) => labels[row] ?? 0);
}
