import {
  BoostedRegressor,
  type XGBRegressorParams,
  xgbRegressorDefaults,
} from "./boosted-regressor.js";

/** Gradient-boosted trees for a numeric target as XGBoost fits them; see `XGBClassifier`. */
export class XGBRegressor extends BoostedRegressor {
  constructor(params: Partial<XGBRegressorParams> = {}) {
    super("XGBRegressor", xgbRegressorDefaults, params);
  }

  protected override growth(params: XGBRegressorParams): XGBRegressorParams {
    return params;
  }
}
