import { VelumError } from "../../base/error.js";
import { type Labels, type Rows, toWeights } from "../check-data.js";
import { toClassTargets } from "../class-targets.js";
import { bestRoundOf, type EvalResults, evalResultsOf } from "./boosting/eval-results.js";
import type { EvalSet } from "./boosting/evaluation.js";
import { accountOf, fitXgb, xgbRule } from "./boosting/fit-xgb.js";
import { readJudging } from "./boosting/read-judging.js";
import { earlierRounds, noEarlierModel } from "./boosting/xgb-continued.js";
import { xgbMetric } from "./boosting/xgb-metrics.js";
import { logisticLoss, softmaxLoss, type XgbObjective } from "./boosting/xgb-objective.js";
import { checkXgbParams, type XgbParams, xgbDefaults } from "./boosting/xgb-params.js";
import { atLeast0Cure, checkChoice, checkParams, isAtLeast0 } from "./check-params.js";
import { TreeClassifier } from "./tree-classifier.js";
import { toTreeMatrix } from "./tree-data.js";

/** Settings of `XGBClassifier` and `XGBRFClassifier`. */
export interface XGBClassifierParams extends XgbParams {
  /** Null: by the number of classes. */
  readonly objective: "binary:logistic" | "multi:softprob" | "multi:softmax" | null;
  /** Factor of rows of the second of two classes. */
  readonly scalePosWeight: number;
}

export const xgbClassifierDefaults: XGBClassifierParams = {
  ...xgbDefaults,
  objective: null,
  scalePosWeight: 1,
};

/** XGBoost's trees for classes, boosted or one round of many. */
export abstract class BoostedClassifier extends TreeClassifier<XGBClassifierParams> {
  /** How `fit` grows trees under these settings. Errors: `bad-argument`. */
  protected abstract growth(params: XGBClassifierParams): XGBClassifierParams;

  /**
   * Fits to `x` (`[rows, features]`, NaN where missing), one label and perhaps one weight a row. Rounds are judged on `evalSet`; with
   * `earlyStoppingRounds` the last of the sets ends the fit. Rounds are added to those of `xgbModel`, if there is one; it stays as it is.
   * Errors: `bad-shape`, `not-a-number` (infinities) and `out-of-range` with row and column, `bad-argument` (settings, unknown labels, an
   * earlier model of another kind).
   */
  override fit(
    x: Rows,
    y: Labels,
    sampleWeight?: Labels,
    evalSet: readonly EvalSet[] = [],
    xgbModel?: BoostedClassifier,
  ): this {
    const params = this.growth(this.getParams());
    this.checkParams();
    const matrix = toTreeMatrix(x, xgbRule, `${this.name}.fit X`);
    const { classes, indices } = toClassTargets(y, matrix.rows, 1, `${this.name}.fit y`);
    const { loss, meaning } = classLoss(this.name, params, classes.length);
    const weights = toWeights(sampleWeight, matrix.rows, `${this.name}.fit sampleWeight`);
    const metric = params.evalMetric ?? (meaning === "logistic" ? "logloss" : "mlogloss");
    const indexOf = new Map(Array.from(classes, (label, k) => [label, k]));
    const judging = readJudging(this.name, params, evalSet, {
      features: matrix.columns,
      metric: xgbMetric(this.name, metric, meaning, 1.5),
      target: (labels, path) => labels.map((label) => indexOf.get(label) ?? unseen(label, path)),
    });
    const path = `${this.name}.fit xgbModel`;
    if (xgbModel !== undefined && !(xgbModel instanceof BoostedClassifier)) {
      throw noEarlierModel(path);
    }
    const shape = { features: matrix.columns, outputs: loss.outputs, meaning, classes };
    const earlier = xgbModel && earlierRounds(path, xgbModel.fitted(path), shape, params);
    const fit = fitXgb(matrix, { y: indices, weights }, params, loss, { judging, earlier });
    return this.adopt({ ...fit, meaning, classes, account: accountOf(fit) });
  }

  /** What each round was worth on each of `evalSet`. Errors: `not-fitted`. */
  evalsResult(): EvalResults {
    return evalResultsOf(this.name, this.fitted());
  }

  /** The best round, counted from 0, of a fit with early stopping; the model ends there. Errors: `not-fitted`. */
  get bestIteration(): number {
    return bestRoundOf(this.name, this.fitted()).iteration;
  }

  /** The metric of the best round on the last set. Errors: `not-fitted`. */
  get bestScore(): number {
    return bestRoundOf(this.name, this.fitted()).score;
  }

  protected override checkParams(): void {
    const params = this.getParams();
    checkXgbParams(this.name, params);
    checkParams<XGBClassifierParams>(this.name, params, [
      { name: "scalePosWeight", good: isAtLeast0, cure: atLeast0Cure },
    ]);
    const choices = ["binary:logistic", "multi:softprob", "multi:softmax", null];
    checkChoice(this.name, "objective", params.objective, choices);
  }
}

/** The loss for `classes` classes, and what its scores mean. Errors: `bad-argument` where the objective is for more or fewer. */
function classLoss(
  owner: string,
  { objective, scalePosWeight }: XGBClassifierParams,
  classes: number,
): { readonly loss: XgbObjective; readonly meaning: "logistic" | "softmax" } {
  const binary = (objective ?? "binary:logistic") === "binary:logistic";
  if (objective === "binary:logistic" && classes > 2) {
    throw new VelumError({
      code: "bad-argument",
      path: `${owner} objective`,
      problem: `is "binary:logistic", and y holds ${classes} classes`,
      limit: 2,
      actual: classes,
      cure: 'Pass "multi:softprob", or null to have it chosen',
    });
  }
  if (classes === 1 && !binary) {
    throw new VelumError({
      code: "bad-argument",
      path: `${owner} objective`,
      problem: `is "${objective}", and y holds one class only`,
      limit: 2,
      actual: 1,
      cure: 'Pass "binary:logistic", or null to have it chosen',
    });
  }
  return binary && classes <= 2
    ? { loss: logisticLoss({ scalePosWeight }), meaning: "logistic" }
    : { loss: softmaxLoss(classes), meaning: "softmax" };
}

function unseen(label: number, path: string): never {
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `holds the label ${label}, which the training data does not have`,
    actual: label,
    cure: "Judge by rows of the same classes",
  });
}
