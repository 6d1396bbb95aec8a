import { type Labels, notFitted, type Rows, toWeights } from "../check-data.js";
import { r2Score } from "../metrics/regression.js";
import { averageOf, cartImportances } from "./cart/cart-ensemble.js";
import { directionsOf, featuresPerSplit } from "./cart/cart-params.js";
import { readCartRows } from "./cart/read-rows.js";
import { readTargets } from "./cart/read-targets.js";
import type { TargetImpurity } from "./cart/target-criterion.js";
import { checkChoice } from "./check-params.js";
import { earlierForest } from "./earlier-forest.js";
import { fitForest } from "./fit-forest.js";
import { checkForestParams, type ForestParams } from "./forest-params.js";
import { outOfBagScores } from "./out-of-bag.js";
import { TreeRegressor } from "./tree-regressor.js";

/** Settings of `RandomForestRegressor` and `ExtraTreesRegressor`. */
export interface ForestRegressorParams extends ForestParams {
  readonly criterion: TargetImpurity;
}

/** An average of regression trees. */
export abstract class ForestRegressor extends TreeRegressor<ForestRegressorParams> {
  protected abstract readonly splitter: "best" | "random";

  /**
   * Fits to `x` (`[rows, features]`, NaN where missing), `y` (`[rows]`, or `[rows, targets]` with squared errors) and perhaps one weight a row.
   * Errors: `bad-shape`, `not-a-number` (infinities) and `out-of-range` with row and column, `bad-argument` (settings).
   */
  override fit(x: Rows, y: Labels | Rows, sampleWeight?: Labels): this {
    const params = this.getParams();
    const { criterion } = params;
    this.checkParams();
    const { matrix, columns, rule, missing } = readCartRows(this.name, x, params);
    const { rows, columns: features } = matrix;
    const { target, targets, impurity } = readTargets(this.name, y, rows, criterion);
    const earlier = earlierForest(this.name, params, this.known, {
      ...{ features, outputs: targets, classes: new Float64Array(0) },
    });
    const grown = fitForest(
      {
        ...{ columns, missing, rows, features, y: target, impurity },
        directions: directionsOf(this.name, params, features, { targets }),
      },
      params,
      { splitter: this.splitter, maxFeatures: featuresPerSplit(this.name, params, features) },
      toWeights(sampleWeight, rows, `${this.name}.fit sampleWeight`),
      undefined,
      earlier?.ensemble.trees.length,
    );
    const ensemble = averageOf(grown.trees, features, targets, rule, earlier?.ensemble);
    const ofRows = (data: Float64Array) => ({ shape: [rows, targets], data });
    let account = {};
    if (params.oobScore) {
      const data = outOfBagScores(ensemble, matrix, grown.counts);
      account = { oobScore: r2Score(ofRows(target), ofRows(data)), oob: Array.from(data) };
    }
    return this.adopt({
      ensemble,
      meaning: "identity",
      classes: new Float64Array(0),
      featureImportances: cartImportances(grown.trees, features, earlier),
      account,
    });
  }

  protected override checkParams(): void {
    const params = this.getParams();
    checkForestParams(this.name, params);
    checkChoice(this.name, "criterion", params.criterion, ["squared_error", "poisson"]);
  }

  /**
   * Predictions of the training rows (`[rows, targets]`, row after row) by the trees that did not see them, 0 where every tree did; set
   * `oobScore` before `fit`. Errors: `not-fitted`.
   */
  get oobPrediction(): Float64Array {
    const { oob } = this.fitted().account ?? {};
    if (oob === undefined) throw notFitted(`${this.name} with oobScore`);
    return Float64Array.from(oob);
  }

  /** R² on rows that trees did not see; set `oobScore` before `fit`. Errors: `not-fitted`. */
  get oobScore(): number {
    const { oobScore } = this.fitted().account ?? {};
    if (oobScore === undefined) throw notFitted(`${this.name} with oobScore`);
    return oobScore;
  }
}
