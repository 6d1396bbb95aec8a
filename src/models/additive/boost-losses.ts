/** A loss by slope and curvature in a row's scores. */
export interface BoostLoss {
  /** Scores of a row. */
  readonly outputs: number;
  /** Scores of the best constant, `[outputs]`. */
  start(y: Float64Array, rowWeights: Float64Array): Float64Array;
  /** Slope and curvature in each of the scores `scores[from..from + outputs)`, for the target `y`, into `slope` and `curve`. */
  derive(
    scores: Float64Array,
    from: number,
    y: number,
    slope: Float64Array,
    curve: Float64Array,
  ): void;
}

/** Squared error. */
export const squaredLoss: BoostLoss = {
  outputs: 1,
  start: (y, rowWeights) => Float64Array.of(weightedMean(y, rowWeights)),
  derive: (scores, from, y, slope, curve) => {
    slope[0] = (scores[from] ?? 0) - y;
    curve[0] = 1;
  },
};

/** Poisson deviance with the logarithm as link. */
export const poissonLoss: BoostLoss = {
  outputs: 1,
  start: (y, rowWeights) => Float64Array.of(Math.log(weightedMean(y, rowWeights))),
  derive: (scores, from, y, slope, curve) => {
    const mean = Math.exp(scores[from] ?? 0);
    slope[0] = mean - y;
    curve[0] = mean;
  },
};

/** Logistic loss of the labels 0 and 1. */
const logisticLoss: BoostLoss = {
  outputs: 1,
  start: (y, rowWeights) => {
    const share = weightedMean(y, rowWeights);
    return Float64Array.of(Math.log(share / (1 - share)));
  },
  derive: (scores, from, y, slope, curve) => {
    const p = 1 / (1 + Math.exp(-(scores[from] ?? 0)));
    slope[0] = p - y;
    curve[0] = p * (1 - p);
  },
};

/** Cross-entropy of the softmax of one score for each of `classes`, labels 0 to `classes - 1`; curvature by its diagonal. */
function softmaxLoss(classes: number): BoostLoss {
  return {
    outputs: classes,
    start: (y, rowWeights) => {
      const totals = new Float64Array(classes);
      y.forEach((k, i) => {
        totals[k] = (totals[k] ?? 0) + (rowWeights[i] ?? 0);
      });
      const logs = totals.map((total) => Math.log(total));
      const mean = logs.reduce((sum, log) => sum + log, 0) / classes;
      return logs.map((log) => log - mean);
    },
    derive: (scores, from, y, slope, curve) => {
      let most = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classes; k++) most = Math.max(most, scores[from + k] ?? 0);
      let total = 0;
      for (let k = 0; k < classes; k++) {
        const e = Math.exp((scores[from + k] ?? 0) - most);
        slope[k] = e;
        total += e;
      }
      for (let k = 0; k < classes; k++) {
        const p = (slope[k] ?? 0) / total;
        slope[k] = p - Number(k === y);
        curve[k] = p * (1 - p);
      }
    },
  };
}

/** The loss of classifiers: one score for two classes, else one each. */
export function classLoss(classes: number): BoostLoss {
  return classes === 2 ? logisticLoss : softmaxLoss(classes);
}

export function weightedMean(values: Float64Array, weights: Float64Array): number {
  let [sum, total] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    sum += (values[i] ?? 0) * (weights[i] ?? 0);
    total += weights[i] ?? 0;
  }
  return sum / total;
}
