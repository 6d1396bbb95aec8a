import { VelumError } from "../../../base/error.js";
import { toLabels, toWeights } from "../../check-data.js";
import { toTreeMatrixOf } from "../tree-data.js";
import type { EvalSet, Judging } from "./evaluation.js";
import { xgbRule } from "./fit-xgb.js";
import type { XgbMetric } from "./xgb-metrics.js";
import type { XgbParams } from "./xgb-params.js";

/** What sets are read for. */
interface Reading {
  readonly features: number;
  readonly metric: XgbMetric;
  /** Labels or targets as the loss takes them. */
  target(labels: Float64Array, path: string): Float64Array;
}

/** Reads `evalSet`; undefined where there is none. Errors: those of `fit`, and `bad-argument` for early stopping without sets. */
export function readJudging(
  owner: string,
  { earlyStoppingRounds }: Pick<XgbParams, "earlyStoppingRounds">,
  evalSet: readonly EvalSet[],
  { features, metric, target }: Reading,
): Judging | undefined {
  const path = `${owner}.fit evalSet`;
  if (evalSet.length === 0) {
    if (earlyStoppingRounds === null) return undefined;
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `is empty, and earlyStoppingRounds is ${earlyStoppingRounds}`,
      cure: "Pass rows to judge by, fit(X, y, undefined, [[XValid, yValid]]), or set earlyStoppingRounds to null",
    });
  }
  const sets = evalSet.map(([x, y, sampleWeight], at) => {
    const matrix = toTreeMatrixOf(features, x, xgbRule, `${path}[${at}] X`);
    const labels = toLabels(y, matrix.rows, `${path}[${at}] y`);
    return {
      x: matrix,
      y: target(labels, `${path}[${at}] y`),
      weights: toWeights(sampleWeight, matrix.rows, `${path}[${at}] sampleWeight`),
    };
  });
  return { sets, metric, earlyStoppingRounds };
}
