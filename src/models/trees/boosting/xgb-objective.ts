import { VelumError } from "../../../base/error.js";
import { requirePositive } from "../../positive-targets.js";
import type { Derivatives } from "./histogram.js";
import { absoluteLoss, quantileLoss } from "./xgb-quantile-loss.js";

export type XgbRegression =
  | "reg:squarederror"
  | "reg:absoluteerror"
  | "reg:quantileerror"
  | "reg:logistic"
  | "count:poisson"
  | "reg:gamma"
  | "reg:tweedie";

/** What a loss needs besides targets. */
export interface XgbLossSettings {
  /** Factor of rows of class 1. */
  readonly scalePosWeight: number;
  /** Poisson only: guards the second derivative. */
  readonly maxDeltaStep: number;
  /** Tweedie only: above 1 and below 2. */
  readonly tweedieVariancePower: number;
  /** `reg:quantileerror` only: above 0 and below 1. */
  readonly quantileAlpha: number | null;
}

/** Targets and weights of the training rows. */
export interface BoostTargets {
  /** `[rows]` target, or index of the class. */
  readonly y: Float64Array;
  readonly weights: Float64Array | undefined;
}

/** A loss by its derivatives; numbers are rounded to single precision where XGBoost keeps them so. */
export interface XgbObjective {
  /** Scores a row has. */
  readonly outputs: number;
  /** Where rows begin without a given score; `[outputs]`. */
  start(targets: BoostTargets): Float64Array;
  /** The score of a given `baseScore`. Errors: `bad-argument` where the loss has no such score. */
  scoreOf(baseScore: number): number;
  /** Whether second derivatives depend on no score; `"approx"` then needs no new bins. */
  readonly constantHessian: boolean;
  /** Derivatives for output `k` at `scores` (`[rows, outputs]`). */
  derive(targets: BoostTargets, scores: Float32Array, k: number, out: Derivatives): void;
  /** The value of a leaf whose rows lack `residuals`, before the learning rate, where derivatives do not give it. */
  readonly leaf?: (residuals: Float64Array, weights: Float64Array | undefined) => number;
}

const f = Math.fround;
/** Least second derivative of logistic losses. */
const least = f(1e-16);

/** `reg:logistic` and `binary:logistic`. */
export function logisticLoss(settings: Pick<XgbLossSettings, "scalePosWeight">): XgbObjective {
  const factor = f(settings.scalePosWeight);
  return {
    outputs: 1,
    constantHessian: false,
    scoreOf: (share) => {
      if (share > 0 && share < 1) return logit(share);
      throw badBase(share, "above 0 and below 1");
    },
    start: ({ y, weights }) => {
      let sum = 0;
      let total = 0;
      y.forEach((target, i) => {
        const weight = (weights?.[i] ?? 1) * (target === 1 ? factor : 1);
        sum += weight * target;
        total += weight;
      });
      // Weighted classes begin after one Newton step from 0, as XGBoost has it, others at the mean.
      if (factor !== 1) return Float64Array.of(f((4 * sum) / total - 2));
      return Float64Array.of(logit(Math.min(1 - 1e-6, Math.max(1e-6, sum / total))));
    },
    derive: ({ y, weights }, scores, _k, { gradient, hessian }) => {
      for (let i = 0; i < y.length; i++) {
        const target = f(y[i] ?? 0);
        const p = sigmoid32(scores[i] ?? 0);
        const weight = f((weights?.[i] ?? 1) * (target === 1 ? factor : 1));
        gradient[i] = f(p - target) * weight;
        hessian[i] = Math.max(f(p * f(1 - p)), least) * weight;
      }
    },
  };
}

