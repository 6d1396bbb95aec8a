import { ForestClassifier, type ForestClassifierParams } from "./forest-classifier.js";
import { forestDefaults } from "./forest-params.js";

const defaults: ForestClassifierParams = {
  ...forestDefaults,
  criterion: "gini",
  classWeight: null,
  maxFeatures: "sqrt",
};

/**
 * scikit-learn's random forest for classes; the same data, settings and seed give the same trees.
 *
 *     const forest = new RandomForestClassifier({ nEstimators: 20, maxDepth: 4 }).fit(XTrain, yTrain);
 *     await forest.predictProba(XTest);
 */
export class RandomForestClassifier extends ForestClassifier {
  protected override readonly splitter = "best";

  constructor(params: Partial<ForestClassifierParams> = {}) {
    super("RandomForestClassifier", defaults, params);
  }
}
