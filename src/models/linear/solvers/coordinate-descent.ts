import type { Matrix } from "../../check-data.js";
import { columnsOf } from "./least-squares.js";
import { dot } from "./singular-values.js";

/** `|y - X w|^2 / 2 + l1 |w|_1 + l2 |w|^2 / 2`, with `w >= 0` where `positive`. */
export interface ElasticProblem {
  readonly x: Matrix;
  /** `[rows, targets]`; each target is a problem of its own. */
  readonly y: Matrix;
  readonly l1: number;
  readonly l2: number;
  readonly positive: boolean;
  /** The duality gap, as a share of `|y|^2`, at which to stop. */
  readonly tol: number;
  readonly maxIter: number;
}

export interface ElasticFit {
  /** `[targets, features]` */
  readonly weights: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Weights by cyclic coordinate descent with the duality gap as stopping rule: Friedman, Hastie, Tibshirani, J. Stat. Software 33, 2010;
 * the gap as in Kim, Koh, Lustig, Boyd, Gorinevsky, IEEE J. Sel. Topics Signal Process. 1, 2007.
 */
export function elasticNet(problem: ElasticProblem): ElasticFit {
  const { x, y } = problem;
  const columns = columnsOf(x);
  const squares = columns.map((column) => dot(column, column));
  const weights = new Float64Array(y.columns * x.columns);
  let iterations = 0;
  let converged = true;
  columnsOf(y).forEach((target, k) => {
    const own = weights.subarray(k * x.columns, (k + 1) * x.columns);
    const steps = descend(problem, columns, squares, target, own);
    iterations = Math.max(iterations, steps.iterations);
    converged &&= steps.converged;
  });
  return { weights, iterations, converged };
}

function descend(
  { l1, l2, positive, tol, maxIter }: ElasticProblem,
  columns: readonly Float64Array[],
  squares: readonly number[],
  target: Float64Array,
  w: Float64Array,
) {
  const rest = target.slice();
  const limit = tol * dot(target, target);
  for (let iterations = 1; iterations <= maxIter; iterations++) {
    let most = 0;
    let change = 0;
    columns.forEach((column, j) => {
      const square = squares[j] ?? 0;
      if (square === 0) return;
      const old = w[j] ?? 0;
      const pull = dot(column, rest) + square * old;
      const free = positive ? pull - l1 : Math.sign(pull) * (Math.abs(pull) - l1);
      const blocked = positive ? free < 0 : Math.abs(pull) <= l1;
      const next = blocked ? 0 : free / (square + l2);
      if (next !== old) {
        const step = next - old;
        for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) - step * (column[i] ?? 0);
        w[j] = next;
      }
      most = Math.max(most, Math.abs(next));
      change = Math.max(change, Math.abs(next - old));
    });
    if (most === 0 || change <= tol * most || iterations === maxIter) {
      // Without l1 there is no gap to speak of: weights that stand still are the minimum.
      const done =
        l1 === 0
          ? change <= tol * most
          : gapOf(columns, rest, target, w, { l1, l2, positive }) <= limit;
      if (done || most === 0) return { iterations, converged: true };
    }
  }
  return { iterations: maxIter, converged: false };
}

/** Primal value minus the dual value at the residual, scaled into the dual's bounds. */
function gapOf(
  columns: readonly Float64Array[],
  rest: Float64Array,
  target: Float64Array,
  w: Float64Array,
  { l1, l2, positive }: { readonly l1: number; readonly l2: number; readonly positive: boolean },
): number {
  let steepest = 0;
  columns.forEach((column, j) => {
    const slope = dot(column, rest) - l2 * (w[j] ?? 0);
    steepest = Math.max(steepest, positive ? slope : Math.abs(slope));
  });
  const squared = dot(rest, rest);
  const share = steepest > l1 ? l1 / steepest : 1;
  const norm = w.reduce((sum, entry) => sum + Math.abs(entry), 0);
  const gap = steepest > l1 ? 0.5 * squared * (1 + share * share) : squared;
  return gap + l1 * norm - share * dot(rest, target) + 0.5 * l2 * (1 + share * share) * dot(w, w);
}