/** `multi:softprob`: one score for each of `classes`. */
export function softmaxLoss(classes: number): XgbObjective {
  return {
    outputs: classes,
    constantHessian: false,
    scoreOf: (score) => score,
    start: ({ y, weights }) => {
      const shares = new Float64Array(classes);
      y.forEach((k, i) => {
        shares[k] = (shares[k] ?? 0) + (weights?.[i] ?? 1);
      });
      const total = shares.reduce((sum, share) => sum + share, 0);
      const logs = shares.map((share) => Math.log(Math.max(share / total, least)));
      const mean = logs.reduce((sum, log) => sum + log, 0) / classes;
      return logs.map((log) => f(log - mean));
    },
    derive: ({ y, weights }, scores, k, { gradient, hessian }) => {
      for (let i = 0; i < y.length; i++) {
        const from = i * classes;
        let top = scores[from] ?? 0;
        for (let c = 1; c < classes; c++) top = Math.max(top, scores[from + c] ?? 0);
        let sum = 0;
        for (let c = 0; c < classes; c++) sum += f(Math.exp(f((scores[from + c] ?? 0) - top)));
        const p = f(f(Math.exp(f((scores[from + k] ?? 0) - top))) / f(sum));
        const weight = f(weights?.[i] ?? 1);
        gradient[i] = f(y[i] === k ? p - 1 : p) * weight;
        hessian[i] = Math.max(f(f(2 * p) * f(1 - p)) * weight, least);
      }
    },
  };
}

/** The losses of `XGBRegressor`. */
export function regressionLoss(name: XgbRegression, settings: XgbLossSettings): XgbObjective {
  if (name === "reg:logistic") return logisticLoss(settings);
  if (name === "reg:absoluteerror") return absoluteLoss();
  if (name === "reg:quantileerror") return quantileLoss(settings.quantileAlpha ?? 0.5);
  const onLogs = name !== "reg:squarederror";
  const step = f(settings.maxDeltaStep);
  const power = f(settings.tweedieVariancePower);
  const at: Record<typeof name, (m: number, y: number) => Slope> = {
    "reg:squarederror": (m, y) => ({ g: f(m - y), h: 1 }),
    "count:poisson": (m, y) => ({ g: f(f(Math.exp(m)) - y), h: f(Math.exp(f(m + step))) }),
    "reg:gamma": (m, y) => {
      const ratio = f(y / f(Math.exp(m)));
      return { g: f(1 - ratio), h: ratio };
    },
    "reg:tweedie": (m, y) => {
      const a = f(f(Math.exp(f((1 - power) * m))) * y);
      const b = f(Math.exp(f((2 - power) * m)));
      return { g: f(b - a), h: f(f(-a * f(1 - power)) + f(f(2 - power) * b)) };
    },
  };
  const slope = at[name];
  return {
    outputs: 1,
    constantHessian: name === "reg:squarederror",
    scoreOf: (score) => {
      if (!onLogs) return f(score);
      if (score > 0) return f(Math.log(score));
      throw badBase(score, "above 0");
    },
    start: ({ y, weights }) => {
      let sum = 0;
      let total = 0;
      y.forEach((target, i) => {
        sum += (weights?.[i] ?? 1) * target;
        total += weights?.[i] ?? 1;
      });
      return Float64Array.of(onLogs ? f(Math.log(f(sum / total))) : f(sum / total));
    },
    derive: ({ y, weights }, scores, _k, { gradient, hessian }) => {
      for (let i = 0; i < y.length; i++) {
        const { g, h } = slope(scores[i] ?? 0, f(y[i] ?? 0));
        const weight = f(weights?.[i] ?? 1);
        gradient[i] = g * weight;
        hessian[i] = h * weight;
      }
    },
  };
}

/** Refuses targets that a loss has no value for. Errors: `out-of-range`. */
export function checkTargets(name: XgbRegression, y: Float64Array, path: string): void {
  if (name === "count:poisson" || name === "reg:tweedie") requirePositive(y, false, path);
  if (name === "reg:gamma") requirePositive(y, true, path);
  if (name !== "reg:logistic") return;
  const at = y.findIndex((target) => target < 0 || target > 1);
  if (at < 0) return;
  throw new VelumError({
    code: "out-of-range",
    path: `${path} entry ${at}`,
    problem: `the target is ${y[at]}`,
    limit: 1,
    actual: y[at] ?? 0,
    cure: "Pass shares from 0 to 1, or another objective",
  });
}

interface Slope {
  readonly g: number;
  readonly h: number;
}

function sigmoid32(score: number): number {
  return f(1 / f(f(Math.exp(Math.min(-score, f(88.7)))) + 1));
}

function logit(share: number): number {
  return f(-f(Math.log(f(f(1 / f(share)) - 1))));
}

function badBase(value: number, allowed: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: "XGB baseScore",
    problem: `is ${value}, this objective takes a number ${allowed}`,
    actual: value,
    cure: "Pass such a number, or null to have it taken from the data",
  });
}
