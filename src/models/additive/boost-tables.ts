import { type BoostLoss, weightedMean } from "./boost-losses.js";

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

export interface BoostSettings {
  /** Rounds; each visits every feature once. */
  readonly nEstimators: number;
  readonly learningRate: number;
  /** Added to the curvature of a leaf. */
  readonly regLambda: number;
  /** Rows (weights) that both sides of a split keep. */
  readonly minChildWeight: number;
}

/**
 * Functions of single features by cyclic gradient boosting: round after round, each feature in turn gets the stump (one split of its
 * places, one an output) that lowers the loss most, times the learning rate. Each function is centred over the rows; what that takes goes
 * into the constant. Source: Lou, Caruana, Gehrke, "Intelligible models for classification and regression", KDD 2012; leaf values and
 * gains as in Chen and Guestrin, KDD 2016, section 2.2. Gives tables `[outputs][features][places]` and constants `[outputs]`.
 */
export function boostTables(problem: BoostProblem, settings: BoostSettings) {
  const { places, counts, y, rowWeights, loss } = problem;
  const { outputs } = loss;
  const bias = loss.start(y, rowWeights);
  const tables = Array.from(bias, () => counts.map((count) => new Float64Array(count)));
  const scores = Float64Array.from(
    { length: y.length * outputs },
    (_, i) => bias[i % outputs] ?? 0,
  );
  for (let round = 0; round < settings.nEstimators; round++) {
    places.forEach((own, j) => {
      const sums = sumsByPlace(own, counts[j] ?? 0, scores, problem);
      sums.forEach((sum, k) => {
        const step = bestStump(sum, settings);
        const table = tables[k]?.[j];
        if (step === undefined || table === undefined) return;
        for (let v = 0; v < table.length; v++) {
          table[v] = (table[v] ?? 0) + (v <= step.at ? step.left : step.right);
        }
        for (let i = 0; i < own.length; i++) {
          const at = i * outputs + k;
          scores[at] = (scores[at] ?? 0) + ((own[i] ?? 0) <= step.at ? step.left : step.right);
        }
      });
    });
  }
  tables.forEach((ofOutput, k) => {
    ofOutput.forEach((table, j) => {
      const values = (places[j] ?? new Float64Array()).map((v) => table[v] ?? 0);
      const mean = weightedMean(values, rowWeights);
      bias[k] = (bias[k] ?? 0) + mean;
      for (let v = 0; v < table.length; v++) table[v] = (table[v] ?? 0) - mean;
    });
  });
  return { tables, bias };
}

/** One output's derivatives and weights, by place. */
interface PlaceSums {
  readonly slopes: Float64Array;
  readonly curves: Float64Array;
  readonly rows: Float64Array;
}

/** For each output; all are taken at the same scores. */
function sumsByPlace(
  places: Float64Array,
  count: number,
  scores: Float64Array,
  { y, rowWeights, loss }: BoostProblem,
): PlaceSums[] {
  const { outputs } = loss;
  const rows = new Float64Array(count);
  const sums = Array.from({ length: outputs }, () => ({
    slopes: new Float64Array(count),
    curves: new Float64Array(count),
    rows,
  }));
  const [slope, curve] = [new Float64Array(outputs), new Float64Array(outputs)];
  for (let i = 0; i < places.length; i++) {
    const v = places[i] ?? 0;
    const weight = rowWeights[i] ?? 0;
    loss.derive(scores, i * outputs, y[i] ?? 0, slope, curve);
    rows[v] = (rows[v] ?? 0) + weight;
    for (let k = 0; k < outputs; k++) {
      const own = sums[k];
      if (own === undefined) continue;
      own.slopes[v] = (own.slopes[v] ?? 0) + weight * (slope[k] ?? 0);
      own.curves[v] = (own.curves[v] ?? 0) + weight * (curve[k] ?? 0);
    }
  }
  return sums;
}

function bestStump(
  { slopes, curves, rows }: PlaceSums,
  { learningRate, regLambda, minChildWeight }: BoostSettings,
) {
  const [g, h, n] = [sum(slopes), sum(curves), sum(rows)];
  let [gl, hl, nl] = [0, 0, 0];
  let best: { at: number; left: number; right: number; gain: number } | undefined;
  for (let v = 0; v + 1 < slopes.length; v++) {
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
