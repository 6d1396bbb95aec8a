import {
  BoostedRegressor,
  type XGBRegressorParams,
  xgbRegressorDefaults,
} from "./boosted-regressor.js";
import { asForest, xgbForestDefaults } from "./boosting/xgb-params.js";

/** XGBoost's random forest for a numeric target; see `XGBRFClassifier`. */
export class XGBRFRegressor extends BoostedRegressor {
  constructor(params: Partial<XGBRegressorParams> = {}) {
    super("XGBRFRegressor", { ...xgbRegressorDefaults, ...xgbForestDefaults }, params);
  }

  protected override growth(params: XGBRegressorParams): XGBRegressorParams {
    return asForest(this.name, params);
  }
}
