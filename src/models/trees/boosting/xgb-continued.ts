import { VelumError } from "../../../base/error.js";
import type { ScoreMeaning } from "../../../quantize/tree-coding.js";
import type { TreeEnsemble } from "../tree-ensemble.js";
import type { FittedTrees } from "../trees-json.js";
import type { SplitTotals } from "./xgb-importances.js";
import { treesPerRound, type XgbParams } from "./xgb-params.js";

/** What a fit goes on from. */
export interface EarlierRounds {
  readonly ensemble: TreeEnsemble;
  readonly rounds: number;
  readonly splits: SplitTotals;
}

/** What the earlier model must share with the fit. */
export interface ContinuedShape {
  readonly features: number;
  readonly outputs: number;
  readonly meaning: ScoreMeaning;
  /** Labels ascending; empty for targets. */
  readonly classes: Float64Array;
}

/** The rounds of a fitted model. Errors: `bad-argument` for a model of another kind; `path` names the model. */
export function earlierRounds(
  path: string,
  fitted: FittedTrees,
  { features, outputs, meaning, classes }: ContinuedShape,
  params: XgbParams,
): EarlierRounds {
  const { ensemble, account } = fitted;
  const { rounds, splits } = account ?? {};
  if (rounds === undefined || splits === undefined) throw noEarlierModel(path);
  const { missing } = params;
  const { missingValue = null } = ensemble.rule;
  const differing = [
    ["features", ensemble.features, features],
    ["outputs", ensemble.outputs, outputs],
    ["scores", fitted.meaning, meaning],
    ["classes", fitted.classes.join(" "), classes.join(" ")],
    ["missing", missingValue, missing === null ? null : Math.fround(missing)],
    ["trees a round", ensemble.trees.length / rounds, treesPerRound(params, outputs)],
  ].find(([, there, here]) => !Object.is(there, here));
  if (differing === undefined) return { ensemble, rounds, splits };
  const [what, there, here] = differing;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `differs from this fit in its ${what}: ${there}, here ${here}`,
    cure: "Go on from a model of the same features, classes or targets, objective, missing, multiStrategy and numParallelTree",
  });
}

/** For what is no model that XGBoost's estimators fitted. */
export function noEarlierModel(path: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: "is no fitted model of the same kind",
    cure: "Pass a fitted XGBClassifier to classifiers, a fitted XGBRegressor to regressors",
  });
}
