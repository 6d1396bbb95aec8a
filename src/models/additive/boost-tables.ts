/** Rows as places of features, feature by feature. */
export interface BoostProblem {
  /** `[features][rows]` */
  readonly places: readonly Float64Array[];
  /** Places of each feature. */
  readonly counts: readonly number[];
  readonly y: Float64Array;
  readonly rowWeights: Float64Array;
  readonly loss: BoostLoss;
}

/** A loss by slope and curvature in the score. */
export interface BoostLoss {
  /** Score of the best constant. */
  start(y: Float64Array, rowWeights: Float64Array): number;
  slope(score: number, y: number): number;
  curvature(score: number, y: number): number;
}

export interface BoostSettings {
  /** Rounds; each visits every feature once. */
  readonly nEstimators: number;
  readonly learningRate: number;
  /** Added to the curvature of a leaf. */
  readonly regLambda: number;
  /** Rows (weights) that both sides of a split keep. */
  readonly minChildWeight: number;
}

/** Squared error. */
export const squaredLoss: BoostLoss = {
  start: weightedMean,
  slope: (score, y) => score - y,
  curvature: () => 1,
};

/** Poisson deviance with the logarithm as link. */
export const poissonLoss: BoostLoss = {
  start: (y, rowWeights) => Math.log(weightedMean(y, rowWeights)),
  slope: (score, y) => Math.exp(score) - y,
  curvature: (score) => Math.exp(score),
};

/** Logistic loss of labels 0 and 1. */
export const logisticBoostLoss: BoostLoss = {
  start: (y, rowWeights) => {
    const share = weightedMean(y, rowWeights);
    return Math.log(share / (1 - share));
  },
  slope: (score, y) => 1 / (1 + Math.exp(-score)) - y,
  curvature: (score) => {
    const p = 1 / (1 + Math.exp(-score));
    return p * (1 - p);
  },
};

/**
 * Functions of single features by cyclic gradient boosting: round after round, each feature in turn gets the stump (one split of its
 * places) that lowers the loss most, times the learning rate. Each function is centred over the rows; what that takes goes into the
 * constant. Source: Lou, Caruana, Gehrke, "Intelligible models for classification and regression", KDD 2012; leaf values and gains as in
 * Chen and Guestrin, KDD 2016, section 2.2.
 */
export function boostTables(problem: BoostProblem, settings: BoostSettings) {
  const { places, counts, y, rowWeights, loss } = problem;
  const tables = counts.map((count) => new Float64Array(count));
  let constant = loss.start(y, rowWeights);
  const scores = new Float64Array(y.length).fill(constant);
  for (let round = 0; round < settings.nEstimators; round++) {
    places.forEach((own, j) => {
      const step = bestStump(own, counts[j] ?? 0, scores, problem, settings);
      const table = tables[j];
      if (step === undefined || table === undefined) return;
      for (let v = 0; v < table.length; v++) {
        table[v] = (table[v] ?? 0) + (v <= step.at ? step.left : step.right);
      }
      for (let i = 0; i < scores.length; i++) {
        scores[i] = (scores[i] ?? 0) + ((own[i] ?? 0) <= step.at ? step.left : step.right);
      }
    });
  }
  tables.forEach((table, j) => {
    const mean = weightedMean(
      (places[j] ?? new Float64Array()).map((v) => table[v] ?? 0),
      rowWeights,
    );
    constant += mean;
    for (let v = 0; v < table.length; v++) table[v] = (table[v] ?? 0) - mean;
  });
  return { tables, constant };
}

function bestStump(
  places: Float64Array,
  count: number,
  scores: Float64Array,
  { y, rowWeights, loss }: BoostProblem,
  { learningRate, regLambda, minChildWeight }: BoostSettings,
) {
  const slopes = new Float64Array(count);
  const curves = new Float64Array(count);
  const rows = new Float64Array(count);
  for (let i = 0; i < scores.length; i++) {
    const v = places[i] ?? 0;
    const [score, target, weight] = [scores[i] ?? 0, y[i] ?? 0, rowWeights[i] ?? 0];
    slopes[v] = (slopes[v] ?? 0) + weight * loss.slope(score, target);
    curves[v] = (curves[v] ?? 0) + weight * loss.curvature(score, target);
    rows[v] = (rows[v] ?? 0) + weight;
  }
  const [g, h, n] = [sum(slopes), sum(curves), sum(rows)];
  let [gl, hl, nl] = [0, 0, 0];
  let best: { at: number; left: number; right: number; gain: number } | undefined;
  for (let v = 0; v + 1 < count; v++) {
    gl += slopes[v] ?? 0;
    hl += curves[v] ?? 0;
    nl += rows[v] ?? 0;
    if (nl < minChildWeight || n - nl < minChildWeight) continue;
    const [dl, dr] = [hl + regLambda, h - hl + regLambda];
    const gain = gl ** 2 / dl + (g - gl) ** 2 / dr;
    if (!(gain > (best?.gain ?? 1e-12))) continue;
    best = { at: v, gain, left: (-learningRate * gl) / dl, right: (-learningRate * (g - gl)) / dr };
  }
  return best;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function weightedMean(values: Float64Array, weights: Float64Array): number {
  return values.reduce((total, value, i) => total + value * (weights[i] ?? 0), 0) / sum(weights);
}
