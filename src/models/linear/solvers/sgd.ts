import type { Matrix } from "../../check-data.js";
import { ParamChecks } from "../../check-params.js";
import { SeededRandom } from "../../seeded-random.js";
import type { OutputFit } from "../linear-fit.js";
import type { PointLoss } from "./sgd-losses.js";
import { heldOutScore, holdOut } from "./sgd-validation.js";

/** Settings of stochastic gradient descent; names and meanings of scikit-learn's. */
export interface SgdSettings {
  readonly penalty: "l2" | "l1" | "elasticnet" | null;
  /** Strength of the penalty; also sets the steps of learning rate `"optimal"`. */
  readonly alpha: number;
  /** Share of l1 in `"elasticnet"`, 0 to 1. */
  readonly l1Ratio: number;
  readonly fitIntercept: boolean;
  /** Passes over the rows, at most. */
  readonly maxIter: number;
  /** A pass must lower the mean of loss and penalty by this; `nIterNoChange` passes that do not end the fit. `null`: never. */
  readonly tol: number | null;
  readonly nIterNoChange: number;
  /** Judges passes on held-out rows, by accuracy or R², in place of the training loss; `tol` is then what the score must gain. */
  readonly earlyStopping: boolean;
  /** Share of the rows to hold out, above 0 and below 1. */
  readonly validationFraction: number;
  readonly shuffle: boolean;
  readonly randomState: number;
  /**
   * Step at update t: `"constant"`: `eta0`; `"optimal"`: `1 / (alpha (t0 + t))`; `"invscaling"`: `eta0 / t^powerT`; `"adaptive"`: `eta0`,
   * divided by 5 where the fit would end, until it is below 1e-6.
   */
  readonly learningRate: "constant" | "optimal" | "invscaling" | "adaptive";
  readonly eta0: number;
  readonly powerT: number;
  /** Averages the weights over all updates (Polyak and Juditsky 1992). */
  readonly average: boolean;
}

/** What one output needs: rows, targets and weights of rows. */
export interface SgdProblem {
  readonly x: Matrix;
  readonly y: Float64Array;
  readonly rowWeights: Float64Array;
  readonly loss: PointLoss;
  /** Targets are the sides -1 and 1. */
  readonly classes: boolean;
}

export const sgdDefaults: SgdSettings = {
  penalty: "l2",
  alpha: 1e-4,
  l1Ratio: 0.15,
  fitIntercept: true,
  maxIter: 1000,
  tol: 1e-3,
  nIterNoChange: 5,
  earlyStopping: false,
  validationFraction: 0.1,
  shuffle: true,
  randomState: 0,
  learningRate: "optimal",
  eta0: 0.01,
  powerT: 0.5,
  average: false,
};

/**
 * Linear weights by stochastic gradient descent, row by row: Bottou, "Stochastic Gradient Descent Tricks", 2012; l1 by cumulative penalty
 * with truncation (Tsuruoka, Tsujii, Ananiadou, ACL 2009). Repeatable for a `randomState`; rows come in another order than in
 * scikit-learn, so weights agree with it in distribution alone.
 */
