import type { OutputFit } from "../linear-fit.js";
import type { SupportProblem } from "./dual-descent.js";
import { columnsOf } from "./least-squares.js";
import { minimizeSparse } from "./sparse-newton.js";

/**
 * A support vector classifier's weights with the sum of their sizes (the intercept's before scaling among them) added to the squared
 * hinge losses: liblinear's `L1R_L2LOSS_SVC`. Yuan, Chang, Hsieh, Lin, JMLR 11, 2010, section 2.
 */
export function sparseSupport({
  x,
  y,
  cost,
  interceptScaling,
  tol,
  maxIter,
}: Omit<SupportProblem, "squared" | "epsilon" | "randomState">): OutputFit {
  const columns = columnsOf(x);
  if (interceptScaling > 0) columns.push(new Float64Array(x.rows).fill(interceptScaling));
  /** How far row `i` is short of its margin. */
  const lack = (scores: readonly Float64Array[], i: number) =>
    Math.max(0, 1 - (y[i] ?? 0) * (scores[0]?.[i] ?? 0));
  const { weights, iterations, converged } = minimizeSparse(
    {
      ...{ columns, outputs: 1 },
      l1: new Float64Array(columns.length).fill(1),
      l2: new Float64Array(columns.length),
      value: (scores) => cost.reduce((sum, c, i) => sum + c * lack(scores, i) ** 2, 0),
      derive: (scores, _k, slope, curve) => {
        cost.forEach((c, i) => {
          const short = lack(scores, i);
          slope[i] = -2 * c * (y[i] ?? 0) * short;
          curve[i] = short > 0 ? 2 * c : 0;
        });
      },
    },
    tol,
    maxIter,
  );
  const [own = new Float64Array(columns.length)] = weights;
  const intercept = interceptScaling * (own[x.columns] ?? 0);
  return { weights: own.slice(0, x.columns), intercept, iterations, converged };
}
