import type { Tensor } from "../base/tensor.js";

/**
 * Index of the class that `scores` (`[rows, outputs]`) favour. One output: class 1 where the score is above 0, else 0.
 * More: the greatest score, the first one of equals. Integer scores on one scale give the same answer.
 */
export function classIndices(scores: Tensor): Uint32Array {
  const outputs = scores.shape[1] ?? 1;
  return Uint32Array.from({ length: scores.shape[0] ?? 0 }, (_, row) => {
    const own = scores.data.subarray(row * outputs, (row + 1) * outputs);
    if (outputs === 1) return Number((own[0] ?? 0) > 0);
    return own.reduce((best, score, k) => (score > (own[best] ?? 0) ? k : best), 0);
  });
}

/** The label of `classes` that each row of `scores` favours; where there is one class alone, that one. */
export function labelsOf(classes: Float64Array, scores: Tensor): Float64Array {
  const [only = Number.NaN] = classes;
  if (classes.length === 1) return new Float64Array(scores.shape[0] ?? 0).fill(only);
  return Float64Array.from(classIndices(scores), (k) => classes[k] ?? Number.NaN);
}

/** Probabilities `[rows, classes]` of real scores `[rows, outputs]`: logistic function or softmax. */
export function classProbabilities(scores: Tensor): Tensor {
  const [rows = 0, outputs = 1] = scores.shape;
  if (outputs === 1) {
    const data = new Float64Array(2 * rows);
    scores.data.forEach((score, row) => {
      data[2 * row] = sigmoid(-score);
      data[2 * row + 1] = sigmoid(score);
    });
    return { shape: [rows, 2], data };
  }
  const data = scores.data.slice();
  for (let row = 0; row < rows; row++)
    softmaxInPlace(data.subarray(row * outputs, (row + 1) * outputs));
  return { shape: [rows, outputs], data };
}

/** The shape that scikit-learn's `decision_function` gives: `[rows]` for two classes, else `[rows, classes]`. */
export function decisionShape(scores: Tensor): Tensor {
  if (scores.shape[1] !== 1) return scores;
  return { shape: [scores.data.length], data: scores.data };
}

/** `1 / (1 + exp(-x))` without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** Replaces scores by probabilities and returns the logarithm of the sum of exponentials. */
export function softmaxInPlace(scores: Float64Array): number {
  const top = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let k = 0; k < scores.length; k++) {
    const e = Math.exp((scores[k] ?? 0) - top);
    scores[k] = e;
    sum += e;
  }
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] ?? 0) / sum;
  return top + Math.log(sum);
}
