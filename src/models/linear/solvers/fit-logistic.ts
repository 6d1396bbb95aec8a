import { ParamChecks } from "../../check-params.js";
import type { ClassProblem } from "../linear-classifier-estimator.js";
import type { LinearFit } from "../linear-fit.js";
import { minimizeLbfgs } from "./lbfgs.js";
import {
  type LogisticProblem,
  logisticObjective,
  outputsOf,
  parameterCount,
} from "./logistic-loss.js";
import { fitSparseLogistic } from "./sparse-logistic.js";

/** How the coefficients are found; names and defaults of scikit-learn's LogisticRegression. */
export interface LogisticSettings {
  /** Inverse strength of the penalty, above 0. */
  readonly C: number;
  /** What is added to `C` times the summed loss: half the squared coefficients, their sizes, or both by `l1Ratio`; `null`: nothing. */
  readonly penalty: "l2" | "l1" | "elasticnet" | null;
  /** Share of l1 in the penalty, 0 to 1; `null` (default): as `penalty` says, 0.5 for `"elasticnet"`. */
  readonly l1Ratio: number | null;
  readonly fitIntercept: boolean;
  /** The solver stops when no entry of the mean loss's gradient exceeds this. */
  readonly tol: number;
  readonly maxIter: number;
}

/**
 * Fits a logistic regression (multinomial for three and more classes), by L-BFGS or, where there is an l1 penalty, by proximal Newton steps.
 * The optimum is scikit-learn's (its solver `"saga"` for l1: the intercept is free).
 */
export function fitLogistic(data: ClassProblem, settings: LogisticSettings): LinearFit {
  const total = data.rowWeights.reduce((sum, weight) => sum + weight, 0);
  const strength = settings.penalty === null ? 0 : 1 / (settings.C * total);
  const ratio = l1RatioOf(settings);
  const problem: LogisticProblem = {
    ...data,
    fitIntercept: settings.fitIntercept,
    l2: strength * (1 - ratio),
  };
  const l1 = strength * ratio;
  if (l1 > 0) return fitSparseLogistic({ ...problem, l1 }, settings.tol, settings.maxIter);
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

const usualRatios = { l2: 0, l1: 1, elasticnet: 0.5 } as const;

function l1RatioOf({ penalty, l1Ratio }: LogisticSettings): number {
  return penalty === null ? 0 : (l1Ratio ?? usualRatios[penalty]);
}

/** Refuses settings out of range. Errors: `bad-argument`. */
export function checkLogistic(settings: LogisticSettings): void {
  const check = new ParamChecks("LogisticRegression");
  const { C, penalty, l1Ratio, tol, maxIter } = settings;
  if (typeof C !== "number" || !(C > 0 && C < Number.POSITIVE_INFINITY)) {
    throw check.bad("C", C, "Pass a finite number above 0, or penalty null for no penalty");
  }
  check.oneOf("penalty", penalty, ["l2", "l1", "elasticnet", null]);
  check.between("l1Ratio", l1Ratio ?? 0, 0, 1);
  check.positive("tol", tol);
  check.whole("maxIter", maxIter, 1);
}
