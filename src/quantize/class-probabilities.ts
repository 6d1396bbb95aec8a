import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { classProbabilities, sigmoid } from "./class-scores.js";

/**
 * From real scores to probabilities: `softmax` (logistic function for two classes); `sigmoid`: one against the rest, each score through
 * the logistic function, then divided by the sum; `modifiedHuber`: the same with the score clipped to -1 to 1 instead (Zadrozny and Elkan
 * 2002, as scikit-learn's SGDClassifier); `none`: the model's scores are no log-odds.
 */
export type ProbabilityRule = "softmax" | "sigmoid" | "modifiedHuber" | "none";

/** `value` as a rule, or `undefined`. */
export function probabilityRuleOf(value: unknown): ProbabilityRule | undefined {
  const rules: readonly ProbabilityRule[] = ["softmax", "sigmoid", "modifiedHuber", "none"];
  return rules.find((rule) => rule === value);
}

/** Probabilities `[rows, classes]` of real scores `[rows, outputs]`. Error `unsupported-op` for `none`. */
export function classProbabilitiesBy(rule: ProbabilityRule, scores: Tensor, path: string): Tensor {
  if (rule === "none") throw probabilitiesMissing(path);
  if (rule === "softmax") return classProbabilities(scores);
  const share =
    rule === "sigmoid" ? sigmoid : (s: number) => (Math.min(1, Math.max(-1, s)) + 1) / 2;
  const [rows = 0, outputs = 1] = scores.shape;
  if (outputs === 1) {
    const data = Float64Array.from({ length: 2 * rows }, (_, i) => {
      const one = share(scores.data[i >> 1] ?? 0);
      return i % 2 === 1 ? one : 1 - one;
    });
    return { shape: [rows, 2], data };
  }
  const data = scores.data.map(share);
  for (let start = 0; start < data.length; start += outputs) {
    const row = data.subarray(start, start + outputs);
    const sum = row.reduce((total, value) => total + value, 0);
    for (let k = 0; k < outputs; k++) row[k] = sum > 0 ? (row[k] ?? 0) / sum : 1 / outputs;
  }
  return { shape: [rows, outputs], data };
}

/** The same for `classes` classes; one class alone has all. */
export function classShares(
  rule: ProbabilityRule,
  scores: Tensor,
  classes: number,
  path: string,
): Tensor {
  if (classes > 1) return classProbabilitiesBy(rule, scores, path);
  return { shape: scores.shape, data: new Float64Array(scores.data.length).fill(1) };
}

/** The error of asking a model for probabilities that it does not have. */
export function probabilitiesMissing(path: string): VelumError {
  return new VelumError({
    code: "unsupported-op",
    path,
    problem: "this model's scores are distances, it has no probabilities",
    cure: "Use predict or decisionFunction, or a model with probabilities such as LogisticRegression",
  });
}
