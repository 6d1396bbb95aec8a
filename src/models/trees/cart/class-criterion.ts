import type { Criterion, CriterionData } from "./criterion.js";

export type ClassImpurity = "gini" | "entropy";

/** Impurity of class shares (Breiman et al., Classification and Regression Trees, 1984, section 4.3). */
export class ClassCriterion implements Criterion {
  readonly outputs: number;
  nodeWeight = 0;
  leftWeight = 0;
  rightWeight = 0;
  readonly #impurity: (sums: Float64Array, weight: number) => number;
  readonly #data: CriterionData;
  readonly #total: Float64Array;
  readonly #left: Float64Array;
  readonly #right: Float64Array;
  #start = 0;
  #end = 0;
  #position = 0;

  constructor(impurity: ClassImpurity, classes: number, data: CriterionData) {
    this.outputs = classes;
    this.#impurity = impurity === "gini" ? gini : entropy;
    this.#data = data;
    this.#total = new Float64Array(classes);
    this.#left = new Float64Array(classes);
    this.#right = new Float64Array(classes);
  }

  open(start: number, end: number): void {
    const { samples, y, weights } = this.#data;
    const total = this.#total.fill(0);
    let sum = 0;
    for (let p = start; p < end; p++) {
      const row = samples[p] ?? 0;
      const weight = weights === undefined ? 1 : (weights[row] ?? 0);
      const k = y[row] ?? 0;
      total[k] = (total[k] ?? 0) + weight;
      sum += weight;
    }
    this.#start = start;
    this.#end = end;
    this.nodeWeight = sum;
    this.reset();
  }

  reset(): void {
    this.#position = this.#start;
    this.leftWeight = 0;
    this.rightWeight = this.nodeWeight;
    this.#left.fill(0);
    this.#right.set(this.#total);
  }

  update(position: number): void {
    const { samples, y, weights } = this.#data;
    const left = this.#left;
    const total = this.#total;
    let moved = this.leftWeight;
    // The shorter way: onwards from the last cut, or back from the end.
    if (position - this.#position <= this.#end - position) {
      for (let p = this.#position; p < position; p++) {
        const row = samples[p] ?? 0;
        const weight = weights === undefined ? 1 : (weights[row] ?? 0);
        const k = y[row] ?? 0;
        left[k] = (left[k] ?? 0) + weight;
        moved += weight;
      }
    } else {
      left.set(total);
      moved = this.nodeWeight;
      for (let p = this.#end - 1; p >= position; p--) {
        const row = samples[p] ?? 0;
        const weight = weights === undefined ? 1 : (weights[row] ?? 0);
        const k = y[row] ?? 0;
        left[k] = (left[k] ?? 0) - weight;
        moved -= weight;
      }
    }
    this.leftWeight = moved;
    this.rightWeight = this.nodeWeight - moved;
    const right = this.#right;
    for (let k = 0; k < right.length; k++) right[k] = (total[k] ?? 0) - (left[k] ?? 0);
    this.#position = position;
  }

  proxy(): number {
    const right = this.#impurity(this.#right, this.rightWeight);
    const left = this.#impurity(this.#left, this.leftWeight);
    return -this.rightWeight * right - this.leftWeight * left;
  }

  leftValue(): number {
    return (this.#left[0] ?? 0) / this.leftWeight;
  }

  rightValue(): number {
    return (this.#right[0] ?? 0) / this.rightWeight;
  }

  nodeImpurity(): number {
    return this.#impurity(this.#total, this.nodeWeight);
  }

  leftImpurity(): number {
    return this.#impurity(this.#left, this.leftWeight);
  }

  rightImpurity(): number {
    return this.#impurity(this.#right, this.rightWeight);
  }

  writeValue(out: Float64Array, at: number): void {
    for (let k = 0; k < this.outputs; k++) out[at + k] = (this.#total[k] ?? 0) / this.nodeWeight;
  }
}

function gini(sums: Float64Array, weight: number): number {
  let squares = 0;
  for (let k = 0; k < sums.length; k++) squares += (sums[k] ?? 0) * (sums[k] ?? 0);
  return 1 - squares / (weight * weight);
}

function entropy(sums: Float64Array, weight: number): number {
  let sum = 0;
  for (let k = 0; k < sums.length; k++) {
    const share = (sums[k] ?? 0) / weight;
    if (share > 0) sum -= share * (Math.log(share) / Math.LN2);
  }
  return sum;
}