export function fitSgd(problem: SgdProblem, settings: SgdSettings): OutputFit {
  const { x, y, rowWeights, loss } = problem;
  const { alpha, penalty, tol, maxIter } = settings;
  const l1Share = penalty === "l1" ? 1 : penalty === "elasticnet" ? settings.l1Ratio : 0;
  const l2 = penalty === null ? 0 : alpha * (1 - l1Share);
  const l1 = penalty === null ? 0 : alpha * l1Share;
  const random = new SeededRandom(settings.randomState);
  const { train: order, held } = settings.earlyStopping
    ? holdOut(y, settings.validationFraction, problem.classes, random)
    : { train: Array.from(y.keys()), held: [] };
  const state = {
    weights: new Float64Array(x.columns),
    intercept: 0,
    mean: new Float64Array(x.columns),
    meanIntercept: 0,
    dueL1: 0,
    paidL1: new Float64Array(x.columns),
  };
  const t0 = firstStep(alpha, loss);
  let eta = settings.eta0;
  let updates = 0;
  let best = Number.POSITIVE_INFINITY;
  let idle = 0;
  for (let pass = 1; pass <= maxIter; pass++) {
    if (settings.shuffle) random.shuffle(order);
    let sum = 0;
    for (const row of order) {
      const start = row * x.columns;
      let score = state.intercept;
      for (let j = 0; j < x.columns; j++)
        score += (state.weights[j] ?? 0) * (x.data[start + j] ?? 0);
      const target = y[row] ?? 0;
      const rowWeight = rowWeights[row] ?? 0;
      updates++;
      if (settings.learningRate === "optimal") eta = 1 / (alpha * (t0 + updates - 1));
      if (settings.learningRate === "invscaling") eta = settings.eta0 / updates ** settings.powerT;
      sum += loss.value(score, target) + penaltyOf(state.weights, l1, l2);
      // Far outliers must not throw the weights out of range.
      const slope = Math.min(1e12, Math.max(-1e12, loss.slope(score, target)));
      const step = -eta * slope * rowWeight;
      const shrink = Math.max(0, 1 - eta * l2);
      for (let j = 0; j < x.columns; j++) {
        state.weights[j] = (state.weights[j] ?? 0) * shrink + step * (x.data[start + j] ?? 0);
      }
      if (settings.fitIntercept) state.intercept += step;
      if (l1 > 0) truncate(state, eta * l1);
      if (settings.average) {
        for (let j = 0; j < x.columns; j++) {
          const mean = state.mean[j] ?? 0;
          state.mean[j] = mean + ((state.weights[j] ?? 0) - mean) / updates;
        }
        state.meanIntercept += (state.intercept - state.meanIntercept) / updates;
      }
    }
    // Lower is better: the mean loss, or what the score lacks.
    const found = settings.earlyStopping
      ? -heldOutScore(problem, result(state, settings, pass, true), held, problem.classes)
      : sum / order.length;
    idle = tol !== null && found > best - tol ? idle + 1 : 0;
    best = Math.min(best, found);
    if (idle < settings.nIterNoChange) continue;
    if (settings.learningRate === "adaptive" && eta > 1e-6) {
      eta /= 5;
      idle = 0;
    } else return result(state, settings, pass, true);
  }
  return result(state, settings, maxIter, tol === null);
}

interface State {
  readonly weights: Float64Array;
  readonly mean: Float64Array;
  readonly paidL1: Float64Array;
  intercept: number;
  meanIntercept: number;
  dueL1: number;
}

/** Draws each weight towards 0 by the penalty that is due and not yet paid, never across it. */
function truncate(state: State, due: number): void {
  state.dueL1 += due;
  const { weights, paidL1, dueL1 } = state;
  for (let j = 0; j < weights.length; j++) {
    const w = weights[j] ?? 0;
    const paid = paidL1[j] ?? 0;
    const next =
      w > 0 ? Math.max(0, w - (dueL1 + paid)) : w < 0 ? Math.min(0, w + (dueL1 - paid)) : w;
    weights[j] = next;
    paidL1[j] = paid + (next - w);
  }
}

function penaltyOf(weights: Float64Array, l1: number, l2: number): number {
  let sum = 0;
  for (let j = 0; j < weights.length; j++) {
    const w = weights[j] ?? 0;
    sum += l1 * Math.abs(w) + 0.5 * l2 * w * w;
  }
  return sum;
}

/** Bottou's choice of t0: the first step is about the size of typical weights, `alpha^(-1/4)`. */
function firstStep(alpha: number, loss: PointLoss): number {
  const typical = Math.sqrt(1 / Math.sqrt(alpha));
  const eta = typical / Math.max(1, loss.slope(-typical, 1));
  return 1 / (eta * alpha);
}

function result(
  state: State,
  settings: SgdSettings,
  iterations: number,
  converged: boolean,
): OutputFit {
  return settings.average
    ? { weights: state.mean, intercept: state.meanIntercept, iterations, converged }
    : { weights: state.weights, intercept: state.intercept, iterations, converged };
}

/** Refuses settings out of range. Errors: `bad-argument`. */
export function checkSgd(name: string, settings: SgdSettings): void {
  const check = new ParamChecks(name);
  check.oneOf("penalty", settings.penalty, ["l2", "l1", "elasticnet", null]);
  check.atLeast("alpha", settings.alpha, 0);
  if (settings.learningRate === "optimal") check.positive("alpha", settings.alpha);
  check.between("l1Ratio", settings.l1Ratio, 0, 1);
  check.whole("maxIter", settings.maxIter, 1);
  if (settings.tol !== null) check.atLeast("tol", settings.tol, 0);
  check.whole("nIterNoChange", settings.nIterNoChange, 1);
  const share = settings.validationFraction;
  if (!(share > 0 && share < 1)) {
    throw check.bad("validationFraction", share, "Pass a number above 0 and below 1");
  }
  check.whole("randomState", settings.randomState, 0, 2 ** 32 - 1);
  const rates = ["constant", "optimal", "invscaling", "adaptive"];
  check.oneOf("learningRate", settings.learningRate, rates);
  if (settings.learningRate !== "optimal") check.positive("eta0", settings.eta0);
}
