import type { ProbabilityRule } from "../../quantize/class-probabilities.js";
import { ParamChecks } from "../check-params.js";
import { type ClassProblem, LinearClassifierEstimator } from "./linear-classifier-estimator.js";
import { type LinearFit, stackFits } from "./linear-fit.js";
import { defaultLinearClassifierParams, type LinearClassifierParams } from "./linear-params.js";
import { oneAgainstRest } from "./one-against-rest.js";
import { supportVectors } from "./solvers/dual-descent.js";
import { sparseSupport } from "./solvers/sparse-support.js";
import { checkSupport, type SupportSettings, supportDefaults } from "./support-settings.js";

/** Settings of a `LinearSVC`. */
export interface LinearSVCParams extends LinearClassifierParams, SupportSettings {
  readonly loss: "hinge" | "squared_hinge";
  /** Half the squared weights, or their sizes; `"l1"` makes many of them 0 and takes the squared loss alone. Default `"l2"`. */
  readonly penalty: "l2" | "l1";
}

const defaults: LinearSVCParams = {
  ...defaultLinearClassifierParams,
  ...supportDefaults,
  loss: "squared_hinge",
  penalty: "l2",
};

/** Linear support vector classifier, three and more classes one against the rest. It has no probabilities. */
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
    check.oneOf("penalty", params.penalty, ["l2", "l1"]);
    if (params.penalty === "l1")
      check.oneOf("loss with penalty l1", params.loss, ["squared_hinge"]);
  }

  protected override solve(problem: ClassProblem): LinearFit {
    const { x } = problem;
    const { C, loss, penalty, fitIntercept, tol, maxIter, randomState } = this.getParams();
    const interceptScaling = fitIntercept ? this.getParams().interceptScaling : 0;
    const fits = oneAgainstRest(problem).map(({ y, rowWeights }) => {
      const cost = rowWeights.map((weight) => C * weight);
      const rows = { x, y, cost, interceptScaling, tol, maxIter };
      if (penalty === "l1") return sparseSupport(rows);
      const squared = loss === "squared_hinge";
      return supportVectors({ ...rows, randomState, squared, epsilon: null });
    });
    return stackFits(fits, x.columns);
  }
}
