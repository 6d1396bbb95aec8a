import { VelumError } from "../../base/error.js";
import { contentText } from "../../base/value-text.js";
import type { RegressorResult } from "../../models/above-result.js";
import type { ClassResult } from "../../models/class-result.js";
import { mostClasses } from "../../models/ranking.js";
import { numbersOf } from "../steps/blocks.js";
import { type ImportedParts, outputsOfModel } from "../steps/imported-parts.js";
import { runSteps } from "../steps/run-steps.js";
import type { Step } from "../steps/steps.js";
import { type ScoreColumn, scoreColumns } from "./score-columns.js";

/** What the server of an imported model returns. */
export type ImportedResult = ClassResult | RegressorResult;

/** A decision about raw scores, for the server to make. */
export interface ServerDecision {
  /**
   * `classes`: the places of the greatest of `scores`, best first; two classes may have one score, above 0 for the second. `votes`: the
   * same of votes, a score for each pair of classes, above 0 for the first of both. `bit`: 1 where the one score is above 0, else 0.
   */
  readonly kind: "classes" | "votes" | "bit";
  /** Classes that are told apart; 2 of a bit. */
  readonly classes: number;
  /** How many are listed. */
  readonly top: number;
  /** Places of the raw scores that it is about. */
  readonly scores: readonly number[];
  /** What one score is compared with; 0 where several are compared with each other. */
  readonly above: number;
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
    const { above } = result;
    if (typeof above !== "number" || !Number.isFinite(above)) {
      throw noSuchResult(path, result, regressorCure);
    }
    const column = onlyColumn(columns[output], path);
    const limit = limitOf(parts, column, output, (value) => value > above);
    if (Number.isFinite(limit)) {
      return { kind: "bit", classes: 2, top: 1, scores: [column.score], above: limit };
    }
    throw noSuchResult(path, result, "Pass a target that the model can predict");
  }
  const top = result === "class" ? 1 : result?.top;
  if (decision === undefined) throw noSuchResult(path, result, regressorCure);
  if (!Number.isInteger(top)) throw noSuchResult(path, result, classifierCure);
  if (decision.kind === "threshold") {
    requireTop(top, 2, result, path);
    const column = onlyColumn(columns[decision.block], path);
    const { above, atLeast } = decision;
    const chosen = (value: number) => (atLeast ? value >= above : value > above);
    const limit = limitOf(parts, column, decision.block, chosen);
    if (!Number.isFinite(limit)) throw undecidable(path, "gives every row the same class");
    return { kind: "classes", classes: 2, top, scores: [column.score], above: limit };
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
  return { kind: votes ? "votes" : "classes", classes, top, scores, above: 0 };
}

/** The block whose rows have their greatest number where those of `block` have it. */
function beforeSoftmax(after: readonly Step[], block: number): number {
  const step = after[block - 1];
  return step?.kind === "rowTransform" && step.name === "softmax"
    ? beforeSoftmax(after, step.from)
    : block;
}

function onlyColumn(columns: ReturnType<typeof scoreColumns>[number] = [], path: string) {
  const [column] = columns;
  if (columns.length > 1) throw undecidable(path, `has ${columns.length} targets`);
  if (column !== undefined && "score" in column && column.rising) return column;
  throw undecidable(path, "compares more than one of its scores, or one that falls");
}

/** Scores of which the columns are the same rising function. */
function comparedScores(columns: ReturnType<typeof scoreColumns>[number] = [], path: string) {
  const known = columns.filter(
    (column): column is ScoreColumn => column !== undefined && "score" in column && column.rising,
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
  { score }: ScoreColumn,
  block: number,
  chosen: (value: number) => boolean,
): number {
  const columns = outputsOfModel(model);
  const isChosen = (value: number): boolean => {
    const data = new Float64Array(columns);
    data[score] = value;
    return chosen(numbersOf(runSteps(after, [{ columns, data }], 1), block).data[0] ?? Number.NaN);
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
