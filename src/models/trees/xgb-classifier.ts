import {
  BoostedClassifier,
  type XGBClassifierParams,
  xgbClassifierDefaults,
} from "./boosted-classifier.js";

/**
 * Gradient-boosted trees for classes as XGBoost fits them (Chen and Guestrin, KDD 2016). NaN is a missing value, and each split
 * learns where it goes. Without row and column sampling the trees are XGBoost's.
 *
 *     const model = new XGBClassifier({ nEstimators: 50, maxDepth: 3 }).fit(XTrain, yTrain);
 *     await model.predictProba(XTest);
 */
export class XGBClassifier extends BoostedClassifier {
  constructor(params: Partial<XGBClassifierParams> = {}) {
    super("XGBClassifier", xgbClassifierDefaults, params);
  }

  protected override growth(params: XGBClassifierParams): XGBClassifierParams {
    return params;
  }
}
