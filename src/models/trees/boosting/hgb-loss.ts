import { sigmoid, softmaxInPlace } from "../../../quantize/class-scores.js";
import { linearQuantile, weightedQuantile } from "../quantile.js";
import type { Derivatives } from "./histogram.js";
import type { BoostTargets } from "./xgb-objective.js";

export type HgbRegression = "squared_error" | "absolute_error" | "quantile" | "poisson" | "gamma";

/** A loss by its derivatives in the scores (`[rows, outputs]`), in double precision until they are stored. */
export interface HgbLoss {
  readonly outputs: number;
  /** Score that every row begins with, `[outputs]`. */
  start(targets: BoostTargets): Float64Array;
  derive(targets: BoostTargets, scores: Float64Array, out: readonly Derivatives[]): void;
  /** The value of a leaf whose rows lack `residuals`, where it is not the sums' own: losses with a kink. Before the learning rate. */
  readonly leaf?: (residuals: Float64Array, weights: Float64Array | undefined) => number;
  /** Mean loss, but for terms that do not depend on scores. */
  value(targets: BoostTargets, scores: Float64Array): number;
}

function weightedMean({ y, weights }: BoostTargets, of: (target: number) => number): number {
  let sum = 0;
  let total = 0;
  y.forEach((target, i) => {
    sum += (weights?.[i] ?? 1) * of(target);
    total += weights?.[i] ?? 1;
  });
  return sum / total;
}

/** Loss with one score a row, from what one row gives. */
function rowLoss(
  start: (mean: number) => number,
  slope: (score: number, y: number) => readonly [gradient: number, hessian: number],
  loss: (score: number, y: number) => number,
): HgbLoss {
  return {
    outputs: 1,
    start: (targets) => Float64Array.of(start(weightedMean(targets, (target) => target))),
    derive: ({ y, weights }, scores, [out]) => {
      if (out === undefined) return;
      for (let i = 0; i < y.length; i++) {
        const weight = weights?.[i] ?? 1;
        const [gradient, hessian] = slope(scores[i] ?? 0, y[i] ?? 0);
        out.gradient[i] = weight * gradient;
        out.hessian[i] = weight * hessian;
      }
    },
    value: (targets, scores) => {
      let at = 0;
      return weightedMean(targets, (target) => loss(scores[at++] ?? 0, target));
    },
  };
}

/** Twice the distance to a quantile is the absolute error for the median, `factor` 2. Leaves are quantiles of what their rows lack. */
function quantileLoss(share: number, factor: 1 | 2): HgbLoss {
  const leaf: NonNullable<HgbLoss["leaf"]> = (residuals, weights) =>
    weights?.some((weight) => weight > 0)
      ? weightedQuantile(residuals, weights, share)
      : linearQuantile(residuals, share);
  const above = factor * share;
  return {
    ...rowLoss(
      (mean) => mean,
      (score, y) => [y >= score ? -above : factor - above, 1],
      (score, y) => (y >= score ? above * (y - score) : (factor - above) * (score - y)),
    ),
    start: ({ y, weights }) => Float64Array.of(leaf(y, weights)),
    leaf,
  };
}

/** The losses of `HistGradientBoostingRegressor`; `quantile` is that loss's own setting. */
export function hgbRegressionLoss(name: HgbRegression, quantile: number | null): HgbLoss {
  if (name === "absolute_error") return quantileLoss(0.5, 2);
  if (name === "quantile") return quantileLoss(quantile ?? 0.5, 1);
  if (name === "squared_error") {
    return rowLoss(
      (mean) => mean,
      (score, y) => [score - y, 1],
      (score, y) => (score - y) ** 2 / 2,
    );
  }
  if (name === "poisson") {
    return rowLoss(
      Math.log,
      (score, y) => {
        const mean = Math.exp(score);
        return [mean - y, mean];
      },
      (score, y) => Math.exp(score) - y * score,
    );
  }
  return rowLoss(
    Math.log,
    (score, y) => {
      const ratio = y / Math.exp(score);
      return [1 - ratio, ratio];
    },
    (score, y) => score + y / Math.exp(score),
  );
}

/** How far from 0 and 1 the share of the second class begins at least. */
const leastShare = 10 * Number.EPSILON;

/** Logistic loss of one or two classes, multinomial loss of more. */
export function hgbClassLoss(classes: number): HgbLoss {
  if (classes <= 2) {
    return rowLoss(
      (mean) => {
        const share = Math.min(1 - leastShare, Math.max(leastShare, mean));
        return Math.log(share / (1 - share));
      },
      (score, y) => {
        const share = sigmoid(score);
        return [share - y, share * (1 - share)];
      },
      (score, y) => Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - y * score,
    );
  }
  const shares = new Float64Array(classes);
  return {
    outputs: classes,
    start: (targets) => {
      const logs = Float64Array.from({ length: classes }, (_, k) =>
        Math.log(weightedMean(targets, (target) => Number(target === k))),
      );
      const mean = logs.reduce((sum, log) => sum + log, 0) / classes;
      return logs.map((log) => log - mean);
    },
    derive: ({ y, weights }, scores, out) => {
      for (let i = 0; i < y.length; i++) {
        shares.set(scores.subarray(i * classes, (i + 1) * classes));
        softmaxInPlace(shares);
        const weight = weights?.[i] ?? 1;
        for (let k = 0; k < classes; k++) {
          const share = shares[k] ?? 0;
          const own = out[k];
          if (own === undefined) continue;
          own.gradient[i] = weight * (y[i] === k ? share - 1 : share);
          own.hessian[i] = weight * share * (1 - share);
        }
      }
    },
    value: (targets, scores) => {
      let at = 0;
      return weightedMean(targets, (target) => {
        const own = scores.subarray(at, at + classes);
        at += classes;
        shares.set(own);
        return softmaxInPlace(shares) - (own[target] ?? 0);
      });
    },
  };
}
