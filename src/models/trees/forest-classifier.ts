import type { Tensor } from "../../base/tensor.js";
import { classIndices } from "../../quantize/class-scores.js";
import { type Labels, notFitted, type Rows, toWeights } from "../check-data.js";
import {
  balancedDraw,
  type ClassWeight,
  checkClassWeight,
  classWeights,
  timesWeights,
  toClassTargets,
} from "../class-targets.js";
import { averageOf, cartImportances } from "./cart/cart-ensemble.js";
import { directionsOf, featuresPerSplit } from "./cart/cart-params.js";
import { readCartRows } from "./cart/read-rows.js";
import { checkChoice } from "./check-params.js";
import { earlierForest } from "./earlier-forest.js";
import { fitForest } from "./fit-forest.js";
import { checkForestParams, type ForestParams } from "./forest-params.js";
import { outOfBagScores } from "./out-of-bag.js";
import { TreeClassifier } from "./tree-classifier.js";

/** Settings of `RandomForestClassifier` and `ExtraTreesClassifier`. */
export interface ForestClassifierParams extends ForestParams {
  readonly criterion: "gini" | "entropy" | "log_loss";
  /** `"balanced_subsample"` balances the rows that each tree drew. */
  readonly classWeight: ClassWeight | "balanced_subsample";
}

/** An average of classification trees. */
export abstract class ForestClassifier extends TreeClassifier<ForestClassifierParams> {
  protected abstract readonly splitter: "best" | "random";

  /**
   * Fits to `x` (`[rows, features]`, NaN where missing), one label and perhaps one weight a row.
   * Errors: `bad-shape`, `not-a-number` (infinities) and `out-of-range` with row and column, `bad-argument` (settings).
   */
  override fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const params = this.getParams();
    const { criterion, classWeight, bootstrap } = params;
    this.checkParams();
    const { matrix, columns, rule, missing } = readCartRows(this.name, x, params);
    const { rows, columns: features } = matrix;
    const targets = toClassTargets(y, rows, 1, `${this.name}.fit y`);
    const outputs = targets.classes.length;
    const weights = toWeights(sampleWeight, rows, `${this.name}.fit sampleWeight`);
    const inDraw = classWeight === "balanced_subsample" && bootstrap;
    const overall = classWeight === "balanced_subsample" ? "balanced" : classWeight;
    const earlier = earlierForest(this.name, params, this.known, {
      ...{ features, outputs, classes: targets.classes },
    });
    const grown = fitForest(
      {
        ...{ columns, missing, rows, features, y: targets.indices },
        directions: directionsOf(this.name, params, features, { classes: outputs }),
        impurity: {
          kind: "classes",
          by: criterion === "gini" ? "gini" : "entropy",
          classes: outputs,
        },
      },
      params,
      { splitter: this.splitter, maxFeatures: featuresPerSplit(this.name, params, features) },
      timesWeights(weights, inDraw ? undefined : classWeights(targets, overall, weights)),
      inDraw ? (drawn) => balancedDraw(targets, drawn) : undefined,
      earlier?.ensemble.trees.length,
    );
    const ensemble = averageOf(grown.trees, features, outputs, rule, earlier?.ensemble);
    let account = {};
    if (params.oobScore) {
      const data = outOfBagScores(ensemble, matrix, grown.counts);
      const guesses = outputs === 1 ? undefined : classIndices({ shape: [rows, outputs], data });
      const hits = targets.indices.filter((k, row) => k === (guesses?.[row] ?? 0)).length;
      account = { oobScore: hits / rows, oob: Array.from(data) };
    }
    return this.adopt({
      ensemble,
      meaning: "probabilities",
      classes: targets.classes,
      featureImportances: cartImportances(grown.trees, features, earlier),
      account,
    });
  }

  protected override checkParams(): void {
    const params = this.getParams();
    checkForestParams(this.name, params);
    checkClassWeight(this.name, params.classWeight, ["balanced", "balanced_subsample"]);
    checkChoice(this.name, "criterion", params.criterion, ["gini", "entropy", "log_loss"]);
  }

  /**
   * Shares `[rows, classes]` of the training rows by the trees that did not see them, 0 where every tree did; set `oobScore` before `fit`.
   * Errors: `not-fitted`.
   */
  get oobDecisionFunction(): Tensor {
    const { oob } = this.fitted().account ?? {};
    if (oob === undefined) throw notFitted(`${this.name} with oobScore`);
    return { shape: [oob.length / this.nClasses, this.nClasses], data: Float64Array.from(oob) };
  }

  /** Accuracy on rows that trees did not see; set `oobScore` before `fit`. Errors: `not-fitted`. */
  get oobScore(): number {
    const { oobScore } = this.fitted().account ?? {};
    if (oobScore === undefined) throw notFitted(`${this.name} with oobScore`);
    return oobScore;
  }
}
