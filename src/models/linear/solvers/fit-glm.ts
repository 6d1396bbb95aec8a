import { VelumError } from "../../../base/error.js";
import type { Link } from "../../../quantize/regressor-coding.js";
import type { Matrix } from "../../check-data.js";
import { ParamChecks } from "../../check-params.js";
import { type LinearFit, stackFits } from "../linear-fit.js";
import type { LinearRegressorParams } from "../linear-params.js";
import type { RegressionProblem } from "../linear-regressor-estimator.js";
import { minimizeLbfgs, type Objective } from "./lbfgs.js";

/** Settings of generalized linear regressors; names and defaults of scikit-learn's. */
export interface GlmParams extends LinearRegressorParams {
  /** Strength of the penalty: `alpha / 2` times the squared weights is added to half the mean deviance. Default 1. */
  readonly alpha: number;
  readonly fitIntercept: boolean;
  /** The solver stops when no entry of the gradient exceeds this. */
  readonly tol: number;
  readonly maxIter: number;
}

/** A distribution by its Tweedie power, and the link from score to mean. */
export interface GlmFamily {
  /** 0: normal, 1: Poisson, 1 to 2: compound Poisson and Gamma, 2: Gamma, 3: inverse Gaussian. */
  readonly power: number;
  readonly link: Link;
}

/**
 * Fits a generalized linear model by L-BFGS: half the mean Tweedie deviance plus the penalty. The optimum is scikit-learn's. Source:
 * Jørgensen, The Theory of Dispersion Models, 1997, chapter 4. Errors: `bad-argument` for targets outside the distribution.
 */
export function fitGlm(
  name: string,
  { x, y, rowWeights }: RegressionProblem,
  family: GlmFamily,
  settings: GlmParams,
): LinearFit {
  checkTargets(name, y, family.power);
  const total = rowWeights.reduce((sum, weight) => sum + weight, 0);
  const shares = rowWeights.map((weight) => weight / total);
  const fits = Array.from({ length: y.columns }, (_, k) => {
    const target = Float64Array.from({ length: y.rows }, (_, i) => y.data[i * y.columns + k] ?? 0);
    const start = new Float64Array(x.columns + 1);
    const mean = target.reduce((sum, t, i) => sum + t * (shares[i] ?? 0), 0);
    if (settings.fitIntercept) start[x.columns] = family.link === "log" ? Math.log(mean) : mean;
    const objective = glmObjective(x, target, shares, family, settings);
    const found = minimizeLbfgs(objective, start, settings.tol, settings.maxIter);
    return {
      weights: found.point.subarray(0, x.columns),
      intercept: found.point[x.columns] ?? 0,
      iterations: found.iterations,
      converged: found.converged,
    };
  });
  return stackFits(fits, x.columns);
}

function glmObjective(
  x: Matrix,
  target: Float64Array,
  shares: Float64Array,
  { power, link }: GlmFamily,
  { alpha, fitIntercept }: GlmParams,
): Objective {
  const pointLoss = link === "log" ? logLinkLoss(power) : identityLoss(power);
  return (point, gradient) => {
    gradient.fill(0);
    let value = 0;
    for (let j = 0; j < x.columns; j++) {
      const w = point[j] ?? 0;
      value += 0.5 * alpha * w * w;
      gradient[j] = alpha * w;
    }
    for (let row = 0; row < x.rows; row++) {
      const start = row * x.columns;
      let score = point[x.columns] ?? 0;
      for (let j = 0; j < x.columns; j++) score += (point[j] ?? 0) * (x.data[start + j] ?? 0);
      const share = shares[row] ?? 0;
      const { loss, slope } = pointLoss(score, target[row] ?? 0);
      value += share * loss;
      for (let j = 0; j < x.columns; j++) {
        gradient[j] = (gradient[j] ?? 0) + share * slope * (x.data[start + j] ?? 0);
      }
      if (fitIntercept) gradient[x.columns] = (gradient[x.columns] ?? 0) + share * slope;
    }
    return value;
  };
}

type ScoreLoss = (score: number, y: number) => { readonly loss: number; readonly slope: number };

/** Half the deviance, up to a constant of the target, with mean `exp(score)`; and its slope. */
function logLinkLoss(power: number): ScoreLoss {
  if (power === 0) {
    return (score, y) => {
      const mean = Math.exp(score);
      return { loss: 0.5 * (y - mean) ** 2, slope: mean * (mean - y) };
    };
  }
  if (power === 1) {
    return (score, y) => {
      const mean = Math.exp(score);
      return { loss: mean - y * score, slope: mean - y };
    };
  }
  if (power === 2) {
    return (score, y) => {
      const share = y * Math.exp(-score);
      return { loss: score + share, slope: 1 - share };
    };
  }
  return (score, y) => {
    const a = Math.exp((2 - power) * score);
    const b = y * Math.exp((1 - power) * score);
    return { loss: a / (2 - power) - b / (1 - power), slope: a - b };
  };
}

/** The same with the score as mean, which must stay above 0 from power 1 on: infinity elsewhere makes the line search turn back. */
function identityLoss(power: number): ScoreLoss {
  if (power === 0) return (score, y) => ({ loss: 0.5 * (y - score) ** 2, slope: score - y });
  return (score, y) => {
    if (score <= 0) return { loss: Number.POSITIVE_INFINITY, slope: 0 };
    if (power === 1) return { loss: score - y * Math.log(score), slope: 1 - y / score };
    if (power === 2) return { loss: Math.log(score) + y / score, slope: (score - y) / score ** 2 };
    const a = score ** (2 - power) / (2 - power);
    const b = (y * score ** (1 - power)) / (1 - power);
    return { loss: a - b, slope: score ** (1 - power) - y * score ** -power };
  };
}

function checkTargets(name: string, y: Matrix, power: number): void {
  const least = power >= 2 ? "above 0" : power >= 1 ? "of at least 0" : "";
  const fits = (value: number) => power < 1 || value > 0 || (value === 0 && power < 2);
  const zero = power >= 1 && power < 2 && y.data.every((value) => value === 0);
  if (y.data.every(fits) && !zero) return;
  throw new VelumError({
    code: "bad-argument",
    path: `${name}.fit y`,
    problem: zero ? "all targets are 0" : `a target is not ${least}`,
    limit: 0,
    cure: `Pass targets ${least}${zero ? ", some above" : ""}, or choose another distribution`,
  });
}

/** Refuses settings out of range. Errors: `bad-argument`. */
export function checkGlm(name: string, { alpha, tol, maxIter }: GlmParams): void {
  const check = new ParamChecks(name);
  check.atLeast("alpha", alpha, 0);
  check.positive("tol", tol);
  check.whole("maxIter", maxIter, 1);
}
