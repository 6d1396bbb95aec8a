import { weightedQuantile } from "../quantile.js";
import type { XgbObjective } from "./xgb-objective.js";

const f = Math.fround;

/** `reg:absoluteerror`: trees follow the signs of residuals, leaves are their medians. */
export function absoluteLoss(): XgbObjective {
  return kinked(0.5, (residual) => (residual > 0 ? -1 : residual < 0 ? 1 : 0));
}

/** `reg:quantileerror` for the quantile `alpha`, above 0 and below 1. */
export function quantileLoss(alpha: number): XgbObjective {
  return kinked(alpha, (residual) => f(residual > 0 ? -f(alpha) : 1 - f(alpha)));
}

/** A loss with a kink at 0: its slope does not say how far to go, so leaves are quantiles of what their rows lack. */
function kinked(alpha: number, slope: (residual: number) => number): XgbObjective {
  const leaf: NonNullable<XgbObjective["leaf"]> = (residuals, weights) =>
    f(
      weights?.some((weight) => weight > 0)
        ? weightedQuantile(residuals, weights, alpha)
        : plainQuantile(residuals, alpha),
    );
  return {
    outputs: 1,
    constantHessian: true,
    scoreOf: (score) => f(score),
    start: ({ y, weights }) => Float64Array.of(leaf(y.map(f), weights)),
    derive: ({ y, weights }, scores, _k, { gradient, hessian }) => {
      for (let i = 0; i < y.length; i++) {
        const weight = f(weights?.[i] ?? 1);
        gradient[i] = f(slope(f(f(y[i] ?? 0) - (scores[i] ?? 0)))) * weight;
        hessian[i] = weight;
      }
    },
    leaf,
  };
}

/** The `alpha` quantile with ranks from 1 to n out of n + 1, linear between neighbours, as XGBoost has it. `values`: at least one. */
function plainQuantile(values: Float64Array, alpha: number): number {
  const sorted = values.toSorted();
  const n = sorted.length;
  const place = Math.min(Math.max(alpha * (n + 1), 1), n) - 1;
  const low = Math.floor(place);
  const below = sorted[low] ?? 0;
  return below + (place - low) * ((sorted[Math.min(low + 1, n - 1)] ?? 0) - below);
}
