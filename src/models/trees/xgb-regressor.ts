import { type Labels, type Rows, toLabels, toWeights } from "../check-data.js";
import { fitXgb, xgbRule } from "./boosting/fit-xgb.js";
import { checkTargets, regressionLoss, type XgbRegression } from "./boosting/xgb-objective.js";
import { checkXgbParams, type XgbParams, xgbDefaults } from "./boosting/xgb-params.js";
import { atLeast0Cure, checkChoice, checkParams, isAtLeast0 } from "./check-params.js";
import { toTreeMatrix } from "./tree-data.js";
import { TreeRegressor } from "./tree-regressor.js";

/** Settings of an `XGBRegressor`. */
export interface XGBRegressorParams extends XgbParams {
  readonly objective: XgbRegression;
  /** `reg:logistic` only: factor of rows with target 1. */
  readonly scalePosWeight: number;
  /** `reg:tweedie` only: above 1 (Poisson) and below 2 (gamma). */
  readonly tweedieVariancePower: number;
}

const defaults: XGBRegressorParams = {
  ...xgbDefaults,
  objective: "reg:squarederror",
  scalePosWeight: 1,
  tweedieVariancePower: 1.5,
};

/** Gradient-boosted trees for a numeric target as XGBoost fits them; see `XGBClassifier`. */
export class XGBRegressor extends TreeRegressor<XGBRegressorParams> {
  constructor(params: Partial<XGBRegressorParams> = {}) {
    super("XGBRegressor", defaults, params);
  }

  /**
   * Fits to `x` (`[rows, features]`, NaN where missing), one target and perhaps one weight a row.
   * Errors: `bad-shape`, `not-a-number` (infinities), `out-of-range` (also targets that the objective refuses), `bad-argument`.
   */
  override fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const { objective, ...params } = this.getParams();
    this.checkParams();
    const matrix = toTreeMatrix(x, xgbRule, `${this.name}.fit X`);
    const target = toLabels(y, matrix.rows, `${this.name}.fit y`);
    checkTargets(objective, target, `${this.name}.fit y`);
    const weights = toWeights(sampleWeight, matrix.rows, `${this.name}.fit sampleWeight`);
    // XGBoost bounds the steps of a Poisson model unless told otherwise.
    const poisson = objective === "count:poisson" && params.maxDeltaStep === 0;
    const own = poisson ? { ...params, maxDeltaStep: 0.7 } : params;
    const fit = fitXgb(matrix, { y: target, weights }, own, regressionLoss(objective, own));
    return this.adopt({ ...fit, meaning: meanings[objective], classes: new Float64Array(0) });
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
  }
}

const meanings = {
  "reg:squarederror": "identity",
  "reg:logistic": "logistic",
  "count:poisson": "exponential",
  "reg:gamma": "exponential",
  "reg:tweedie": "exponential",
} as const;
