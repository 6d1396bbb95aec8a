import { VelumError } from "../../base/error.js";
import type { Labels, Matrix } from "../check-data.js";
import { toLabels } from "../check-data.js";
import { minimizeLbfgs } from "./lbfgs.js";
import { LinearClassifier } from "./linear-classifier.js";
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
  /** `"balanced"`: each class weighs the same in total. */
  readonly classWeight: "balanced" | null;
  /** The solver stops when no entry of the mean loss's gradient exceeds this. */
  readonly tol: number;
  readonly maxIter: number;
}

export interface LogisticFit {
  readonly classifier: LinearClassifier;
  readonly iterations: number;
  readonly converged: boolean;
}

/**
 * Fits a logistic regression (multinomial for three and more classes) by L-BFGS. The optimum is scikit-learn's.
 * Errors: `bad-argument` for settings out of range and for labels of one class, `bad-shape`, `not-a-number`.
 */
export function fitLogistic(x: Matrix, y: Labels, settings: LogisticSettings): LogisticFit {
  checkSettings(settings);
  const labels = toLabels(y, x.rows, "LogisticRegression.fit y");
  const classes = Float64Array.from(new Set(labels)).sort();
  if (classes.length < 2) {
    throw new VelumError({
      code: "bad-argument",
      path: "LogisticRegression.fit y",
      problem: `holds one class only, ${classes[0]}`,
      limit: 2,
      actual: classes.length,
      cure: "Pass rows of at least two classes",
    });
  }
  const indexOf = new Map(Array.from(classes, (label, k) => [label, k]));
  const target = Uint32Array.from(labels, (label) => indexOf.get(label) ?? 0);
  const rowWeights = weightsOfRows(target, classes.length, settings.classWeight);
  const total = rowWeights.reduce((sum, weight) => sum + weight, 0);
  const problem: LogisticProblem = {
    x,
    target,
    classes: classes.length,
    rowWeights,
    fitIntercept: settings.fitIntercept,
    l2: settings.penalty === null ? 0 : 1 / (settings.C * total),
  };
  const start = new Float64Array(parameterCount(problem));
  const found = minimizeLbfgs(logisticObjective(problem), start, settings.tol, settings.maxIter);

  const outputs = outputsOf(problem);
  const stride = x.columns + 1;
  const coef = new Float64Array(outputs * x.columns);
  const intercept = new Float64Array(outputs);
  for (let k = 0; k < outputs; k++) {
    coef.set(found.point.subarray(k * stride, k * stride + x.columns), k * x.columns);
    intercept[k] = found.point[k * stride + x.columns] ?? 0;
  }
  return {
    classifier: new LinearClassifier(
      { shape: [outputs, x.columns], data: coef },
      intercept,
      classes,
    ),
    iterations: found.iterations,
    converged: found.converged,
  };
}

function weightsOfRows(
  target: Uint32Array,
  classes: number,
  classWeight: "balanced" | null,
): Float64Array {
  const rows = target.length;
  if (classWeight === null) return new Float64Array(rows).fill(1);
  const counts = new Float64Array(classes);
  for (const k of target) counts[k] = (counts[k] ?? 0) + 1;
  return Float64Array.from(target, (k) => rows / (classes * (counts[k] ?? 1)));
}

function checkSettings(settings: LogisticSettings): void {
  const bad = (name: string, value: number | string, cure: string) =>
    new VelumError({
      code: "bad-argument",
      path: `LogisticRegression ${name}`,
      problem: `is ${value}`,
      actual: value,
      cure,
    });
  const { C, penalty, classWeight, tol, maxIter } = settings;
  if (!(C > 0 && C < Number.POSITIVE_INFINITY)) {
    throw bad("C", C, "Pass a finite number above 0, or penalty null for no penalty");
  }
  if (penalty !== "l2" && penalty !== null) throw bad("penalty", penalty, 'Pass "l2" or null');
  if (classWeight !== "balanced" && classWeight !== null) {
    throw bad("classWeight", classWeight, 'Pass "balanced" or null');
  }
  if (!(tol > 0 && tol < Number.POSITIVE_INFINITY)) throw bad("tol", tol, "Pass a number above 0");
  if (!Number.isInteger(maxIter) || maxIter < 1) {
    throw bad("maxIter", maxIter, "Pass an integer of at least 1");
  }
}
