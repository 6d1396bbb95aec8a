/**
 * The generator inside scikit-learn's splitters, so that a seed gives the same order of features and the same random thresholds:
 * 32-bit xorshift (Marsaglia, Journal of Statistical Software 8 (14), 2003).
 */
export class SplitRandom {
  #state: number;

  /** `seed`: from 0 to 2^31 - 2. */
  constructor(seed: number) {
    this.#state = seed;
  }

  #next(): number {
    let state = this.#state === 0 ? 1 : this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state & 0x7fffffff;
  }

  /** From `low` to `high - 1`. */
  integer(low: number, high: number): number {
    return low + (this.#next() % (high - low));
  }

  /** From `low` to `high`. */
  real(low: number, high: number): number {
    return ((high - low) * this.#next()) / 0x7fffffff + low;
  }
}

/** Seeds of `SplitRandom` are below this. */
export const splitSeedLimit = 0x7fffffff;
