import type { Criterion, CriterionData } from "./criterion.js";

export type TargetImpurity = "squared_error" | "poisson";

/** Impurity of a numeric target: its variance, or its half Poisson deviance. */
export class TargetCriterion implements Criterion {
  readonly outputs = 1;
  nodeWeight = 0;
  leftWeight = 0;
  rightWeight = 0;
  readonly #poisson: boolean;
  readonly #data: CriterionData;
  #start = 0;
  #end = 0;
  #position = 0;
  #total = 0;
  #left = 0;
  #squares = 0;

  constructor(impurity: TargetImpurity, data: CriterionData) {
    this.#poisson = impurity === "poisson";
    this.#data = data;
  }

  open(start: number, end: number): void {
    const { samples, y, weights } = this.#data;
    let total = 0;
    let squares = 0;
    let sum = 0;
    for (let p = start; p < end; p++) {
      const row = samples[p] ?? 0;
      const weight = weights === undefined ? 1 : (weights[row] ?? 0);
      const target = y[row] ?? 0;
      total += weight * target;
      squares += weight * target * target;
      sum += weight;
    }
    this.#start = start;
    this.#end = end;
    this.#total = total;
    this.#squares = squares;
    this.nodeWeight = sum;
    this.reset();
  }

  reset(): void {
    this.#position = this.#start;
    this.#left = 0;
    this.leftWeight = 0;
    this.rightWeight = this.nodeWeight;
  }

  update(position: number): void {
    const { samples, y, weights } = this.#data;
    let left = this.#left;
    let moved = this.leftWeight;
    if (position - this.#position <= this.#end - position) {
      for (let p = this.#position; p < position; p++) {
        const row = samples[p] ?? 0;
        const weight = weights === undefined ? 1 : (weights[row] ?? 0);
        left += weight * (y[row] ?? 0);
        moved += weight;
      }
    } else {
      left = this.#total;
      moved = this.nodeWeight;
      for (let p = this.#end - 1; p >= position; p--) {
        const row = samples[p] ?? 0;
        const weight = weights === undefined ? 1 : (weights[row] ?? 0);
        left -= weight * (y[row] ?? 0);
        moved -= weight;
      }
    }
    this.#left = left;
    this.leftWeight = moved;
    this.rightWeight = this.nodeWeight - moved;
    this.#position = position;
  }

  proxy(): number {
    const left = this.#left;
    const right = this.#total - left;
    if (!this.#poisson) {
      return (left * left) / this.leftWeight + (right * right) / this.rightWeight;
    }
    // A side without events has a deviance that no mean can bound: the cut is refused.
    if (left <= tiny || right <= tiny) return Number.NEGATIVE_INFINITY;
    return log(left, this.leftWeight) + log(right, this.rightWeight);
  }

  leftValue(): number {
    return this.#left / this.leftWeight;
  }

  rightValue(): number {
    return (this.#total - this.#left) / this.rightWeight;
  }

  nodeImpurity(): number {
    if (this.#poisson) return this.#deviance(this.#start, this.#end, this.#total, this.nodeWeight);
    return this.#squares / this.nodeWeight - (this.#total / this.nodeWeight) ** 2;
  }

  leftImpurity(): number {
    if (this.#poisson) {
      return this.#deviance(this.#start, this.#position, this.#left, this.leftWeight);
    }
    return this.#leftSquares() / this.leftWeight - (this.#left / this.leftWeight) ** 2;
  }

  rightImpurity(): number {
    const right = this.#total - this.#left;
    if (this.#poisson) return this.#deviance(this.#position, this.#end, right, this.rightWeight);
    const squares = this.#squares - this.#leftSquares();
    return squares / this.rightWeight - (right / this.rightWeight) ** 2;
  }

  writeValue(out: Float64Array, at: number): void {
    out[at] = this.#total / this.nodeWeight;
  }

  #leftSquares(): number {
    const { samples, y, weights } = this.#data;
    let squares = 0;
    for (let p = this.#start; p < this.#position; p++) {
      const row = samples[p] ?? 0;
      const target = y[row] ?? 0;
      squares += (weights === undefined ? 1 : (weights[row] ?? 0)) * target * target;
    }
    return squares;
  }

  #deviance(start: number, end: number, sum: number, weight: number): number {
    if (sum <= tiny) return Number.POSITIVE_INFINITY;
    const { samples, y, weights } = this.#data;
    const mean = sum / weight;
    let deviance = 0;
    for (let p = start; p < end; p++) {
      const row = samples[p] ?? 0;
      const target = y[row] ?? 0;
      if (target === 0) continue;
      deviance +=
        (weights === undefined ? 1 : (weights[row] ?? 0)) * target * Math.log(target / mean);
    }
    return deviance / weight;
  }
}

/** Sums at most this large count as 0: ten steps of double precision at 1. */
const tiny = 10 * Number.EPSILON;

function log(sum: number, weight: number): number {
  return sum * (Math.log(sum / weight) / Math.LN2);
}
