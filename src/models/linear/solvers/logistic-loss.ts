import { sigmoid, softmaxInPlace } from "../../../quantize/class-scores.js";
import type { Matrix } from "../../check-data.js";
import type { Objective } from "./lbfgs.js";

/** What a logistic regression is fitted to. */
export interface LogisticProblem {
  readonly x: Matrix;
  /** Index of each row's class, 0 to `classes - 1`. */
  readonly target: Float64Array;
  readonly classes: number;
  /** Weight of each row in the loss. */
  readonly rowWeights: Float64Array;
  readonly fitIntercept: boolean;
  /** Strength of the penalty against the weighted mean loss: `1 / (C * sum of row weights)`, or 0. */
  readonly l2: number;
}

/** Length of the parameter vector: for each output (1 for two classes) the coefficients, then the intercept. */
export function parameterCount(problem: LogisticProblem): number {
  return outputsOf(problem) * (problem.x.columns + 1);
}

/** Two classes need one score, more need one each. */
export function outputsOf(problem: LogisticProblem): number {
  return problem.classes === 2 ? 1 : problem.classes;
}

/**
 * Weighted mean of the negative log-likelihood plus `l2 / 2` times the squared coefficients (not the intercepts),
 * with its gradient. Two classes: logistic loss of one score; more: cross-entropy of the softmax.
 * Bishop, Pattern Recognition and Machine Learning (2006), sections 4.3.2 and 4.3.4.
 */
export function logisticObjective(problem: LogisticProblem): Objective {
  const { x, target, rowWeights, l2 } = problem;
  const outputs = outputsOf(problem);
  const stride = x.columns + 1;
  const total = rowWeights.reduce((sum, weight) => sum + weight, 0);
  const scores = new Float64Array(outputs);
  return (point, gradient) => {
    gradient.fill(0);
    let loss = 0;
    for (let row = 0; row < x.rows; row++) {
      const start = row * x.columns;
      for (let k = 0; k < outputs; k++) {
        let score = problem.fitIntercept ? (point[k * stride + x.columns] ?? 0) : 0;
        for (let j = 0; j < x.columns; j++) {
          score += (point[k * stride + j] ?? 0) * (x.data[start + j] ?? 0);
        }
        scores[k] = score;
      }
      const weight = (rowWeights[row] ?? 0) / total;
      loss += weight * logLossOf(scores, target[row] ?? 0); // scores now hold the loss's derivatives
      for (let k = 0; k < outputs; k++) {
        const slope = weight * (scores[k] ?? 0);
        for (let j = 0; j < x.columns; j++) {
          const at = k * stride + j;
          gradient[at] = (gradient[at] ?? 0) + slope * (x.data[start + j] ?? 0);
        }
        const at = k * stride + x.columns;
        if (problem.fitIntercept) gradient[at] = (gradient[at] ?? 0) + slope;
      }
    }
    for (let at = 0; at < point.length; at++) {
      if (at % stride === x.columns) continue;
      const coefficient = point[at] ?? 0;
      loss += 0.5 * l2 * coefficient * coefficient;
      gradient[at] = (gradient[at] ?? 0) + l2 * coefficient;
    }
    return loss;
  };
}

/** A row's negative log-likelihood at `scores` (one for two classes, else one each), which its derivatives then replace. */
export function logLossOf(scores: Float64Array, target: number): number {
  return scores.length === 1 ? binaryLoss(scores, target) : softmaxLoss(scores, target);
}

/** `log(1 + exp(-s))` of the signed score; replaces the score by the derivative. */
function binaryLoss(scores: Float64Array, target: number): number {
  const score = scores[0] ?? 0;
  const margin = target === 1 ? score : -score;
  scores[0] = sigmoid(score) - target;
  return margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
}

/** `log(sum of exp(s)) - s[target]`; replaces the scores by the derivatives. */
function softmaxLoss(scores: Float64Array, target: number): number {
  const chosen = scores[target] ?? 0;
  const logSum = softmaxInPlace(scores);
  scores[target] = (scores[target] ?? 0) - 1;
  return logSum - chosen;
}
