import { VelumError } from "../../../base/error.js";
import type { EvalRecord } from "./evaluation.js";

/** Metrics by round, as XGBoost's `evals_result`: `{ validation_0: { logloss: [...] } }`. Error `not-fitted`; `owner` names the estimator. */
export type EvalResults = Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;

export function evalResultsOf(owner: string, record: EvalRecord | undefined): EvalResults {
  if (record === undefined)
    throw missing(owner, "was fitted without evalSet", "Pass fit an evalSet");
  const { metric, history } = record;
  return Object.fromEntries(
    history.map((rounds, at) => [`validation_${at}`, { [metric]: [...rounds] }]),
  );
}

/** The best round, from 0, and its score on the last set. Error `not-fitted` without early stopping. */
export function bestRoundOf(
  owner: string,
  record: EvalRecord | undefined,
): { readonly iteration: number; readonly score: number } {
  const iteration = record?.bestIteration;
  if (iteration === undefined) {
    throw missing(owner, "has no best round", "Set earlyStoppingRounds before fit");
  }
  return { iteration, score: record?.history.at(-1)?.[iteration] ?? Number.NaN };
}

function missing(path: string, problem: string, cure: string): VelumError {
  return new VelumError({ code: "not-fitted", path, problem, cure });
}
