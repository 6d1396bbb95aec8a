import { type Labels, type Rows, toWeights } from "../check-data.js";
import {
  type ClassWeight,
  checkClassWeight,
  classWeights,
  timesWeights,
  toClassTargets,
} from "../class-targets.js";
import { fitHgb, hgbRule } from "./boosting/fit-hgb.js";
import { heldOutScores, hgbAccountOf, roundsMade } from "./boosting/hgb-account.js";
import { hgbClassLoss } from "./boosting/hgb-loss.js";
import { checkHgbParams, type HgbParams, hgbDefaults } from "./boosting/hgb-params.js";
import { TreeClassifier } from "./tree-classifier.js";
import { toTreeMatrix } from "./tree-data.js";

/** Settings of a `HistGradientBoostingClassifier`. */
export interface HistGradientBoostingClassifierParams extends HgbParams {
  readonly classWeight: ClassWeight;
}

const defaults: HistGradientBoostingClassifierParams = { ...hgbDefaults, classWeight: null };

/**
 * scikit-learn's histogram gradient boosting for classes, with its log loss. NaN is a missing value, and each split learns where it
 * goes. Without early stopping the trees are scikit-learn's.
 *
 *     const model = new HistGradientBoostingClassifier({ maxIter: 50, maxLeafNodes: 8 }).fit(XTrain, yTrain);
 *     await model.predictProba(XTest);
 */
export class HistGradientBoostingClassifier extends TreeClassifier<HistGradientBoostingClassifierParams> {
  constructor(params: Partial<HistGradientBoostingClassifierParams> = {}) {
    super("HistGradientBoostingClassifier", defaults, params);
  }

  /**
   * Fits to `x` (`[rows, features]`, NaN where missing), one label and perhaps one weight a row.
   * Errors: `bad-shape`, `not-a-number` (infinities) with row and column, `bad-argument` (settings).
   */
  override fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const params = this.getParams();
    this.checkParams();
    const matrix = toTreeMatrix(x, hgbRule, `${this.name}.fit X`);
    const targets = toClassTargets(y, matrix.rows, 1, `${this.name}.fit y`);
    const { classes, indices } = targets;
    const weights = timesWeights(
      toWeights(sampleWeight, matrix.rows, `${this.name}.fit sampleWeight`),
      classWeights(targets, params.classWeight),
    );
    const loss = hgbClassLoss(classes.length);
    const fit = fitHgb(matrix, { y: indices, weights }, params, loss);
    const { ensemble, featureImportances } = fit;
    const meaning = classes.length <= 2 ? "logistic" : "softmax";
    const account = hgbAccountOf(fit);
    return this.adopt({ ensemble, featureImportances, meaning, classes, account });
  }

  protected override checkParams(): void {
    checkHgbParams(this.name, this.getParams());
    checkClassWeight(this.name, this.getParams().classWeight);
  }

  /** Rounds that were made. */
  get nIter(): number {
    return roundsMade(this.fitted());
  }

  /** Trees of a round: one, or one a class. Errors: `not-fitted`, as all here. */
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
