import { VelumError } from "../../base/error.js";
import { type Labels, type Rows, toTargets, toWeights } from "../check-data.js";
import { bestRoundOf, type EvalResults, evalResultsOf } from "./boosting/eval-results.js";
import type { EvalSet } from "./boosting/evaluation.js";
import { accountOf, fitXgb, xgbRule } from "./boosting/fit-xgb.js";
import { readJudging } from "./boosting/read-judging.js";
import { severalTargets } from "./boosting/several-targets.js";
import { earlierRounds, noEarlierModel } from "./boosting/xgb-continued.js";
import { xgbMetric } from "./boosting/xgb-metrics.js";
import { checkTargets, regressionLoss, type XgbRegression } from "./boosting/xgb-objective.js";
import { checkXgbParams, type XgbParams, xgbDefaults } from "./boosting/xgb-params.js";
import { atLeast0Cure, badParam, checkChoice, checkParams, isAtLeast0 } from "./check-params.js";
import { toTreeMatrix } from "./tree-data.js";
import { TreeRegressor } from "./tree-regressor.js";

/** Settings of `XGBRegressor` and `XGBRFRegressor`. */
export interface XGBRegressorParams extends XgbParams {
  readonly objective: XgbRegression;
  /** `reg:logistic` only: factor of rows with target 1. */
  readonly scalePosWeight: number;
  /** `reg:tweedie` only: above 1 (Poisson) and below 2 (gamma). */
  readonly tweedieVariancePower: number;
  /** `reg:quantileerror` only: the quantile, above 0 and below 1; else null. */
  readonly quantileAlpha: number | null;
}

export const xgbRegressorDefaults: XGBRegressorParams = {
  ...xgbDefaults,
  objective: "reg:squarederror",
  scalePosWeight: 1,
  tweedieVariancePower: 1.5,
  quantileAlpha: null,
};

/** XGBoost's trees for a numeric target, boosted or one round of many. */
export abstract class BoostedRegressor extends TreeRegressor<XGBRegressorParams> {
  /** How `fit` grows trees under these settings. Errors: `bad-argument`. */
  protected abstract growth(params: XGBRegressorParams): XGBRegressorParams;

  /**
   * Fits to `x` (`[rows, features]`, NaN where missing), `y` (`[rows]`, or `[rows, targets]`) and perhaps one weight a row. Rounds are judged
   * on `evalSet`; with `earlyStoppingRounds` the last of the sets ends the fit. Rounds are added to those of `xgbModel`, if there is one; it
   * stays as it is. Errors: `bad-shape`, `not-a-number` (infinities), `out-of-range` (also targets that the objective refuses), `bad-argument`.
   */
  override fit(
    x: Rows,
    y: Labels | Rows,
    sampleWeight?: Labels,
    evalSet: readonly EvalSet[] = [],
    xgbModel?: BoostedRegressor,
  ): this {
    const { objective, ...params } = this.growth(this.getParams());
    this.checkParams();
    const matrix = toTreeMatrix(x, xgbRule, `${this.name}.fit X`);
    const { data: target, columns: targets } = toTargets(y, matrix.rows, `${this.name}.fit y`);
    checkTargets(objective, target, `${this.name}.fit y`);
    const weights = toWeights(sampleWeight, matrix.rows, `${this.name}.fit sampleWeight`);
    // XGBoost bounds the steps of a Poisson model unless told otherwise.
    const poisson = objective === "count:poisson" && params.maxDeltaStep === 0;
    const own = poisson ? { ...params, maxDeltaStep: 0.7 } : params;
    const meaning = meanings[objective];
    const metric = params.evalMetric ?? metrics[objective];
    const judging = readJudging(this.name, params, evalSet, {
      features: matrix.columns,
      metric: xgbMetric(
        this.name,
        metric,
        meaning,
        params.tweedieVariancePower,
        params.quantileAlpha ?? 0.5,
      ),
      target: (targets, path) => {
        checkTargets(objective, targets, path);
        return targets;
      },
    });
    const single = regressionLoss(objective, own);
    if (targets > 1 && (single.leaf !== undefined || judging !== undefined)) {
      throw severalRefused(`${this.name}.fit y`, targets, judging ? "evalSet" : objective);
    }
    const loss = targets > 1 ? severalTargets(single, targets) : single;
    const path = `${this.name}.fit xgbModel`;
    if (xgbModel !== undefined && !(xgbModel instanceof BoostedRegressor)) {
      throw noEarlierModel(path);
    }
    const classes = new Float64Array(0);
    const shape = { features: matrix.columns, outputs: loss.outputs, meaning, classes };
    const earlier = xgbModel && earlierRounds(path, xgbModel.fitted(path), shape, params);
    const fit = fitXgb(matrix, { y: target, weights }, own, loss, { judging, earlier });
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
    const { objective, ...params } = this.getParams();
    checkXgbParams(this.name, params);
    checkParams(this.name, params, [
      { name: "scalePosWeight", good: isAtLeast0, cure: atLeast0Cure },
      {
        name: "tweedieVariancePower",
        good: (value) => value > 1 && value < 2,
        cure: "Pass a number above 1 and below 2",
      },
    ]);
    checkChoice(this.name, "objective", objective, Object.keys(meanings));
    const { quantileAlpha, treeMethod } = params;
    const inside = quantileAlpha !== null && quantileAlpha > 0 && quantileAlpha < 1;
    if (objective === "reg:quantileerror" && !inside) {
      const cure = "Pass a number above 0 and below 1";
      throw badParam(this.name, "quantileAlpha", quantileAlpha, cure);
    }
    const kinked = objective === "reg:quantileerror" || objective === "reg:absoluteerror";
    if (kinked && treeMethod === "exact") {
      throw badParam(this.name, "treeMethod", treeMethod, `Pass "hist" with ${objective}`);
    }
  }
}

function severalRefused(path: string, targets: number, beside: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: `has ${targets} targets, and ${beside} takes one`,
    limit: 1,
    actual: targets,
    cure: "Fit a model for each target",
  });
}

const meanings = {
  "reg:squarederror": "identity",
  "reg:absoluteerror": "identity",
  "reg:quantileerror": "identity",
  "reg:logistic": "logistic",
  "count:poisson": "exponential",
  "reg:gamma": "exponential",
  "reg:tweedie": "exponential",
} as const;

/** What XGBoost judges each objective by. */
const metrics = {
  "reg:squarederror": "rmse",
  "reg:absoluteerror": "mae",
  "reg:quantileerror": "quantile",
  "reg:logistic": "rmse",
  "count:poisson": "poisson-nloglik",
  "reg:gamma": "gamma-deviance",
  "reg:tweedie": "tweedie-nloglik",
} as const;
