import { type Labels, type Rows, toWeights } from "../check-data.js";
import {
  type ClassWeight,
  checkClassWeight,
  classWeights,
  timesWeights,
  toClassTargets,
} from "../class-targets.js";
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
import { checkChoice } from "./check-params.js";
import { TreeClassifier } from "./tree-classifier.js";
import { depthOf, leafCountOf } from "./tree-statistics.js";

/** Settings of a `DecisionTreeClassifier`. */
export interface DecisionTreeClassifierParams extends CartParams {
  readonly criterion: "gini" | "entropy" | "log_loss";
  /** The best cut of each feature, or the best of one random cut a feature. */
  readonly splitter: "best" | "random";
  readonly classWeight: ClassWeight;
}

const defaults: DecisionTreeClassifierParams = {
  ...cartDefaults,
  criterion: "gini",
  splitter: "best",
  classWeight: null,
};

/**
 * scikit-learn's decision tree for classes (Breiman et al., Classification and Regression Trees, 1984). The same data, settings
 * and seed give the same tree, node for node.
 *
 *     const tree = new DecisionTreeClassifier({ maxDepth: 4 }).fit(XTrain, yTrain);
 *     await tree.predict(XTest);
 */
export class DecisionTreeClassifier extends TreeClassifier<DecisionTreeClassifierParams> {
  constructor(params: Partial<DecisionTreeClassifierParams> = {}) {
    super("DecisionTreeClassifier", defaults, params);
  }

  /**
   * Fits to `x` (`[rows, features]`, NaN where missing), one label and perhaps one weight a row.
   * Errors: `bad-shape`, `not-a-number` (infinities) and `out-of-range` with row and column, `bad-argument` (settings).
   */
  override fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const params = this.getParams();
    const { criterion, splitter } = params;
    this.checkParams();
    const { matrix, columns, rule, missing } = readCartRows(this.name, x, params);
    const { rows, columns: features } = matrix;
    const targets = toClassTargets(y, rows, 1, `${this.name}.fit y`);
    const weights = timesWeights(
      toWeights(sampleWeight, rows, `${this.name}.fit sampleWeight`),
      classWeights(targets, params.classWeight),
    );
    const outputs = targets.classes.length;
    const by = criterion === "gini" ? "gini" : "entropy";
    const nodes = fitCart(
      {
        ...{ columns, missing, rows, features, y: targets.indices },
        directions: directionsOf(this.name, params, features, { classes: outputs }),
        impurity: { kind: "classes", by, classes: outputs },
      },
      params,
      { splitter, maxFeatures: featuresPerSplit(this.name, params, features) },
      weights,
      params.randomState,
    );
    return this.adopt({
      ensemble: averageOf([nodes], features, outputs, rule),
      meaning: "probabilities",
      classes: targets.classes,
      featureImportances: cartImportances([nodes], features),
    });
  }

  protected override checkParams(): void {
    const params = this.getParams();
    checkCartParams(this.name, params);
    checkClassWeight(this.name, params.classWeight);
    checkChoice(this.name, "criterion", params.criterion, ["gini", "entropy", "log_loss"]);
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
