import { forestDefaults } from "./forest-params.js";
import { ForestRegressor, type ForestRegressorParams } from "./forest-regressor.js";

const defaults: ForestRegressorParams = {
  ...forestDefaults,
  criterion: "squared_error",
  bootstrap: false,
};

/** Extremely randomised trees for a numeric target; see `ExtraTreesClassifier`. */
export class ExtraTreesRegressor extends ForestRegressor {
  protected override readonly splitter = "random";

  constructor(params: Partial<ForestRegressorParams> = {}) {
    super("ExtraTreesRegressor", defaults, params);
  }
}
