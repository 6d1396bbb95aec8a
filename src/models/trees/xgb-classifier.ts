import { VelumError } from "../../base/error.js";
import { type Labels, type Rows, toWeights } from "../check-data.js";
import { toClassTargets } from "../class-targets.js";
import { fitXgb, xgbRule } from "./boosting/fit-xgb.js";
import { logisticLoss, softmaxLoss } from "./boosting/xgb-objective.js";
import { checkXgbParams, type XgbParams, xgbDefaults } from "./boosting/xgb-params.js";
import { atLeast0Cure, checkChoice, checkParams, isAtLeast0 } from "./check-params.js";
import { TreeClassifier } from "./tree-classifier.js";
import { toTreeMatrix } from "./tree-data.js";

/** Settings of an `XGBClassifier`. */
export interface XGBClassifierParams extends XgbParams {
  /** Null: by the number of classes. */
  readonly objective: "binary:logistic" | "multi:softprob" | "multi:softmax" | null;
  /** Factor of rows of the second of two classes. */
  readonly scalePosWeight: number;
}

const defaults: XGBClassifierParams = { ...xgbDefaults, objective: null, scalePosWeight: 1 };

/**
 * Gradient-boosted trees for classes as XGBoost fits them (Chen and Guestrin, KDD 2016). NaN is a missing value, and each split
 * learns where it goes. Without row and column sampling the trees are XGBoost's.
 *
 *     const model = new XGBClassifier({ nEstimators: 50, maxDepth: 3 }).fit(XTrain, yTrain);
 *     await model.predictProba(XTest);
 */
export class XGBClassifier extends TreeClassifier<XGBClassifierParams> {
  constructor(params: Partial<XGBClassifierParams> = {}) {
    super("XGBClassifier", defaults, params);
  }

  /**
   * Fits to `x` (`[rows, features]`, NaN where missing), one label and perhaps one weight a row.
   * Errors: `bad-shape`, `not-a-number` (infinities) and `out-of-range` with row and column, `bad-argument` (settings, one class).
   */
  override fit(x: Rows, y: Labels, sampleWeight?: Labels): this {
    const params = this.getParams();
    const { objective, scalePosWeight, maxDeltaStep } = params;
    this.checkParams();
    const matrix = toTreeMatrix(x, xgbRule, `${this.name}.fit X`);
    const { classes, indices } = toClassTargets(y, matrix.rows, 2, `${this.name}.fit y`);
    if (objective === "binary:logistic" && classes.length > 2) {
      throw new VelumError({
        code: "bad-argument",
        path: `${this.name} objective`,
        problem: `is "binary:logistic", and y holds ${classes.length} classes`,
        limit: 2,
        actual: classes.length,
        cure: 'Pass "multi:softprob", or null to have it chosen',
      });
    }
    const binary = classes.length === 2 && (objective ?? "binary:logistic") === "binary:logistic";
    const loss = binary
      ? logisticLoss({ scalePosWeight, maxDeltaStep, tweedieVariancePower: 1.5 })
      : softmaxLoss(classes.length);
    const weights = toWeights(sampleWeight, matrix.rows, `${this.name}.fit sampleWeight`);
    const fit = fitXgb(matrix, { y: indices, weights }, params, loss);
    return this.adopt({ ...fit, meaning: binary ? "logistic" : "softmax", classes });
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
