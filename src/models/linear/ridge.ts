import { VelumError } from "../../base/error.js";
import { ParamChecks } from "../check-params.js";
import type { LinearFit } from "./linear-fit.js";
import { defaultLinearRegressorParams, type LinearRegressorParams } from "./linear-params.js";
import { LinearRegressorEstimator, type RegressionProblem } from "./linear-regressor-estimator.js";
import { centered, withIntercept } from "./solvers/center.js";
import { elasticNet } from "./solvers/coordinate-descent.js";
import { leastSquares } from "./solvers/least-squares.js";

/** Settings of a `Ridge`. */
export interface RidgeParams extends LinearRegressorParams {
  /** Strength of the penalty, at least 0; one in all or one a target. Default 1. */
  readonly alpha: number | readonly number[];
  readonly fitIntercept: boolean;
  /** Weights of at least 0 alone; one `alpha` then. Default false. */
  readonly positive: boolean;
}

const defaults: RidgeParams = {
  ...defaultLinearRegressorParams,
  alpha: 1,
  fitIntercept: true,
  positive: false,
};

/** Least squares plus `alpha` times the squared weights (not the intercept). */
export class Ridge extends LinearRegressorEstimator<RidgeParams> {
  constructor(params: Partial<RidgeParams> = {}) {
    super("Ridge", defaults, params);
  }

  protected override checkSolver(): void {
    const { alpha } = this.getParams();
    const check = new ParamChecks(this.name);
    for (const one of Array.isArray(alpha) ? alpha : [alpha]) check.atLeast("alpha", one, 0);
  }

  protected override solve(data: RegressionProblem): LinearFit {
    const { fitIntercept, positive, alpha } = this.getParams();
    const alphas = alphasOf(alpha, data.y.columns);
    const problem = centered(data, fitIntercept);
    if (positive) {
      const limits = { l1: 0, l2: alphas[0] ?? 0, positive, tol: 1e-12, maxIter: 100_000 };
      const { weights, ...account } = elasticNet({ ...problem, ...limits });
      return withIntercept(problem, weights, fitIntercept, account);
    }
    const weights = leastSquares(problem.x, problem.y, alphas);
    const account = { iterations: 0, converged: true };
    return withIntercept(problem, weights, fitIntercept, account);
  }
}

function alphasOf(alpha: number | readonly number[], targets: number): readonly number[] {
  if (typeof alpha === "number") return new Array<number>(targets).fill(alpha);
  if (alpha.length === targets) return alpha;
  throw new VelumError({
    code: "bad-argument",
    path: "Ridge alpha",
    problem: `has ${alpha.length} entries for ${targets} targets`,
    limit: targets,
    actual: alpha.length,
    cure: "Pass one number, or one a target",
  });
}
