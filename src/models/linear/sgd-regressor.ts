import { ParamChecks } from "../check-params.js";
import { type LinearFit, stackFits } from "./linear-fit.js";
import { defaultLinearRegressorParams, type LinearRegressorParams } from "./linear-params.js";
import { LinearRegressorEstimator, type RegressionProblem } from "./linear-regressor-estimator.js";
import { columnsOf } from "./solvers/least-squares.js";
import { checkSgd, fitSgd, type SgdSettings, sgdDefaults } from "./solvers/sgd.js";
import { type RegressorLoss, regressorLoss } from "./solvers/sgd-losses.js";

/** Settings of an `SGDRegressor`. */
export interface SGDRegressorParams extends LinearRegressorParams, SgdSettings {
  readonly loss: RegressorLoss;
  /** Where `"huber"` turns linear; the free width around targets of the insensitive losses. Default 0.1. */
  readonly epsilon: number;
}

const defaults: SGDRegressorParams = {
  ...defaultLinearRegressorParams,
  ...sgdDefaults,
  loss: "squared_error",
  epsilon: 0.1,
  learningRate: "invscaling",
  powerT: 0.25,
};

/** Linear regression by stochastic gradient descent; scale the features first. One run a target. */
export class SGDRegressor extends LinearRegressorEstimator<SGDRegressorParams> {
  constructor(params: Partial<SGDRegressorParams> = {}) {
    super("SGDRegressor", defaults, params);
  }

  protected override checkSolver(): void {
    const { loss, epsilon } = this.getParams();
    checkSgd(this.name, this.getParams());
    const check = new ParamChecks(this.name);
    const losses = ["squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"];
    check.oneOf("loss", loss, losses);
    check.atLeast("epsilon", epsilon, 0);
  }

  protected override solve({ x, y, rowWeights }: RegressionProblem): LinearFit {
    const params = this.getParams();
    const loss = regressorLoss(params.loss, params.epsilon);
    const fits = columnsOf(y).map((target) =>
      fitSgd({ x, y: target, rowWeights, loss, classes: false }, params),
    );
    return stackFits(fits, x.columns);
  }
}
