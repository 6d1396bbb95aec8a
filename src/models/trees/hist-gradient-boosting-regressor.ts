import { type Labels, type Rows, toLabels, toWeights } from "../check-data.js";
import { requirePositive } from "../positive-targets.js";
import { fitHgb, hgbRule } from "./boosting/fit-hgb.js";
import { heldOutScores, hgbAccountOf, roundsMade } from "./boosting/hgb-account.js";
import { type HgbRegression, hgbRegressionLoss } from "./boosting/hgb-loss.js";
import { checkHgbParams, type HgbParams, hgbDefaults } from "./boosting/hgb-params.js";
import { badParam, checkChoice } from "./check-params.js";
import { toTreeMatrix } from "./tree-data.js";
import { TreeRegressor } from "./tree-regressor.js";

/** Settings of a `HistGradientBoostingRegressor`. */
export interface HistGradientBoostingRegressorParams extends HgbParams {
  readonly loss: HgbRegression;
  /** For loss `"quantile"`: above 0 and below 1; else null. */
  readonly quantile: number | null;
}

const losses = ["squared_error", "absolute_error", "quantile", "poisson", "gamma"];

const defaults: HistGradientBoostingRegressorParams = {
  ...hgbDefaults,
  loss: "squared_error",
  quantile: null,
};

/** scikit-learn's histogram gradient boosting for a numeric target; see `HistGradientBoostingClassifier`. */
export class HistGradientBoostingRegressor extends TreeRegressor<HistGradientBoostingRegressorParams> {
  constructor(params: Partial<HistGradientBoostingRegressorParams> = {}) {
    super("HistGradientBoostingRegressor", defaults, params);
  }

  /**
   * Fits to `x` (`[rows, features]`, NaN where missing), one target and perhaps one weight a row.
   * Errors: `bad-shape`, `not-a-number` (infinities), `out-of-range` (targets that the loss refuses), `bad-argument` (settings).
   */
  override fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const params = this.getParams();
    this.checkParams();
    const matrix = toTreeMatrix(x, hgbRule, `${this.name}.fit X`);
    const target = toLabels(y, matrix.rows, `${this.name}.fit y`);
    const onLogs = params.loss === "poisson" || params.loss === "gamma";
    if (onLogs) requirePositive(target, params.loss === "gamma", `${this.name}.fit y`);
    const weights = toWeights(sampleWeight, matrix.rows, `${this.name}.fit sampleWeight`);
    const loss = hgbRegressionLoss(params.loss, params.quantile);
    const fit = fitHgb(matrix, { y: target, weights }, params, loss);
    const { ensemble, featureImportances } = fit;
    const meaning = onLogs ? "exponential" : "identity";
    const [classes, account] = [new Float64Array(0), hgbAccountOf(fit)];
    return this.adopt({ ensemble, featureImportances, meaning, classes, account });
  }

  protected override checkParams(): void {
    const params = this.getParams();
    checkHgbParams(this.name, params);
    checkChoice(this.name, "loss", params.loss, losses);
    const { loss, quantile } = params;
    if (loss !== "quantile") return;
    if (typeof quantile === "number" && quantile > 0 && quantile < 1) return;
    throw badParam(this.name, "quantile", quantile, "Pass a number above 0 and below 1");
  }

  /** Rounds that were made. */
  get nIter(): number {
    return roundsMade(this.fitted());
  }

  /** Trees of a round: one. Errors: `not-fitted`, as all here. */
  get nTreesPerIteration(): number {
    return this.ensemble.outputs;
  }

  /** Whether rows were held out to end the fit. */
  get doEarlyStopping(): boolean {
    return heldOutScores(this.fitted()) !== undefined;
  }

  /** Losses on the held-out rows, negated: before the first round and after each. Empty without early stopping. */
  get validationScore(): Float64Array {
    return heldOutScores(this.fitted()) ?? new Float64Array();
  }
}
