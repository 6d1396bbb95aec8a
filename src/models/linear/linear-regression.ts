import type { LinearFit } from "./linear-fit.js";
import { defaultLinearRegressorParams, type LinearRegressorParams } from "./linear-params.js";
import { LinearRegressorEstimator, type RegressionProblem } from "./linear-regressor-estimator.js";
import { centered, withIntercept } from "./solvers/center.js";
import { elasticNet } from "./solvers/coordinate-descent.js";
import { leastSquares } from "./solvers/least-squares.js";

/** Settings of a `LinearRegression`. */
export interface LinearRegressionParams extends LinearRegressorParams {
  readonly fitIntercept: boolean;
  /** Weights of at least 0 alone. Default false. */
  readonly positive: boolean;
}

const defaults: LinearRegressionParams = {
  ...defaultLinearRegressorParams,
  fitIntercept: true,
  positive: false,
};

/**
 * Ordinary least squares; where features depend on each other, the shortest weights.
 *
 *     const model = new LinearRegression().fit(XTrain, yTrain);
 *     const circuit = await model.compile(XTrain);
 *     await model.predict(XTest, { fhe: "execute" });
 *     await circuit.close();
 */
export class LinearRegression extends LinearRegressorEstimator<LinearRegressionParams> {
  constructor(params: Partial<LinearRegressionParams> = {}) {
    super("LinearRegression", defaults, params);
  }

  protected override checkSolver(): void {}

  protected override solve(data: RegressionProblem): LinearFit {
    const { fitIntercept, positive } = this.getParams();
    const problem = centered(data, fitIntercept);
    if (positive) {
      const limits = { l1: 0, l2: 0, positive, tol: 1e-12, maxIter: 100_000 };
      const { weights, ...account } = elasticNet({ ...problem, ...limits });
      return withIntercept(problem, weights, fitIntercept, account);
    }
    const weights = leastSquares(problem.x, problem.y, []);
    const account = { iterations: 0, converged: true };
    return withIntercept(problem, weights, fitIntercept, account);
  }
}
