import { ParamChecks } from "../check-params.js";
import type { LinearFit } from "./linear-fit.js";
import { defaultLinearRegressorParams, type LinearRegressorParams } from "./linear-params.js";
import { LinearRegressorEstimator, type RegressionProblem } from "./linear-regressor-estimator.js";
import { centered, withIntercept } from "./solvers/center.js";
import { elasticNet } from "./solvers/coordinate-descent.js";

/** Settings of a `Lasso`. */
export interface LassoParams extends LinearRegressorParams {
  /** Strength of the penalty, at least 0. Default 1. */
  readonly alpha: number;
  readonly fitIntercept: boolean;
  /** Weights of at least 0 alone. Default false. */
  readonly positive: boolean;
  /** The solver stops when the duality gap is below this share of the squared targets. */
  readonly tol: number;
  readonly maxIter: number;
}

/** Settings of an `ElasticNet`. */
export interface ElasticNetParams extends LassoParams {
  /** Share of the l1 norm in the penalty, 0 to 1. Default 0.5. */
  readonly l1Ratio: number;
}

const lassoDefaults: LassoParams = {
  ...defaultLinearRegressorParams,
  alpha: 1,
  fitIntercept: true,
  positive: false,
  tol: 1e-4,
  maxIter: 1000,
};

/** `|y - X w|^2 / (2 rows) + alpha |w|_1`: many weights become exactly 0. */
export class Lasso extends LinearRegressorEstimator<LassoParams> {
  constructor(params: Partial<LassoParams> = {}) {
    super("Lasso", lassoDefaults, params);
  }

  protected override checkSolver(): void {
    checkElastic(this.name, { ...this.getParams(), l1Ratio: 1 });
  }

  protected override solve(data: RegressionProblem): LinearFit {
    return fitElastic(data, { ...this.getParams(), l1Ratio: 1 });
  }
}

/** `|y - X w|^2 / (2 rows) + alpha (l1Ratio |w|_1 + (1 - l1Ratio) |w|^2 / 2)`. */
export class ElasticNet extends LinearRegressorEstimator<ElasticNetParams> {
  constructor(params: Partial<ElasticNetParams> = {}) {
    super("ElasticNet", { ...lassoDefaults, l1Ratio: 0.5 }, params);
  }

  protected override checkSolver(): void {
    checkElastic(this.name, this.getParams());
  }

  protected override solve(data: RegressionProblem): LinearFit {
    return fitElastic(data, this.getParams());
  }
}

function fitElastic(data: RegressionProblem, params: ElasticNetParams): LinearFit {
  const { fitIntercept, alpha, l1Ratio, positive, tol, maxIter } = params;
  const problem = centered(data, fitIntercept);
  const total = data.rowWeights.reduce((sum, weight) => sum + weight, 0);
  const l1 = alpha * l1Ratio * total;
  const l2 = alpha * (1 - l1Ratio) * total;
  const { weights, ...account } = elasticNet({ ...problem, l1, l2, positive, tol, maxIter });
  return withIntercept(problem, weights, fitIntercept, account);
}

function checkElastic(name: string, { alpha, l1Ratio, tol, maxIter }: ElasticNetParams): void {
  const check = new ParamChecks(name);
  check.atLeast("alpha", alpha, 0);
  check.between("l1Ratio", l1Ratio, 0, 1);
  check.positive("tol", tol);
  check.whole("maxIter", maxIter, 1);
}
