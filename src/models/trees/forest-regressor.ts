import { type Labels, notFitted, type Rows, toLabels, toWeights } from "../check-data.js";
import { requirePositive } from "../positive-targets.js";
import { averageOf, cartImportances, cartRule } from "./cart/cart-ensemble.js";
import { featuresPerSplit } from "./cart/cart-params.js";
import type { TargetImpurity } from "./cart/target-criterion.js";
import { checkChoice } from "./check-params.js";
import { fitForest } from "./fit-forest.js";
import { checkForestParams, type ForestParams } from "./forest-params.js";
import { outOfBagScores } from "./out-of-bag.js";
import { toFloat32Columns, toTreeMatrix } from "./tree-data.js";
import { TreeRegressor } from "./tree-regressor.js";

/** Settings of `RandomForestRegressor` and `ExtraTreesRegressor`. */
export interface ForestRegressorParams extends ForestParams {
  readonly criterion: TargetImpurity;
}

/** An average of regression trees. */
export abstract class ForestRegressor extends TreeRegressor<ForestRegressorParams> {
  protected abstract readonly splitter: "best" | "random";

  /**
   * Fits to `x` (`[rows, features]`), one target and perhaps one weight a row.
   * Errors: `bad-shape`, `not-a-number` and `out-of-range` with row and column, `bad-argument` (settings).
   */
  override fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const params = this.getParams();
    const { criterion } = params;
    this.checkParams();
    const matrix = toTreeMatrix(x, cartRule, `${this.name}.fit X`);
    const { rows, columns: features } = matrix;
    const target = toLabels(y, rows, `${this.name}.fit y`);
    if (criterion === "poisson") requirePositive(target, false, `${this.name}.fit y`);
    const grown = fitForest(
      {
        ...{ columns: toFloat32Columns(matrix), rows, features, y: target },
        impurity: { kind: "target", by: criterion },
      },
      params,
      { splitter: this.splitter, maxFeatures: featuresPerSplit(this.name, params, features) },
      toWeights(sampleWeight, rows, `${this.name}.fit sampleWeight`),
      undefined,
    );
    const ensemble = averageOf(grown.trees, features, 1);
    const account = params.oobScore
      ? { oobScore: determination(target, outOfBagScores(ensemble, matrix, grown.counts)) }
      : {};
    return this.adopt({
      ensemble,
      meaning: "identity",
      classes: new Float64Array(0),
      featureImportances: cartImportances(grown.trees, features),
      account,
    });
  }

  protected override checkParams(): void {
    const params = this.getParams();
    checkForestParams(this.name, params);
    checkChoice(this.name, "criterion", params.criterion, ["squared_error", "poisson"]);
  }

  /** R² on rows that trees did not see; set `oobScore` before `fit`. Errors: `not-fitted`. */
  get oobScore(): number {
    const { oobScore } = this.fitted().account ?? {};
    if (oobScore === undefined) throw notFitted(`${this.name} with oobScore`);
    return oobScore;
  }
}

/** R²: 1 less the squared error over that of the mean. */
function determination(y: Float64Array, guessed: Float64Array): number {
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const spread = y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return 1 - y.reduce((sum, value, i) => sum + (value - (guessed[i] ?? 0)) ** 2, 0) / spread;
}
