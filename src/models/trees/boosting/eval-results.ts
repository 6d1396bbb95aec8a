import { VelumError } from "../../../base/error.js";
import type { FittedTrees } from "../trees-json.js";

/** Metrics by round, as XGBoost's `evals_result`: `{ validation_0: { logloss: [...] } }`. */
export type EvalResults = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

/** What a fit's rounds were worth. Error `not-fitted` without `evalSet`; `owner` names the estimator. */
export function evalResultsOf(owner: string, { account }: FittedTrees): EvalResults {
  const record = account?.evaluation;
  if (record === undefined) {
    throw missing(owner, "was fitted without evalSet", "Pass fit an evalSet");
  }
  const { metric, history } = record;
  return Object.fromEntries(
    history.map((rounds, at) => [`validation_${at}`, { [metric]: [...rounds] }]),
  );
}

/** The best round, from 0, and its score on the last set. Error `not-fitted` without early stopping. */
export function bestRoundOf(
  owner: string,
  { account }: FittedTrees,
): { readonly iteration: number; readonly score: number } {
  const record = account?.evaluation;
  const iteration = record?.bestIteration;
  if (iteration === undefined) {
    throw missing(owner, "has no best round", "Set earlyStoppingRounds before fit");
  }
  const judged = iteration - (record?.earlierRounds ?? 0);
  return { iteration, score: record?.history.at(-1)?.[judged] ?? Number.NaN };
}

function missing(path: string, problem: string, cure: string): VelumError {
  return new VelumError({ code: "not-fitted", path, problem, cure });
}
