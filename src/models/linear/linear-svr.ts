import { ParamChecks } from "../check-params.js";
import { type LinearFit, stackFits } from "./linear-fit.js";
import { defaultLinearRegressorParams, type LinearRegressorParams } from "./linear-params.js";
import { LinearRegressorEstimator, type RegressionProblem } from "./linear-regressor-estimator.js";
import { supportVectors } from "./solvers/dual-descent.js";
import { columnsOf } from "./solvers/least-squares.js";
import { checkSupport, type SupportSettings, supportDefaults } from "./support-settings.js";

/** Settings of a `LinearSVR`. */
export interface LinearSVRParams extends LinearRegressorParams, SupportSettings {
  readonly loss: "epsilon_insensitive" | "squared_epsilon_insensitive";
  /** Half the width around a target that costs nothing. Default 0. */
  readonly epsilon: number;
}

const defaults: LinearSVRParams = {
  ...defaultLinearRegressorParams,
  ...supportDefaults,
  loss: "epsilon_insensitive",
  epsilon: 0,
};

/** Linear support vector regression; each target on its own. */
export class LinearSVR extends LinearRegressorEstimator<LinearSVRParams> {
  constructor(params: Partial<LinearSVRParams> = {}) {
    super("LinearSVR", defaults, params);
  }

  protected override checkSolver(): void {
    const { loss, epsilon } = this.getParams();
    checkSupport(this.name, this.getParams());
    const check = new ParamChecks(this.name);
    check.oneOf("loss", loss, ["epsilon_insensitive", "squared_epsilon_insensitive"]);
    check.atLeast("epsilon", epsilon, 0);
  }

  protected override solve({ x, y, rowWeights }: RegressionProblem): LinearFit {
    const { C, loss, epsilon, fitIntercept, interceptScaling, ...rest } = this.getParams();
    const { tol, maxIter, randomState } = rest;
    const fits = columnsOf(y).map((target) =>
      supportVectors({
        ...{ x, y: target, tol, maxIter, randomState, epsilon },
        cost: rowWeights.map((weight) => C * weight),
        squared: loss === "squared_epsilon_insensitive",
        interceptScaling: fitIntercept ? interceptScaling : 0,
      }),
    );
    return stackFits(fits, x.columns);
  }
}
