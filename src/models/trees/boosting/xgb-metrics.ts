import { VelumError } from "../../../base/error.js";
import { contentText } from "../../../base/value-text.js";
import { sigmoid } from "../../../quantize/class-scores.js";
import { areaUnderCurve } from "../../metrics/area-under-curve.js";
import { logGamma } from "./log-gamma.js";

/** Rows that are judged: targets (or indices of classes) and weights. */
export interface JudgedRows {
  readonly y: Float64Array;
  readonly weights: Float64Array | undefined;
}

/** How well scores fit, by one of XGBoost's names. */
export interface XgbMetric {
  readonly name: string;
  readonly greaterIsBetter: boolean;
  /** `scores`: `[rows, outputs]`. */
  of(scores: Float32Array, rows: JudgedRows): number;
}

/** What scores of an objective mean. */
export type ScoreLink = "identity" | "logistic" | "exponential" | "softmax";

type RowLoss = (prediction: number, y: number) => number;

const least = 1e-16;
const clip = (p: number) => Math.min(1 - least, Math.max(least, p));

const rowLosses: Readonly<Record<string, RowLoss>> = {
  rmse: (p, y) => (p - y) ** 2,
  mae: (p, y) => Math.abs(p - y),
  logloss: (p, y) => -y * Math.log(clip(p)) - (1 - y) * Math.log(clip(1 - p)),
  error: (p, y) => (p > 0.5 ? 1 - y : y),
  "poisson-nloglik": (p, y) => logGamma(y + 1) + p - Math.log(Math.max(p, least)) * y,
  "gamma-nloglik": (p, y) => y / p + Math.log(p),
  "gamma-deviance": (p, y) => {
    const ratio = (y + 1e-6) / (p + 1e-6);
    return 2 * (ratio - 1 - Math.log(ratio));
  },
};

const targetMetrics = [
  "rmse",
  "mae",
  "poisson-nloglik",
  "gamma-deviance",
  "gamma-nloglik",
  "tweedie-nloglik",
  "quantile",
];
const metricsOf: Readonly<Record<ScoreLink, readonly string[]>> = {
  logistic: ["logloss", "error", "auc", "rmse", "mae"],
  softmax: ["mlogloss", "merror"],
  identity: targetMetrics,
  exponential: targetMetrics,
};

/** The metric called `name` for scores with `link`. Errors: `bad-argument`; `owner` names the estimator. */
export function xgbMetric(
  owner: string,
  name: string,
  link: ScoreLink,
  tweedieVariancePower: number,
  quantileAlpha = 0.5,
): XgbMetric {
  const known = metricsOf[link];
  if (!known.includes(name)) {
    throw new VelumError({
      code: "bad-argument",
      path: `${owner} evalMetric`,
      problem: `is ${contentText(name)}, which this objective does not have`,
      actual: name,
      cure: `Pass ${known.map((own) => JSON.stringify(own)).join(", ")}, or null for the first that fits`,
    });
  }
  if (name === "auc") {
    const of: XgbMetric["of"] = (scores, { y, weights }) =>
      areaUnderCurve(
        scores,
        (row) => y[row] === 1,
        (row) => weights?.[row] ?? 1,
      );
    return { name, greaterIsBetter: true, of };
  }
  if (link === "softmax") return { name, greaterIsBetter: false, of: ofClasses(name) };
  const tweedie = name === "tweedie-nloglik";
  const quantile: RowLoss = (p, y) =>
    y >= p ? quantileAlpha * (y - p) : (1 - quantileAlpha) * (p - y);
  const own = name === "quantile" ? quantile : rowLosses[name];
  const loss = tweedie ? tweedieLoss(tweedieVariancePower) : own;
  return {
    name: tweedie ? `${name}@${tweedieVariancePower}` : name,
    greaterIsBetter: false,
    of: (scores, { y, weights }) => {
      const mean = weightedMean(y, weights, (target, i) => {
        const score = scores[i] ?? 0;
        const prediction =
          link === "logistic" ? sigmoid(score) : link === "exponential" ? Math.exp(score) : score;
        return loss?.(prediction, target) ?? 0;
      });
      return name === "rmse" ? Math.sqrt(mean) : mean;
    },
  };
}

function tweedieLoss(power: number): RowLoss {
  return (p, y) =>
    Math.exp((2 - power) * Math.log(p)) / (2 - power) -
    (y * Math.exp((1 - power) * Math.log(p))) / (1 - power);
}

/** `mlogloss` or `merror`. */
function ofClasses(name: string): XgbMetric["of"] {
  return (scores, { y, weights }) => {
    const classes = scores.length / y.length;
    return weightedMean(y, weights, (k, i) => {
      const own = scores.subarray(i * classes, (i + 1) * classes);
      if (name === "merror") return Number(own.indexOf(Math.max(...own)) !== k);
      const most = Math.max(...own);
      const total = own.reduce((sum, score) => sum + Math.exp(score - most), 0);
      return -Math.log(Math.max(Math.exp((own[k] ?? 0) - most) / total, least));
    });
  };
}

function weightedMean(
  y: Float64Array,
  weights: Float64Array | undefined,
  of: (y: number, i: number) => number,
): number {
  let [sum, total] = [0, 0];
  y.forEach((target, i) => {
    const weight = weights?.[i] ?? 1;
    sum += weight * of(target, i);
    total += weight;
  });
  return sum / total;
}
