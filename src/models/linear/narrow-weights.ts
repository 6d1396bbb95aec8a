/**
 * The integer scores of a few bits that follow given real scores best. All sums are over rows, weighted and
 * taken about their weighted means; with them a candidate is judged without looking at the rows again.
 */
export interface NarrowProblem {
  readonly features: number;
  /** `[features, features]`, row-major: covariances of the integer inputs. */
  readonly inputs: Float64Array;
  /** `[features]`: covariances of the integer inputs with the real score. */
  readonly score: Float64Array;
  /** Variance of the real score. */
  readonly scoreVariance: number;
  /** Limit of the sum of absolute weights. */
  readonly budget: number;
  /** Limit of one absolute weight. */
  readonly weightLimit: number;
}

export interface NarrowWeights {
  readonly weights: Int32Array;
  /** Real score's change for one integer step, by least squares; above 0. */
  readonly slope: number;
  /** Share of the real score's variance that the integer score explains, 0 to 1. */
  readonly explained: number;
}

/** The largest multiple of the real weights whose rounding keeps within the limits. */
export function roundWeights(
  real: Float64Array,
  limits: Pick<NarrowProblem, "budget" | "weightLimit">,
): Int32Array {
  const at = (factor: number) => Int32Array.from(real, (w) => Math.round(w * factor));
  const fits = (weights: Int32Array) =>
    sumOf(weights) <= limits.budget && weights.every((w) => Math.abs(w) <= limits.weightLimit);
  const top = real.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
  if (top === 0) return at(0);
  let low = 0;
  let high = (limits.budget + 1) / top;
  for (let halving = 0; halving < 50; halving++) {
    const middle = (low + high) / 2;
    if (fits(at(middle))) low = middle;
    else high = middle;
  }
  return at(low);
}

/**
 * Coordinate descent over integer weights within the limits, from `start`: one weight changes by one, and where that
 * no longer helps, two at once, until nothing explains more of the score. Undefined where no weights correlate with it.
 */
export function improveWeights(
  problem: NarrowProblem,
  start: Int32Array,
): NarrowWeights | undefined {
  const search = new Search(problem, start);
  const { features } = problem;
  let improved = true;
  while (improved) {
    improved = false;
    for (let j = 0; j < features; j++) {
      for (const step of signs) improved = search.tryMove(j, step, 0, 0) || improved;
    }
    if (improved) continue;
    for (let j = 0; j < features; j++) {
      for (let k = j + 1; k < features; k++) {
        for (const a of signs) {
          for (const b of signs) improved = search.tryMove(j, a, k, b) || improved;
        }
      }
    }
  }
  return search.result();
}

const signs = [1, -1];
/** Smaller gains are rounding, and could go on for ever. */
const leastGain = 1e-9;

/** Weights `w` with `covariance = w . score`, `variance = w . inputs . w` and `image = inputs . w` kept up to date. */
class Search {
  readonly #problem: NarrowProblem;
  readonly #weights: Int32Array;
  readonly #image: Float64Array;
  #covariance = 0;
  #variance = 0;
  #sum: number;
  #explained = 0;

  constructor(problem: NarrowProblem, start: Int32Array) {
    const { features, inputs, score } = problem;
    this.#problem = problem;
    this.#weights = start.slice();
    this.#sum = sumOf(start);
    this.#image = new Float64Array(features);
    for (let j = 0; j < features; j++) {
      const weight = start[j] ?? 0;
      this.#covariance += weight * (score[j] ?? 0);
      for (let i = 0; i < features; i++) {
        this.#image[i] = (this.#image[i] ?? 0) + weight * (inputs[i * features + j] ?? 0);
      }
    }
    for (let i = 0; i < features; i++) this.#variance += (start[i] ?? 0) * (this.#image[i] ?? 0);
    this.#explained = this.#shareOf(this.#covariance, this.#variance);
  }

  result(): NarrowWeights | undefined {
    if (this.#explained === 0) return undefined;
    const slope = this.#covariance / this.#variance;
    return { weights: this.#weights, slope, explained: this.#explained };
  }

  /** Adds `a` to weight `j` and `b` to weight `k` if the limits allow it and it explains more. */
  tryMove(j: number, a: number, k: number, b: number): boolean {
    const { features, inputs, score, budget, weightLimit } = this.#problem;
    const wj = this.#weights[j] ?? 0;
    const wk = this.#weights[k] ?? 0;
    const other = b === 0 ? 0 : Math.abs(wk + b) - Math.abs(wk);
    const sum = this.#sum + Math.abs(wj + a) - Math.abs(wj) + other;
    if (sum > budget || Math.abs(wj + a) > weightLimit) return false;
    if (b !== 0 && Math.abs(wk + b) > weightLimit) return false;
    const covariance = this.#covariance + a * (score[j] ?? 0) + b * (score[k] ?? 0);
    const variance =
      this.#variance +
      2 * a * (this.#image[j] ?? 0) +
      2 * b * (this.#image[k] ?? 0) +
      a * a * (inputs[j * features + j] ?? 0) +
      b * b * (inputs[k * features + k] ?? 0) +
      2 * a * b * (inputs[j * features + k] ?? 0);
    const explained = this.#shareOf(covariance, variance);
    if (explained <= this.#explained + leastGain) return false;
    this.#weights[j] = wj + a;
    if (b !== 0) this.#weights[k] = wk + b;
    for (let i = 0; i < features; i++) {
      const change = a * (inputs[i * features + j] ?? 0) + b * (inputs[i * features + k] ?? 0);
      this.#image[i] = (this.#image[i] ?? 0) + change;
    }
    this.#covariance = covariance;
    this.#variance = variance;
    this.#sum = sum;
    this.#explained = explained;
    return true;
  }

  /** 0 for scores that do not vary (beyond rounding) or run against the real one. */
  #shareOf(covariance: number, variance: number): number {
    if (!(covariance > 0 && variance > 1e-9)) return 0;
    return (covariance * covariance) / (variance * this.#problem.scoreVariance);
  }
}

function sumOf(weights: Int32Array): number {
  return weights.reduce((sum, w) => sum + Math.abs(w), 0);
}
