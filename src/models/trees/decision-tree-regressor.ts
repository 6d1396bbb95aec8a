import { type Labels, type Rows, toWeights } from "../check-data.js";
import { averageOf, cartImportances } from "./cart/cart-ensemble.js";
import {
  type CartParams,
  cartDefaults,
  checkCartParams,
  directionsOf,
  featuresPerSplit,
} from "./cart/cart-params.js";
import { fitCart } from "./cart/fit-cart.js";
import { readCartRows } from "./cart/read-rows.js";
import { readTargets } from "./cart/read-targets.js";
import type { TargetImpurity } from "./cart/target-criterion.js";
import { checkChoice } from "./check-params.js";
import { TreeRegressor } from "./tree-regressor.js";
import { depthOf, leafCountOf } from "./tree-statistics.js";

/** Settings of a `DecisionTreeRegressor`. */
export interface DecisionTreeRegressorParams extends CartParams {
  readonly criterion: TargetImpurity;
  /** The best cut of each feature, or the best of one random cut a feature. */
  readonly splitter: "best" | "random";
}

const defaults: DecisionTreeRegressorParams = {
  ...cartDefaults,
  criterion: "squared_error",
  splitter: "best",
};

/** scikit-learn's decision tree for a numeric target; see `DecisionTreeClassifier`. */
export class DecisionTreeRegressor extends TreeRegressor<DecisionTreeRegressorParams> {
  constructor(params: Partial<DecisionTreeRegressorParams> = {}) {
    super("DecisionTreeRegressor", defaults, params);
  }

  /**
   * Fits to `x` (`[rows, features]`, NaN where missing), `y` (`[rows]`, or `[rows, targets]` with squared errors) and perhaps one weight a row.
   * Errors: `bad-shape`, `not-a-number` (infinities) and `out-of-range` with row and column, `bad-argument` (settings).
   */
  override fit(x: Rows, y: Labels | Rows, sampleWeight?: Labels): this {
    const params = this.getParams();
    const { criterion, splitter } = params;
    this.checkParams();
    const { matrix, columns, rule, missing } = readCartRows(this.name, x, params);
    const { rows, columns: features } = matrix;
    const { target, targets, impurity } = readTargets(this.name, y, rows, criterion);
    const nodes = fitCart(
      {
        ...{ columns, missing, rows, features, y: target, impurity },
        directions: directionsOf(this.name, params, features, { targets }),
      },
      params,
      { splitter, maxFeatures: featuresPerSplit(this.name, params, features) },
      toWeights(sampleWeight, rows, `${this.name}.fit sampleWeight`),
      params.randomState,
    );
    return this.adopt({
      ensemble: averageOf([nodes], features, targets, rule),
      meaning: "identity",
      classes: new Float64Array(0),
      featureImportances: cartImportances([nodes], features),
    });
  }

  protected override checkParams(): void {
    const params = this.getParams();
    checkCartParams(this.name, params);
    checkChoice(this.name, "criterion", params.criterion, ["squared_error", "poisson"]);
    checkChoice(this.name, "splitter", params.splitter, ["best", "random"]);
  }

  /** Splits on the longest way to a leaf. */
  getDepth(): number {
    return this.ensemble.trees.reduce((most, tree) => Math.max(most, depthOf(tree)), 0);
  }

  /** Leaves of the tree. */
  getNLeaves(): number {
    return this.ensemble.trees.reduce((sum, tree) => sum + leafCountOf(tree), 0);
  }
}
