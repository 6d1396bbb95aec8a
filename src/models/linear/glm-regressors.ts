import type { Link } from "../../quantize/regressor-coding.js";
import { type Labels, type Rows, toMatrixOf, toTargets } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import { d2TweedieScore } from "../metrics/regression.js";
import type { PredictionMode } from "../prediction-mode.js";
import type { LinearFit } from "./linear-fit.js";
import { defaultLinearRegressorParams } from "./linear-params.js";
import { LinearRegressorEstimator, type RegressionProblem } from "./linear-regressor-estimator.js";
import { checkGlm, fitGlm, type GlmFamily, type GlmParams } from "./solvers/fit-glm.js";

/** Settings of a `TweedieRegressor`. */
export interface TweedieRegressorParams extends GlmParams {
  /** 0 (default): normal; 1: Poisson; between 1 and 2: compound Poisson and Gamma; 2: Gamma; 3: inverse Gaussian. */
  readonly power: number;
  /** `"auto"` (default): `"identity"` up to power 0, else `"log"`. */
  readonly link: "auto" | Link;
}

const defaults: GlmParams = {
  ...defaultLinearRegressorParams,
  alpha: 1,
  fitIntercept: true,
  tol: 1e-4,
  maxIter: 100,
};

/** What generalized linear regressors share. The server computes the linear score; the client takes the exponential. */
abstract class GlmRegressor<P extends GlmParams> extends LinearRegressorEstimator<P> {
  protected abstract family(): GlmFamily;

  protected override link(): Link {
    return this.family().link;
  }

  protected override checkSolver(): void {
    checkGlm(this.name, this.getParams());
  }

  protected override solve(problem: RegressionProblem): LinearFit {
    return fitGlm(this.name, problem, this.family(), this.getParams());
  }

  /** Share of the deviance that the model explains, the mean over targets. Errors: those of `predict`; `bad-argument` where predictions stay on the server. */
  override async score(x: Rows, y: Labels | Rows, mode: PredictionMode = {}): Promise<number> {
    const { rows } = toMatrixOf(this.nFeaturesIn, x, `${this.name}.score X`);
    const predicted = await this.scored(x, mode);
    const truth = toTargets(y, rows, `${this.name}.score y`);
    const column = (data: Float64Array, k: number) =>
      data.filter((_, i) => i % truth.columns === k);
    const { power } = this.family();
    const scores = Array.from({ length: truth.columns }, (_, k) =>
      d2TweedieScore(column(truth.data, k), column(predicted, k), { power }),
    );
    return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  }
}

/** Poisson regression with the logarithm as link: counts and frequencies; weights of rows are exposures. */
export class PoissonRegressor extends GlmRegressor<GlmParams> {
  constructor(params: Partial<GlmParams> = {}) {
    super("PoissonRegressor", defaults, params);
  }

  protected override family(): GlmFamily {
    return { power: 1, link: "log" };
  }
}

/** Gamma regression with the logarithm as link: sizes above 0 whose spread grows with them. */
export class GammaRegressor extends GlmRegressor<GlmParams> {
  constructor(params: Partial<GlmParams> = {}) {
    super("GammaRegressor", defaults, params);
  }

  protected override family(): GlmFamily {
    return { power: 2, link: "log" };
  }
}

/** Regression for the Tweedie distribution of `power`. */
export class TweedieRegressor extends GlmRegressor<TweedieRegressorParams> {
  constructor(params: Partial<TweedieRegressorParams> = {}) {
    super("TweedieRegressor", { ...defaults, power: 0, link: "auto" }, params);
  }

  protected override checkSolver(): void {
    super.checkSolver();
    const { power, link } = this.getParams();
    const check = new ParamChecks(this.name);
    check.oneOf("link", link, ["auto", "identity", "log"]);
    const known = Number.isFinite(power) && (power <= 0 || power >= 1);
    if (!known) throw check.bad("power", power, "Pass a number of at most 0 or at least 1");
  }

  protected override family(): GlmFamily {
    const { power, link } = this.getParams();
    return { power, link: link !== "auto" ? link : power <= 0 ? "identity" : "log" };
  }
}
