import { forestDefaults } from "./forest-params.js";
import { ForestRegressor, type ForestRegressorParams } from "./forest-regressor.js";

const defaults: ForestRegressorParams = {
  ...forestDefaults,
  criterion: "squared_error",
};

/** scikit-learn's random forest for a numeric target; the same data, settings and seed give the same trees. */
export class RandomForestRegressor extends ForestRegressor {
  protected override readonly splitter = "best";

  constructor(params: Partial<ForestRegressorParams> = {}) {
    super("RandomForestRegressor", defaults, params);
  }
}
