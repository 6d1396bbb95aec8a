import type { Matrix } from "../../check-data.js";
import type { LinearFit } from "../linear-fit.js";
import type { RegressionProblem } from "../linear-regressor-estimator.js";

/** Rows and targets around their weighted means, each row times the root of its weight. */
export interface CenteredProblem {
  readonly x: Matrix;
  readonly y: Matrix;
  /** `[features]`, zeros without an intercept. */
  readonly xMean: Float64Array;
  /** `[targets]` */
  readonly yMean: Float64Array;
}

/** With it, least squares need neither intercept nor weights any more. */
export function centered(
  { x, y, rowWeights }: RegressionProblem,
  fitIntercept: boolean,
): CenteredProblem {
  const xMean = fitIntercept ? weightedMean(x, rowWeights) : new Float64Array(x.columns);
  const yMean = fitIntercept ? weightedMean(y, rowWeights) : new Float64Array(y.columns);
  const roots = rowWeights.map(Math.sqrt);
  return { x: shifted(x, xMean, roots), y: shifted(y, yMean, roots), xMean, yMean };
}

/** The fit of the rows as they were: weights `[targets, features]` found on the centered ones. */
export function withIntercept(
  problem: CenteredProblem,
  coef: Float64Array,
  fitIntercept: boolean,
  account: { readonly iterations: number; readonly converged: boolean },
): LinearFit {
  const { xMean, yMean, x } = problem;
  const intercept = yMean.map((mean, k) => {
    if (!fitIntercept) return 0;
    let sum = mean;
    for (let j = 0; j < x.columns; j++) sum -= (coef[k * x.columns + j] ?? 0) * (xMean[j] ?? 0);
    return sum;
  });
  return { coef: { shape: [yMean.length, x.columns], data: coef }, intercept, ...account };
}

function weightedMean(x: Matrix, rowWeights: Float64Array): Float64Array {
  const mean = new Float64Array(x.columns);
  const total = rowWeights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < x.data.length; i++) {
    const j = i % x.columns;
    mean[j] = (mean[j] ?? 0) + (x.data[i] ?? 0) * (rowWeights[Math.floor(i / x.columns)] ?? 0);
  }
  return mean.map((sum) => sum / total);
}

function shifted(x: Matrix, mean: Float64Array, roots: Float64Array): Matrix {
  const data = x.data.map(
    (v, i) => (v - (mean[i % x.columns] ?? 0)) * (roots[Math.floor(i / x.columns)] ?? 1),
  );
  return { ...x, data };
}
