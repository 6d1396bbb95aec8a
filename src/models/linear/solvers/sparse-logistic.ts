import type { LinearFit } from "../linear-fit.js";
import { columnsOf } from "./least-squares.js";
import { type LogisticProblem, logLossOf, outputsOf } from "./logistic-loss.js";
import { minimizeSparse } from "./sparse-newton.js";

/**
 * A logistic regression with `l1` times the sum of absolute coefficients added to the mean loss, besides the l2 penalty. Intercepts go
 * free; of several classes they have mean 0. Zhu and Hastie, "Classification of gene microarrays by penalized logistic regression", 2004.
 */
export function fitSparseLogistic(
  problem: LogisticProblem & { readonly l1: number },
  tol: number,
  maxIter: number,
): LinearFit {
  const { x, target, rowWeights, fitIntercept, l1, l2 } = problem;
  const outputs = outputsOf(problem);
  const total = rowWeights.reduce((sum, weight) => sum + weight, 0);
  const shares = rowWeights.map((weight) => weight / total);
  const columns = columnsOf(x);
  // A free intercept takes up the columns' means, and without them coordinate descent needs fewer passes.
  const means = columns.map((column) => {
    if (!fitIntercept) return 0;
    const mean = column.reduce((sum, value, i) => sum + value * (shares[i] ?? 0), 0);
    for (let i = 0; i < column.length; i++) column[i] = (column[i] ?? 0) - mean;
    return mean;
  });
  if (fitIntercept) columns.push(new Float64Array(x.rows).fill(1));
  const penalty = (of: number) => Float64Array.from(columns, (_, j) => (j < x.columns ? of : 0));
  const row = new Float64Array(outputs);
  /** The row's loss; leaves its derivatives in `row`. */
  const lossAt = (scores: readonly Float64Array[], i: number) => {
    for (let k = 0; k < outputs; k++) row[k] = scores[k]?.[i] ?? 0;
    return logLossOf(row, target[i] ?? 0);
  };
  const fit = minimizeSparse(
    {
      ...{ columns, outputs, l1: penalty(l1), l2: penalty(l2) },
      value: (scores) => shares.reduce((sum, share, i) => sum + share * lossAt(scores, i), 0),
      derive: (scores, k, slope, curve) => {
        // The derivative is p, or p - 1 where the class is the row's own.
        const own = (i: number) => (outputs === 1 ? target[i] === 1 : target[i] === k);
        for (let i = 0; i < x.rows; i++) {
          lossAt(scores, i);
          const share = shares[i] ?? 0;
          const d = row[k] ?? 0;
          const p = own(i) ? d + 1 : d;
          slope[i] = share * d;
          curve[i] = share * p * (1 - p);
        }
      },
    },
    tol,
    maxIter,
  );
  const intercept = Float64Array.from(fit.weights, (own) =>
    means.reduce((rest, mean, j) => rest - mean * (own[j] ?? 0), own[x.columns] ?? 0),
  );
  const all = intercept.reduce((sum, b) => sum + b, 0);
  const mean = outputs === 1 || !fitIntercept ? 0 : all / outputs;
  const coef = new Float64Array(outputs * x.columns);
  fit.weights.forEach((own, k) => {
    coef.set(own.subarray(0, x.columns), k * x.columns);
  });
  return {
    coef: { shape: [outputs, x.columns], data: coef },
    intercept: intercept.map((b) => b - mean),
    iterations: fit.iterations,
    converged: fit.converged,
  };
}
