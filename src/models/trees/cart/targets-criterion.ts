import type { Criterion, CriterionData } from "./criterion.js";

/** Mean variance of several targets; `TargetCriterion` is the faster one of a single target. */
export class TargetsCriterion implements Criterion {
  readonly outputs: number;
  nodeWeight = 0;
  leftWeight = 0;
  rightWeight = 0;
  readonly #data: CriterionData;
  readonly #total: Float64Array;
  readonly #left: Float64Array;
  #start = 0;
  #end = 0;
  #position = 0;
  #squares = 0;

  constructor(targets: number, data: CriterionData) {
    this.outputs = targets;
    this.#data = data;
    this.#total = new Float64Array(targets);
    this.#left = new Float64Array(targets);
  }

  open(start: number, end: number): void {
    this.#start = start;
    this.#end = end;
    this.#total.fill(0);
    this.nodeWeight = 0;
    for (let p = start; p < end; p++) this.nodeWeight += this.#add(this.#total, p, 1);
    this.#squares = this.#squaresOf(start, end);
    this.reset();
  }

  reset(): void {
    this.#position = this.#start;
    this.#left.fill(0);
    this.leftWeight = 0;
    this.rightWeight = this.nodeWeight;
  }

  update(position: number): void {
    if (position - this.#position <= this.#end - position) {
      for (let p = this.#position; p < position; p++)
        this.leftWeight += this.#add(this.#left, p, 1);
    } else {
      this.#left.set(this.#total);
      this.leftWeight = this.nodeWeight;
      for (let p = this.#end - 1; p >= position; p--) {
        this.leftWeight -= this.#add(this.#left, p, -1);
      }
    }
    this.rightWeight = this.nodeWeight - this.leftWeight;
    this.#position = position;
  }

  proxy(): number {
    let [left, right] = [0, 0];
    for (let k = 0; k < this.outputs; k++) {
      const own = this.#left[k] ?? 0;
      const rest = (this.#total[k] ?? 0) - own;
      left += own * own;
      right += rest * rest;
    }
    return left / this.leftWeight + right / this.rightWeight;
  }

  leftValue(): number {
    return (this.#left[0] ?? 0) / this.leftWeight;
  }

  rightValue(): number {
    return ((this.#total[0] ?? 0) - (this.#left[0] ?? 0)) / this.rightWeight;
  }

  nodeImpurity(): number {
    return this.#impurity(this.#squares, this.nodeWeight, (k) => this.#total[k] ?? 0);
  }

  leftImpurity(): number {
    const squares = this.#squaresOf(this.#start, this.#position);
    return this.#impurity(squares, this.leftWeight, (k) => this.#left[k] ?? 0);
  }

  rightImpurity(): number {
    const squares = this.#squares - this.#squaresOf(this.#start, this.#position);
    const rest = (k: number) => (this.#total[k] ?? 0) - (this.#left[k] ?? 0);
    return this.#impurity(squares, this.rightWeight, rest);
  }

  writeValue(out: Float64Array, at: number): void {
    for (let k = 0; k < this.outputs; k++) out[at + k] = (this.#total[k] ?? 0) / this.nodeWeight;
  }

  #impurity(squares: number, weight: number, sum: (k: number) => number): number {
    let impurity = squares / weight;
    for (let k = 0; k < this.outputs; k++) impurity -= (sum(k) / weight) ** 2;
    return impurity / this.outputs;
  }

  /** Adds `times` the targets of the row at `p` to `sums`; gives the row's weight. */
  #add(sums: Float64Array, p: number, times: 1 | -1): number {
    const { samples, y, weights } = this.#data;
    const row = samples[p] ?? 0;
    const weight = weights === undefined ? 1 : (weights[row] ?? 0);
    for (let k = 0; k < sums.length; k++) {
      sums[k] = (sums[k] ?? 0) + times * weight * (y[row * sums.length + k] ?? 0);
    }
    return weight;
  }

  #squaresOf(start: number, end: number): number {
    const { samples, y, weights } = this.#data;
    const { outputs } = this;
    let squares = 0;
    for (let p = start; p < end; p++) {
      const row = samples[p] ?? 0;
      const weight = weights === undefined ? 1 : (weights[row] ?? 0);
      for (let k = 0; k < outputs; k++) {
        const target = y[row * outputs + k] ?? 0;
        squares += weight * target * target;
      }
    }
    return squares;
  }
}
