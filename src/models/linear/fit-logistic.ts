import { ParamChecks } from "../check-params.js";
import { minimizeLbfgs } from "./lbfgs.js";
import type { ClassProblem } from "./linear-classifier-estimator.js";
import type { LinearFit } from "./linear-fit.js";
import {
  type LogisticProblem,
  logisticObjective,
  outputsOf,
  parameterCount,
} from "./logistic-loss.js";

/** How the coefficients are found; names and defaults of scikit-learn's LogisticRegression. */
export interface LogisticSettings {
  /** Inverse strength of the penalty, above 0. */
  readonly C: number;
  /** `"l2"`: half the squared coefficients are added to `C` times the summed loss. `null`: no penalty. */
  readonly penalty: "l2" | null;
  readonly fitIntercept: boolean;
  /** The solver stops when no entry of the mean loss's gradient exceeds this. */
  readonly tol: number;
  readonly maxIter: number;
}

/** Fits a logistic regression (multinomial for three and more classes) by L-BFGS. The optimum is scikit-learn's. */
export function fitLogistic(data: ClassProblem, settings: LogisticSettings): LinearFit {
  const total = data.rowWeights.reduce((sum, weight) => sum + weight, 0);
  const problem: LogisticProblem = {
    ...data,
    fitIntercept: settings.fitIntercept,
    l2: settings.penalty === null ? 0 : 1 / (settings.C * total),
  };
  const { columns } = data.x;
  const start = new Float64Array(parameterCount(problem));
  const found = minimizeLbfgs(logisticObjective(problem), start, settings.tol, settings.maxIter);
  const outputs = outputsOf(problem);
  const stride = columns + 1;
  const coef = new Float64Array(outputs * columns);
  const intercept = new Float64Array(outputs);
  for (let k = 0; k < outputs; k++) {
    coef.set(found.point.subarray(k * stride, k * stride + columns), k * columns);
    intercept[k] = found.point[k * stride + columns] ?? 0;
  }
  const { iterations, converged } = found;
  return { coef: { shape: [outputs, columns], data: coef }, intercept, iterations, converged };
}

/** Refuses settings out of range. Errors: `bad-argument`. */
export function checkLogistic(settings: LogisticSettings): void {
  const check = new ParamChecks("LogisticRegression");
  const { C, penalty, tol, maxIter } = settings;
  if (!(C > 0 && C < Number.POSITIVE_INFINITY)) {
    throw check.bad("C", C, "Pass a finite number above 0, or penalty null for no penalty");
  }
  check.oneOf("penalty", penalty, ["l2", null]);
  check.positive("tol", tol);
  check.whole("maxIter", maxIter, 1);
}
