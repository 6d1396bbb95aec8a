import type { ProbabilityRule } from "../../quantize/class-probabilities.js";
import { ParamChecks } from "../check-params.js";
import { supportVectors } from "./dual-descent.js";
import { type ClassProblem, LinearClassifierEstimator } from "./linear-classifier-estimator.js";
import type { LinearFit } from "./linear-fit.js";
import { defaultLinearClassifierParams, type LinearClassifierParams } from "./linear-params.js";
import { oneAgainstRest } from "./one-against-rest.js";
import { stackFits } from "./sgd-regressor.js";

/** What `LinearSVC` and `LinearSVR` share; names and defaults of scikit-learn's. */
export interface SupportSettings {
  /** Cost of an error against the size of the weights, above 0. Default 1. */
  readonly C: number;
  readonly fitIntercept: boolean;
  /** The intercept is the weight of a feature of this value, and is penalised with the others: larger penalises it less. Default 1. */
  readonly interceptScaling: number;
  /** The solver stops when no row's slope exceeds this. */
  readonly tol: number;
  /** Passes over the rows, at most. */
  readonly maxIter: number;
  readonly randomState: number;
}

/** Settings of a `LinearSVC`. */
export interface LinearSVCParams extends LinearClassifierParams, SupportSettings {
  readonly loss: "hinge" | "squared_hinge";
}

const defaults: LinearSVCParams = {
  ...defaultLinearClassifierParams,
  loss: "squared_hinge",
  C: 1,
  fitIntercept: true,
  interceptScaling: 1,
  tol: 1e-4,
  maxIter: 1000,
  randomState: 0,
};

/** Linear support vector classifier with the l2 penalty, three and more classes one against the rest. It has no probabilities. */
export class LinearSVC extends LinearClassifierEstimator<LinearSVCParams> {
  constructor(params: Partial<LinearSVCParams> = {}) {
    super("LinearSVC", defaults, params);
  }

  protected override probabilityRule(): ProbabilityRule {
    return "none";
  }

  protected override checkSolver(): void {
    const params = this.getParams();
    checkSupport(this.name, params);
    const check = new ParamChecks(this.name);
    check.oneOf("loss", params.loss, ["hinge", "squared_hinge"]);
  }

  protected override solve(problem: ClassProblem): LinearFit {
    const { x } = problem;
    const { C, loss, fitIntercept, interceptScaling, tol, maxIter, randomState } = this.getParams();
    const fits = oneAgainstRest(problem).map(({ y, rowWeights }) =>
      supportVectors({
        ...{ x, y, tol, maxIter, randomState },
        cost: rowWeights.map((weight) => C * weight),
        squared: loss === "squared_hinge",
        epsilon: null,
        interceptScaling: fitIntercept ? interceptScaling : 0,
      }),
    );
    return stackFits(fits, x.columns);
  }
}

/** Refuses settings out of range. Errors: `bad-argument`. */
export function checkSupport(name: string, settings: SupportSettings): void {
  const check = new ParamChecks(name);
  check.positive("C", settings.C);
  check.positive("interceptScaling", settings.interceptScaling);
  check.positive("tol", settings.tol);
  check.whole("maxIter", settings.maxIter, 1);
  check.whole("randomState", settings.randomState, 0, 2 ** 32 - 1);
}
