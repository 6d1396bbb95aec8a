import { ForestClassifier, type ForestClassifierParams } from "./forest-classifier.js";
import { forestDefaults } from "./forest-params.js";

const defaults: ForestClassifierParams = {
  ...forestDefaults,
  criterion: "gini",
  classWeight: null,
  maxFeatures: "sqrt",
  bootstrap: false,
};

/**
 * scikit-learn's extremely randomised trees for classes (Geurts et al., Machine Learning 63, 2006): one random cut a feature, all
 * rows in every tree. The same data, settings and seed give the same trees.
 */
export class ExtraTreesClassifier extends ForestClassifier {
  protected override readonly splitter = "random";

  constructor(params: Partial<ForestClassifierParams> = {}) {
    super("ExtraTreesClassifier", defaults, params);
  }
}
