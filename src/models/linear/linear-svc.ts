import type { ProbabilityRule } from "../../quantize/class-probabilities.js";
import { ParamChecks } from "../check-params.js";
import { supportVectors } from "./dual-descent.js";
import { type ClassProblem, LinearClassifierEstimator } from "./linear-classifier-estimator.js";
import { type LinearFit, stackFits } from "./linear-fit.js";
import { defaultLinearClassifierParams, type LinearClassifierParams } from "./linear-params.js";
import { oneAgainstRest } from "./one-against-rest.js";
import { checkSupport, type SupportSettings, supportDefaults } from "./support-settings.js";

/** Settings of a `LinearSVC`. */
export interface LinearSVCParams extends LinearClassifierParams, SupportSettings {
  readonly loss: "hinge" | "squared_hinge";
}

const defaults: LinearSVCParams = {
  ...defaultLinearClassifierParams,
  ...supportDefaults,
  loss: "squared_hinge",
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
