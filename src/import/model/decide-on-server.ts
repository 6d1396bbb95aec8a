import { VelumError } from "../../base/error.js";
import { contentText } from "../../base/value-text.js";
import { type AboveResult, type RegressorResult, targetLimits } from "../../models/above-result.js";
import type { ClassResult } from "../../models/class-result.js";
import { mostClasses } from "../../models/ranking.js";
import { numbersOf } from "../steps/blocks.js";
import { type ImportedParts, outputsOfModel } from "../steps/imported-parts.js";
import { runSteps } from "../steps/run-steps.js";
import type { Step } from "../steps/steps.js";
import { type KnownColumn, type ScoreColumn, scoreColumns } from "./score-columns.js";

/** What the server of an imported model returns. */
export type ImportedResult = ClassResult | RegressorResult;

/** A decision about raw scores, for the server to make. */
export interface ServerDecision {
  /**
   * `classes`: the places of the greatest of `scores`, best first; two classes may have one score, above 0 for the second. `votes`: the
   * same of votes, a score for each pair of classes, above 0 for the first of both. `bit`: a bit a score, 1 where it is above 0, else 0.
   */
  readonly kind: "classes" | "votes" | "bit";
  /** Classes that are told apart; 2 of a bit. */
  readonly classes: number;
  /** How many are listed. */
  readonly top: number;
  /** Places of the raw scores that it is about. */
  readonly scores: readonly number[];
  /** What each of `scores` counts from; 0 where several are compared with each other. */
  readonly limits: readonly number[];
}

/**
 * What `result` asks of the model, as a decision about its raw scores; undefined for the scores themselves. Errors: `bad-argument` for a
 * result that the model does not have; `unsupported-op` for more classes than are compared, and decisions about more than its scores.
 */
export function decisionOnServer(
  parts: ImportedParts,
  result: ImportedResult,
  path: string,
): ServerDecision | undefined {
  if (result === "scores") return undefined;
  const { model, decision, after, output } = parts;
  const columns = scoreColumns(after, outputsOfModel(model));
  if (typeof result === "object" && result !== null && "above" in result) {
    if (decision !== undefined) throw noSuchResult(path, result, classifierCure);
    return bitsAbove(parts, result, columns[output], path);
  }
  const top = result === "class" ? 1 : result?.top;
  if (decision === undefined) throw noSuchResult(path, result, regressorCure);
  if (!Number.isInteger(top)) throw noSuchResult(path, result, classifierCure);
  if (decision.kind === "threshold") {
    requireTop(top, 2, result, path);
    const [column] = columns[decision.block] ?? [];
    const score = requireRising(column, path);
    const { above, atLeast } = decision;
    const chosen = (value: number) => (atLeast ? value >= above : value > above);
    const limit = limitOf(parts, score, { block: decision.block, column: 0 }, chosen);
    if (!Number.isFinite(limit)) throw undecidable(path, "gives every row the same class");
    return { kind: "classes", classes: 2, top, scores: [score], limits: [limit] };
  }
  const block = beforeSoftmax(after, decision.block);
  const step = after[block - 1];
  const votes = step?.kind === "pairVotes";
  const scores = comparedScores(columns[votes ? step.from : block], path);
  const classes = votes ? step.classes : scores.length;
  if (classes < 2 || classes > mostClasses) {
    throw undecidable(path, `has ${classes} classes, and 2 to ${mostClasses} are compared`);
  }
  requireTop(top, classes, result, path);
  const limits = scores.map(() => 0);
  return { kind: votes ? "votes" : "classes", classes, top, scores, limits };
}

/** Whether each target, a column of the reported block, is above its limit. */
function bitsAbove(
  parts: ImportedParts,
  result: AboveResult,
  targets: readonly KnownColumn[] = [],
  path: string,
): ServerDecision {
  const known = targets.length > 0 ? targets : [undefined];
  const scores = known.map((column) => requireRising(column, path));
  const limits = targetLimits(path, result, targets.length).map((above, column) =>
    limitOf(parts, scores[column] ?? 0, { block: parts.output, column }, (value) => value > above),
  );
  if (limits.every(Number.isFinite)) return { kind: "bit", classes: 2, top: 1, scores, limits };
  throw noSuchResult(path, result, "Pass a target that the model can predict");
}

/** The block whose rows have their greatest number where those of `block` have it. */
function beforeSoftmax(after: readonly Step[], block: number): number {
  const step = after[block - 1];
  return step?.kind === "rowTransform" && step.name === "softmax"
    ? beforeSoftmax(after, step.from)
    : block;
}

/** The place of the score that `column` rises with. */
function requireRising(column: KnownColumn, path: string): number {
  if (column !== undefined && "score" in column && column.rising) return column.score;
  throw undecidable(path, "compares more than one of its scores, or one that falls");
}

/** Scores of which the columns are the same rising function. */
function comparedScores(columns: readonly KnownColumn[] = [], path: string) {
  const known = columns.filter(
    (column): column is ScoreColumn =>
      column !== undefined && "score" in column && column.rising && !column.stepwise,
  );
  const alike = known.every(({ form }) => form === known[0]?.form);
  if (columns.length > 0 && known.length === columns.length && alike) {
    return known.map(({ score }) => score);
  }
  throw undecidable(path, "finds its class by more than its scores");
}

/** The greatest double that, as the column's score, is not `chosen`: by halving all doubles. Infinite where all or none are. */
function limitOf(
  { after, model }: ImportedParts,
  score: number,
  { block, column }: { readonly block: number; readonly column: number },
  chosen: (value: number) => boolean,
): number {
  const columns = outputsOfModel(model);
  const isChosen = (value: number): boolean => {
    const data = new Float64Array(columns);
    data[score] = value;
    const found = numbersOf(runSteps(after, [{ columns, data }], 1), block);
    return chosen(found.data[column] ?? Number.NaN);
  };
  let low = orderOf(-Number.MAX_VALUE);
  let high = orderOf(Number.MAX_VALUE);
  if (isChosen(-Number.MAX_VALUE)) return Number.NEGATIVE_INFINITY;
  if (!isChosen(Number.MAX_VALUE)) return Number.POSITIVE_INFINITY;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (isChosen(doubleOf(middle))) high = middle;
    else low = middle;
  }
  return doubleOf(low);
}

/** Integers in the order of doubles; neighbours are neighbours. */
function orderOf(value: number): bigint {
  const [bits = 0n] = new BigInt64Array(Float64Array.of(Math.abs(value)).buffer);
  return value < 0 ? -bits : bits;
}

function doubleOf(order: bigint): number {
  const [size = 0] = new Float64Array(BigInt64Array.of(order < 0n ? -order : order).buffer);
  return order < 0n ? -size : size;
}

function requireTop(top: number, classes: number, result: ImportedResult, path: string): void {
  if (top >= 1 && top <= classes) return;
  throw noSuchResult(path, result, `Pass { top: k } with k from 1 to ${classes}`);
}

const classifierCure = 'Pass "scores", "class" or { top: k }';
const regressorCure = 'Pass "scores", or { above: t } with a target t';

function noSuchResult(path: string, result: unknown, cure: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: `${path} result`,
    problem: `is ${contentText(result)}`,
    cure,
  });
}

function undecidable(path: string, problem: string): VelumError {
  return new VelumError({
    code: "unsupported-op",
    path: `${path} result`,
    problem: `the model ${problem}`,
    cure: 'Leave result at "scores": the client then finds the answer',
  });
}
