import {
  BoostedClassifier,
  type XGBClassifierParams,
  xgbClassifierDefaults,
} from "./boosted-classifier.js";
import { asForest, xgbForestDefaults } from "./boosting/xgb-params.js";

/**
 * XGBoost's random forest for classes: `nEstimators` trees of one round, each on its share of the rows, averaged. Leaves are Newton steps,
 * so probabilities come from a sum of scores, not from votes as in `RandomForestClassifier`.
 */
export class XGBRFClassifier extends BoostedClassifier {
  constructor(params: Partial<XGBClassifierParams> = {}) {
    super("XGBRFClassifier", { ...xgbClassifierDefaults, ...xgbForestDefaults }, params);
  }

  protected override growth(params: XGBClassifierParams): XGBClassifierParams {
    return asForest(this.name, params);
  }
}
