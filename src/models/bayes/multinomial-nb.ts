import { VelumError } from "../../base/error.js";
import type { ProbabilityRule } from "../../quantize/class-probabilities.js";
import { ParamChecks } from "../check-params.js";
import {
  type ClassProblem,
  LinearClassifierEstimator,
} from "../linear/linear-classifier-estimator.js";
import {
  defaultLinearClassifierParams,
  type LinearClassifierParams,
} from "../linear/linear-params.js";
import {
  checkPriors,
  givenPriors,
  logPriors,
  type PriorParams,
  priorDefaults,
} from "./class-priors.js";

/** Settings of a `MultinomialNB`. */
export interface MultinomialNBParams extends LinearClassifierParams, PriorParams {
  /** Counts added to every feature of every class (Lidstone), above 0. Default 1. */
  readonly alpha: number;
}

const defaults: MultinomialNBParams = {
  ...defaultLinearClassifierParams,
  ...priorDefaults,
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

  /** Rows of each class (sum of weights). Errors: `not-fitted`, as all here. */
  get classCount(): Float64Array {
    return this.#details("classCount")[0] ?? new Float64Array();
  }

  /** Logarithm of each class's probability. */
  get classLogPrior(): Float64Array {
    return this.#details("classLogPrior")[0] ?? new Float64Array();
  }

  /** `[classes][features]` counts (weighted) of each feature. */
  get featureCount(): readonly Float64Array[] {
    return this.#details("featureCount");
  }

  /** `[classes][features]` logarithm of each feature's share of a class's counts. */
  get featureLogProb(): readonly Float64Array[] {
    return this.#details("featureLogProb");
  }

  /** One class alone is every row's, as of all naive Bayes models. */
  protected override get fewestClasses(): 1 {
    return 1;
  }

  #details(name: string): readonly Float64Array[] {
    return this.fitted().details?.[name] ?? [];
  }

  protected override checkSolver(): void {
    const { alpha, classPrior } = this.getParams();
    new ParamChecks(this.name).positive("alpha", alpha);
    checkPriors(this.name, "classPrior", classPrior);
  }

  protected override solve({ x, target, classes, rowWeights }: ClassProblem) {
    if (x.data.some((count) => count < 0)) {
      throw new VelumError({
        code: "bad-argument",
        path: `${this.name}.fit X`,
        problem: "a count is below 0",
        limit: 0,
        cure: "Pass counts of at least 0, not scaled features",
      });
    }
    const { alpha } = this.getParams();
    const featureCount = Array.from({ length: classes }, () => new Float64Array(x.columns));
    const classCount = new Float64Array(classes);
    target.forEach((k, row) => {
      const weight = rowWeights[row] ?? 0;
      classCount[k] = (classCount[k] ?? 0) + weight;
      const own = featureCount[k] ?? new Float64Array();
      for (let j = 0; j < x.columns; j++) {
        own[j] = (own[j] ?? 0) + weight * (x.data[row * x.columns + j] ?? 0);
      }
    });
    const featureLogProb = featureCount.map((own) => {
      const sum = own.reduce((total, count) => total + count + alpha, 0);
      return own.map((count) => Math.log((count + alpha) / sum));
    });
    const given = givenPriors(this.getParams(), classes);
    const priors = logPriors(classCount, given, `${this.name}.fit`);
    const [first = new Float64Array(), second = first] = featureLogProb;
    const rows = classes > 2 ? featureLogProb : [second.map((log, j) => log - (first[j] ?? 0))];
    return {
      coef: {
        shape: [rows.length, x.columns],
        data: Float64Array.from(rows.flatMap((own) => Array.from(own))),
      },
      intercept: classes > 2 ? priors : Float64Array.of((priors[1] ?? 0) - (priors[0] ?? 0)),
      ...{ iterations: 0, converged: true },
      details: { featureCount, featureLogProb, classCount: [classCount], classLogPrior: [priors] },
    };
  }
}
