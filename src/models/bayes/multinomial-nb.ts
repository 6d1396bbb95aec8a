import { VelumError } from "../../base/error.js";
import type { ProbabilityRule } from "../../quantize/class-probabilities.js";
import { ParamChecks } from "../check-params.js";
import {
  type ClassProblem,
  LinearClassifierEstimator,
} from "../linear/linear-classifier-estimator.js";
import type { LinearFit } from "../linear/linear-fit.js";
import {
  defaultLinearClassifierParams,
  type LinearClassifierParams,
} from "../linear/linear-params.js";

/** Settings of a `MultinomialNB`. */
export interface MultinomialNBParams extends LinearClassifierParams {
  /** Counts added to every feature of every class (Lidstone), above 0. Default 1. */
  readonly alpha: number;
}

const defaults: MultinomialNBParams = {
  ...defaultLinearClassifierParams,
  alpha: 1,
};

/** Naive Bayes of counts, e.g. of words. Its scores are linear in the counts, so it runs as a linear model; two classes have one score. */
export class MultinomialNB extends LinearClassifierEstimator<MultinomialNBParams> {
  constructor(params: Partial<MultinomialNBParams> = {}) {
    super("MultinomialNB", defaults, params);
  }

  protected override probabilityRule(): ProbabilityRule {
    return "softmax";
  }

  protected override checkSolver(): void {
    new ParamChecks(this.name).positive("alpha", this.getParams().alpha);
  }

  protected override solve({ x, target, classes, rowWeights }: ClassProblem): LinearFit {
    if (x.data.some((count) => count < 0)) {
      throw new VelumError({
        code: "bad-argument",
        path: `${this.name}.fit X`,
        problem: "a count is below 0",
        limit: 0,
        cure: "Pass counts of at least 0, not scaled features",
      });
    }
    const counts = new Float64Array(classes * x.columns).fill(this.getParams().alpha);
    const rows = new Float64Array(classes);
    x.data.forEach((count, i) => {
      const row = Math.floor(i / x.columns);
      const at = (target[row] ?? 0) * x.columns + (i % x.columns);
      counts[at] = (counts[at] ?? 0) + count * (rowWeights[row] ?? 0);
    });
    target.forEach((k, i) => {
      rows[k] = (rows[k] ?? 0) + (rowWeights[i] ?? 0);
    });
    const total = rows.reduce((sum, count) => sum + count, 0);
    const sums = rows.map((_, k) =>
      counts.subarray(k * x.columns, (k + 1) * x.columns).reduce((sum, count) => sum + count, 0),
    );
    const logs = counts.map((count, i) => Math.log(count / (sums[Math.floor(i / x.columns)] ?? 1)));
    const priors = rows.map((count) => Math.log(count / total));
    const account = { iterations: 0, converged: true };
    if (classes > 2)
      return { coef: { shape: [classes, x.columns], data: logs }, intercept: priors, ...account };
    const coef = logs.slice(x.columns).map((log, j) => log - (logs[j] ?? 0));
    const intercept = Float64Array.of((priors[1] ?? 0) - (priors[0] ?? 0));
    return { coef: { shape: [1, x.columns], data: coef }, intercept, ...account };
  }
}
