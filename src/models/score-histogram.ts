/**
 * Rows of two classes counted by their integer score, and the best logistic curve over them. Many candidate weights are
 * compared by it, so it works on a few dozen counts instead of on the rows.
 */
export class ScoreHistogram {
  readonly #reach: number;
  /** Rows of class 0 and of class 1 with score `i - reach`. */
  readonly #counts: readonly [Uint32Array, Uint32Array];

  /** Scores lie in `-reach` to `reach`. */
  constructor(reach: number) {
    this.#reach = reach;
    this.#counts = [new Uint32Array(2 * reach + 1), new Uint32Array(2 * reach + 1)];
  }

  clear(): void {
    for (const counts of this.#counts) counts.fill(0);
  }

  add(score: number, target: number): void {
    const counts = this.#counts[target === 1 ? 1 : 0];
    const at = score + this.#reach;
    counts[at] = (counts[at] ?? 0) + 1;
  }

  /**
   * The least of `sum of logistic losses of (slope * score + shift) + penalty / 2 * slope^2`, by Newton's method from
   * `start`. At most 8 steps: `start` is near.
   */
  fit(start: Curve, penalty: number): FittedCurve {
    let { slope, shift } = start;
    let loss = this.#loss(slope, shift, penalty);
    for (let step = 0; step < 8; step++) {
      const newton = this.#newtonStep(slope, shift, penalty);
      let share = 1;
      let next = this.#loss(slope + newton.slope, shift + newton.shift, penalty);
      while (next > loss && share > 1e-3) {
        share /= 2;
        next = this.#loss(slope + share * newton.slope, shift + share * newton.shift, penalty);
      }
      if (!(next < loss)) break;
      slope += share * newton.slope;
      shift += share * newton.shift;
      const gain = loss - next;
      loss = next;
      if (gain < 1e-7 * loss) break;
    }
    return { slope, shift, loss };
  }

  #loss(slope: number, shift: number, penalty: number): number {
    const [zeros, ones] = this.#counts;
    let loss = 0.5 * penalty * slope * slope;
    for (let i = 0; i < zeros.length; i++) {
      const n0 = zeros[i] ?? 0;
      const n1 = ones[i] ?? 0;
      if (n0 + n1 === 0) continue;
      const real = slope * (i - this.#reach) + shift;
      const tail = Math.log1p(Math.exp(-Math.abs(real)));
      loss += (n0 + n1) * tail + (real > 0 ? n0 * real : -n1 * real);
    }
    return loss;
  }

  #newtonStep(slope: number, shift: number, penalty: number): Curve {
    const [zeros, ones] = this.#counts;
    let g0 = 0;
    let g1 = penalty * slope;
    let h00 = 1e-9;
    let h01 = 0;
    let h11 = penalty + 1e-9;
    for (let i = 0; i < zeros.length; i++) {
      const n1 = ones[i] ?? 0;
      const n = (zeros[i] ?? 0) + n1;
      if (n === 0) continue;
      const score = i - this.#reach;
      const probability = 1 / (1 + Math.exp(-slope * score - shift));
      const residual = n * probability - n1;
      const weight = n * probability * (1 - probability);
      g0 += residual;
      g1 += residual * score;
      h00 += weight;
      h01 += weight * score;
      h11 += weight * score * score;
    }
    const determinant = h00 * h11 - h01 * h01;
    return {
      slope: -(h00 * g1 - h01 * g0) / determinant,
      shift: -(h11 * g0 - h01 * g1) / determinant,
    };
  }
}

/** Real score = `slope * integer score + shift`. */
export interface Curve {
  readonly slope: number;
  readonly shift: number;
}

export interface FittedCurve extends Curve {
  readonly loss: number;
}
