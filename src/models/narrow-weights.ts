import { type Curve, type FittedCurve, ScoreHistogram } from "./score-histogram.js";

/** Integer inputs and what a good score on them is. */
export interface NarrowProblem {
  /** For each feature, its integer (0 to `levels`) in every row. */
  readonly columns: readonly Uint8Array[];
  /** 0 or 1 for every row. */
  readonly target: Uint32Array;
  /** Greatest input integer. */
  readonly levels: number;
  /** Limit of the sum of absolute weights: a score then spans at most `levels * budget`. */
  readonly budget: number;
  /** Limit of one absolute weight. */
  readonly weightLimit: number;
  /** What the square of each weight counts in the penalty. */
  readonly weightCost: Float64Array;
}

export interface NarrowWeights extends FittedCurve {
  readonly weights: Int32Array;
}

/** The largest multiple of the real weights whose rounding keeps within the limits. */
export function roundWeights(real: Float64Array, problem: NarrowProblem): Int32Array {
  const at = (factor: number) => Int32Array.from(real, (w) => Math.round(w * factor));
  const fits = (weights: Int32Array) =>
    sumOf(weights) <= problem.budget && weights.every((w) => Math.abs(w) <= problem.weightLimit);
  const top = real.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
  if (top === 0) return at(0);
  let low = 0;
  let high = (problem.budget + 1) / top;
  for (let halving = 0; halving < 40; halving++) {
    const middle = (low + high) / 2;
    if (fits(at(middle))) low = middle;
    else high = middle;
  }
  return at(low);
}

/**
 * Coordinate descent on the penalised logistic loss over integer weights within the limits, from `start`: single
 * weights change by one, and, where `swaps`, two at once, until nothing improves or `maxTrials` are spent.
 */
export function improveWeights(
  problem: NarrowProblem,
  start: Int32Array,
  curve: Curve,
  swaps: boolean,
  maxTrials: number,
): NarrowWeights {
  const search = new Search(problem, start, curve);
  const features = problem.columns.length;
  let improved = true;
  while (improved && search.trials < maxTrials) {
    improved = false;
    for (let j = 0; j < features; j++) {
      for (const step of [1, -1]) improved = search.tryMove(j, step, 0, 0) || improved;
    }
    if (improved || !swaps) continue;
    for (let j = 0; j < features && search.trials < maxTrials; j++) {
      for (let k = 0; k < features; k++) {
        if (k === j) continue;
        for (const step of [1, -1]) {
          for (const other of [1, -1]) improved = search.tryMove(j, step, k, other) || improved;
        }
      }
    }
  }
  return search.result();
}

class Search {
  trials = 0;
  readonly #problem: NarrowProblem;
  readonly #weights: Int32Array;
  readonly #scores: Int32Array;
  readonly #histogram: ScoreHistogram;
  #sum: number;
  #cost = 0;
  #best: FittedCurve;

  constructor(problem: NarrowProblem, start: Int32Array, curve: Curve) {
    this.#problem = problem;
    this.#weights = start.slice();
    this.#sum = sumOf(start);
    this.#scores = new Int32Array(problem.target.length);
    start.forEach((weight, j) => {
      this.#cost += weight * weight * (problem.weightCost[j] ?? 0);
      this.#addTo(this.#scores, j, weight);
    });
    this.#histogram = new ScoreHistogram(problem.levels * problem.budget);
    this.#scores.forEach((score, row) => {
      this.#histogram.add(score, problem.target[row] ?? 0);
    });
    this.#best = this.#histogram.fit(curve, this.#cost);
  }

  result(): NarrowWeights {
    return { ...this.#best, weights: this.#weights };
  }

  /** Keeps weight `j` plus `a` and weight `k` plus `b` if they are allowed and lower the loss. */
  tryMove(j: number, a: number, k: number, b: number): boolean {
    const { columns, target, budget, weightLimit, weightCost } = this.#problem;
    const wj = this.#weights[j] ?? 0;
    const wk = this.#weights[k] ?? 0;
    const sum =
      this.#sum + Math.abs(wj + a) - Math.abs(wj) + (b === 0 ? 0 : Math.abs(wk + b) - Math.abs(wk));
    if (sum > budget || Math.abs(wj + a) > weightLimit) return false;
    if (b !== 0 && Math.abs(wk + b) > weightLimit) return false;
    this.trials++;
    const first = columns[j] ?? new Uint8Array();
    const second = columns[k] ?? new Uint8Array();
    this.#histogram.clear();
    for (let row = 0; row < target.length; row++) {
      const change = a * (first[row] ?? 0) + b * (second[row] ?? 0);
      this.#histogram.add((this.#scores[row] ?? 0) + change, target[row] ?? 0);
    }
    const cost =
      this.#cost +
      (2 * wj * a + a * a) * (weightCost[j] ?? 0) +
      (2 * wk * b + b * b) * (weightCost[k] ?? 0);
    const found = this.#histogram.fit(this.#best, cost);
    if (!(found.loss < this.#best.loss * (1 - 1e-9) && found.slope > 0)) return false;
    this.#best = found;
    this.#cost = cost;
    this.#sum = sum;
    this.#weights[j] = wj + a;
    this.#addTo(this.#scores, j, a);
    if (b !== 0) {
      this.#weights[k] = wk + b;
      this.#addTo(this.#scores, k, b);
    }
    return true;
  }

  #addTo(scores: Int32Array, j: number, weight: number): void {
    const column = this.#problem.columns[j] ?? new Uint8Array();
    for (let row = 0; row < scores.length; row++) {
      scores[row] = (scores[row] ?? 0) + weight * (column[row] ?? 0);
    }
  }
}

function sumOf(weights: Int32Array): number {
  return weights.reduce((sum, w) => sum + Math.abs(w), 0);
}
