import { VelumError } from "../../base/error.js";
import { sameShape, shapeText, type Tensor, toTensor } from "../../base/tensor.js";
import { type Labels, type Rows, toRowWeights, toTargets } from "../check-data.js";

/** True or predicted numbers: one a row, or `[rows, targets]`. */
export type Numbers = Labels | Rows;

/** Mean squared difference over rows (weighted) and targets. Errors: `bad-shape`, `not-a-number`, `bad-argument`, as all here. */
export function meanSquaredError(yTrue: Numbers, yPred: Numbers, sampleWeight?: Labels): number {
  return meanOver(yTrue, yPred, sampleWeight, "meanSquaredError", (t, p) => (t - p) ** 2);
}

/** Square root of the mean squared difference over rows (weighted), the mean over targets. */
export function rootMeanSquaredError(
  yTrue: Numbers,
  yPred: Numbers,
  sampleWeight?: Labels,
): number {
  const { truth, guess, weights } = read(yTrue, yPred, sampleWeight, "rootMeanSquaredError");
  const [, targets = 1] = truth.shape;
  const column = (data: Float64Array, k: number) => data.filter((_, i) => i % targets === k);
  const roots = Array.from({ length: targets }, (_, k) =>
    Math.sqrt(meanSquaredError(column(truth.data, k), column(guess.data, k), weights)),
  );
  return roots.reduce((sum, root) => sum + root, 0) / targets;
}

/** Mean absolute difference over rows (weighted) and targets. */
export function meanAbsoluteError(yTrue: Numbers, yPred: Numbers, sampleWeight?: Labels): number {
  return meanOver(yTrue, yPred, sampleWeight, "meanAbsoluteError", (t, p) => Math.abs(t - p));
}

/**
 * Coefficient of determination, 1 for perfect predictions, 0 for the mean's: the mean over targets. A target that does not vary counts 1
 * where it is met exactly and else 0, as in scikit-learn.
 */
export function r2Score(yTrue: Numbers, yPred: Numbers, sampleWeight?: Labels): number {
  const { truth, guess, weights } = read(yTrue, yPred, sampleWeight, "r2Score");
  const [rows = 0, targets = 1] = truth.shape;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  for (let k = 0; k < targets; k++) {
    let mean = 0;
    for (let i = 0; i < rows; i++) {
      mean += ((weights[i] ?? 0) * (truth.data[i * targets + k] ?? 0)) / total;
    }
    let rest = 0;
    let spread = 0;
    for (let i = 0; i < rows; i++) {
      const value = truth.data[i * targets + k] ?? 0;
      rest += (weights[i] ?? 0) * (value - (guess.data[i * targets + k] ?? 0)) ** 2;
      spread += (weights[i] ?? 0) * (value - mean) ** 2;
    }
    sum += spread > 0 ? 1 - rest / spread : Number(rest === 0);
  }
  return sum / targets;
}

/** Mean Poisson deviance: `meanTweedieDeviance` of power 1. True values from 0, predictions above 0. */
export function meanPoissonDeviance(yTrue: Numbers, yPred: Numbers, sampleWeight?: Labels): number {
  return meanTweedieDeviance(yTrue, yPred, { power: 1, ...(sampleWeight && { sampleWeight }) });
}

/** Mean Gamma deviance: `meanTweedieDeviance` of power 2. True values and predictions above 0. */
export function meanGammaDeviance(yTrue: Numbers, yPred: Numbers, sampleWeight?: Labels): number {
  return meanTweedieDeviance(yTrue, yPred, { power: 2, ...(sampleWeight && { sampleWeight }) });
}

/** How a deviance is taken. */
export interface DevianceSettings {
  /** 0: squared error, 1: Poisson, 2: Gamma, 3: inverse Gaussian, between 1 and 2 compound Poisson. Default 0. */
  readonly power?: number;
  readonly sampleWeight?: Labels;
}

/**
 * Mean Tweedie deviance (Jørgensen, The Theory of Dispersion Models, 1997, chapter 4). Errors: also `bad-argument` where values or
 * predictions lie outside the distribution.
 */
export function meanTweedieDeviance(
  yTrue: Numbers,
  yPred: Numbers,
  settings: DevianceSettings = {},
): number {
  const { power = 0, sampleWeight } = settings;
  const path = "meanTweedieDeviance";
  if (power > 0 && power < 1) {
    throw outside(path, `power is ${power}`, "Pass a power of at most 0 or at least 1");
  }
  return meanOver(yTrue, yPred, sampleWeight, path, (t, p) => {
    const fits = power === 0 || (p > 0 && (power < 0 || t > 0 || (t === 0 && power < 2)));
    if (fits) return tweedieDeviance(power, t, p);
    throw outside(
      path,
      `a value lies outside the distribution of power ${power}`,
      "Pass predictions above 0, and true values from 0 (above 0 from power 2)",
    );
  });
}

/** Share of the deviance that predictions explain: 1 minus their deviance over that of the mean. */
export function d2TweedieScore(
  yTrue: Numbers,
  yPred: Numbers,
  settings: DevianceSettings = {},
): number {
  const { truth, weights } = read(yTrue, yPred, settings.sampleWeight, "d2TweedieScore");
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = truth.data.reduce((sum, t, i) => sum + t * (weights[i] ?? 0), 0) / total;
  const constant = truth.data.map(() => mean);
  return (
    1 -
    meanTweedieDeviance(yTrue, yPred, settings) /
      meanTweedieDeviance(truth.data, constant, settings)
  );
}

/** Unit deviance of `t` from the prediction `p`. */
function tweedieDeviance(power: number, t: number, p: number): number {
  if (power === 0) return (t - p) ** 2;
  if (power === 1) return 2 * ((t === 0 ? 0 : t * Math.log(t / p)) - t + p);
  if (power === 2) return 2 * (Math.log(p / t) + t / p - 1);
  return (
    2 *
    (Math.max(t, 0) ** (2 - power) / ((1 - power) * (2 - power)) -
      (t * p ** (1 - power)) / (1 - power) +
      p ** (2 - power) / (2 - power))
  );
}

function meanOver(
  yTrue: Numbers,
  yPred: Numbers,
  sampleWeight: Labels | undefined,
  path: string,
  of: (truth: number, guess: number) => number,
): number {
  const { truth, guess, weights } = read(yTrue, yPred, sampleWeight, path);
  const targets = truth.shape[1] ?? 1;
  const total = weights.reduce((sum, weight) => sum + weight, 0) * targets;
  return truth.data.reduce(
    (sum, t, i) =>
      sum + ((weights[Math.floor(i / targets)] ?? 0) * of(t, guess.data[i] ?? 0)) / total,
    0,
  );
}

function read(yTrue: Numbers, yPred: Numbers, sampleWeight: Labels | undefined, path: string) {
  const rows = toTensor(yTrue, `${path} yTrue`).shape[0] ?? 0;
  const truth: Tensor = toTargets(yTrue, rows, `${path} yTrue`);
  const guess: Tensor = toTargets(yPred, rows, `${path} yPred`);
  if (!sameShape(truth.shape, guess.shape) || rows === 0) {
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `true values ${shapeText(truth.shape)} and predictions ${shapeText(guess.shape)} do not fit together`,
      cure: "Pass one prediction for each true value, at least one",
    });
  }
  return { truth, guess, weights: toRowWeights(sampleWeight, rows, `${path} sampleWeight`) };
}

function outside(path: string, problem: string, cure: string): VelumError {
  return new VelumError({ code: "bad-argument", path, problem, cure });
}
