import type { Matrix } from "../../check-data.js";
import { dot, rankTolerance, singularValues } from "./singular-values.js";

/**
 * Weights `[targets, features]` that minimise `|y_k - X w|^2 + alphas[k] |w|^2` for each target; among several minima (alpha 0, features
 * that depend on each other) the shortest. First `X = Q R` by Householder reflections, then the singular values of `R`: Golub and Van
 * Loan, Matrix Computations (4th edition), sections 5.2 and 5.5.
 */
export function leastSquares(x: Matrix, y: Matrix, alphas: ArrayLike<number>): Float64Array {
  const { triangle, projected } = reduce(x, y);
  const { left, values, right } = singularValues(triangle);
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  const least = largest * rankTolerance(x.rows, x.columns);
  const weights = new Float64Array(y.columns * x.columns);
  projected.forEach((target, k) => {
    const alpha = alphas[k] ?? 0;
    const own = weights.subarray(k * x.columns, (k + 1) * x.columns);
    values.forEach((value, i) => {
      const [u, v] = [left[i], right[i]];
      if (value <= least || u === undefined || v === undefined) return;
      const factor = (dot(u, target) * value) / (value * value + alpha);
      for (let j = 0; j < own.length; j++) own[j] = (own[j] ?? 0) + factor * (v[j] ?? 0);
    });
  });
  return weights;
}

/** Columns of `R` and of `Q^T y`, `min(rows, features)` entries each. */
function reduce(x: Matrix, y: Matrix): { triangle: Float64Array[]; projected: Float64Array[] } {
  const columns = columnsOf(x);
  const targets = columnsOf(y);
  const steps = Math.min(x.rows, x.columns);
  for (let step = 0; step < steps; step++) {
    const pivot = columns[step]?.subarray(step);
    if (pivot === undefined) break;
    const size = Math.sqrt(dot(pivot, pivot));
    if (size === 0) continue;
    const mirror = pivot.slice();
    mirror[0] = (mirror[0] ?? 0) + ((mirror[0] ?? 0) >= 0 ? size : -size);
    const scale = 2 / dot(mirror, mirror);
    for (const column of [...columns.slice(step), ...targets]) {
      const rest = column.subarray(step);
      const factor = scale * dot(mirror, rest);
      for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) - factor * (mirror[i] ?? 0);
    }
  }
  const cut = (all: Float64Array[]) => all.map((column) => column.slice(0, steps));
  columns.forEach((column, j) => {
    column.fill(0, j + 1); // exact zeros where reflections left rounding
  });
  return { triangle: cut(columns), projected: cut(targets) };
}

/** The columns of `x`, copies. */
export function columnsOf(x: Matrix): Float64Array[] {
  return Array.from({ length: x.columns }, (_, j) =>
    Float64Array.from({ length: x.rows }, (_, i) => x.data[i * x.columns + j] ?? 0),
  );
}
