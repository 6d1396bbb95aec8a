import { VelumError } from "../../base/error.js";
import { type Labels, toLabels, toRowWeights } from "../check-data.js";

/** Share of rows (0 to 1, weighted) on which the labels agree. Errors: `bad-shape`, `bad-argument` for no rows. */
export function accuracyScore(yTrue: Labels, yPredicted: Labels, sampleWeight?: Labels): number {
  const rows = "data" in yTrue ? yTrue.data.length : yTrue.length;
  const actual = toLabels(yTrue, rows, "accuracyScore yTrue");
  const predicted = toLabels(yPredicted, rows, "accuracyScore yPredicted");
  if (rows === 0) {
    throw new VelumError({
      code: "bad-argument",
      path: "accuracyScore yTrue",
      problem: "holds no labels",
      cure: "Pass at least one",
    });
  }
  const weights = toRowWeights(sampleWeight, rows, "accuracyScore sampleWeight");
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const hits = weights.filter((_, i) => actual[i] === predicted[i]);
  return hits.reduce((sum, weight) => sum + weight, 0) / total;
}
