import type { Matrix } from "../../check-data.js";
import { SeededRandom } from "../../seeded-random.js";
import type { OutputFit } from "../linear-fit.js";

/** A linear support vector problem of one output; the intercept is the weight of one more feature, `interceptScaling` in every row. */
export interface SupportProblem {
  readonly x: Matrix;
  /** Classifiers: -1 or 1; regressors: numbers. */
  readonly y: Float64Array;
  /** `C` of each row: `C` times its weight. */
  readonly cost: Float64Array;
  /** Errors count squared. */
  readonly squared: boolean;
  /** Half the width around a target that costs nothing; `null` for classifiers, whose margin is 1. */
  readonly epsilon: number | null;
  /** 0: no intercept. */
  readonly interceptScaling: number;
  readonly tol: number;
  readonly maxIter: number;
  readonly randomState: number;
}

/**
 * Weights by coordinate descent on the dual: Hsieh, Chang, Lin, Keerthi, Sundararajan, ICML 2008 (classifiers), and Ho and Lin, JMLR 13,
 * 2012 (regressors), without shrinking. The minimum is liblinear's; it stops when no coordinate's projected slope exceeds `tol`.
 */
export function supportVectors(problem: SupportProblem): OutputFit {
  const { x, y, cost, squared, interceptScaling: bias } = problem;
  const weights = new Float64Array(x.columns);
  let intercept = 0; // as the weight of the constant feature
  const dual = new Float64Array(x.rows);
  const squares = new Float64Array(x.rows);
  for (let i = 0; i < x.rows; i++) {
    let sum = bias * bias;
    for (let j = 0; j < x.columns; j++) sum += (x.data[i * x.columns + j] ?? 0) ** 2;
    squares[i] = sum;
  }
  const order = Array.from({ length: x.rows }, (_, i) => i).filter((i) => (cost[i] ?? 0) > 0);
  const random = new SeededRandom(problem.randomState);
  for (let iterations = 1; iterations <= problem.maxIter; iterations++) {
    random.shuffle(order);
    let worst = 0;
    for (const i of order) {
      const start = i * x.columns;
      let score = intercept * bias;
      for (let j = 0; j < x.columns; j++) score += (weights[j] ?? 0) * (x.data[start + j] ?? 0);
      const c = cost[i] ?? 0;
      const ridge = squared ? 1 / (2 * c) : 0;
      const curve = (squares[i] ?? 0) + ridge;
      const limit = squared ? Number.POSITIVE_INFINITY : c;
      const old = dual[i] ?? 0;
      const step = stepOf(problem.epsilon, { score, target: y[i] ?? 0, old, ridge, curve, limit });
      worst = Math.max(worst, Math.abs(step.slope));
      if (step.next === old) continue;
      dual[i] = step.next;
      const move = step.next - old;
      for (let j = 0; j < x.columns; j++)
        weights[j] = (weights[j] ?? 0) + move * (x.data[start + j] ?? 0);
      intercept += move * bias;
    }
    if (worst <= problem.tol)
      return { weights, intercept: intercept * bias, iterations, converged: true };
  }
  return { weights, intercept: intercept * bias, iterations: problem.maxIter, converged: false };
}

interface Coordinate {
  readonly score: number;
  readonly target: number;
  readonly old: number;
  readonly ridge: number;
  readonly curve: number;
  readonly limit: number;
}

/** The best value of one dual variable (weights are the sum of `dual * row`), and how far the slope was from what the bounds allow. */
function stepOf(epsilon: number | null, { score, target, old, ridge, curve, limit }: Coordinate) {
  const slope = score - target + ridge * old;
  if (epsilon === null) {
    // dual = y alpha with alpha from 0 to limit; the slope in alpha is y score - 1 + ridge alpha.
    const alpha = old * target;
    const own = target * score - 1 + ridge * alpha;
    const next = Math.min(limit, Math.max(0, alpha - own / curve));
    const blocked = (alpha === 0 && own > 0) || (alpha === limit && own < 0);
    return { next: next * target, slope: blocked ? 0 : own };
  }
  const [up, down] = [slope + epsilon, slope - epsilon];
  const free = up < curve * old ? old - up / curve : down > curve * old ? old - down / curve : 0;
  const next = Math.min(limit, Math.max(-limit, free));
  return { next, slope: curve * (next - old) };
}
