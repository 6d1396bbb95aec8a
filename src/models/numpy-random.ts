/**
 * The generator of NumPy's `RandomState`, so that a seed gives what scikit-learn makes of it; never for secrets.
 * MT19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998), bounded integers by masking and rejection.
 */
export class NumpyRandom {
  readonly #state = new Uint32Array(size);
  #next = size;

  /** `seed`: an integer from 0 to 2^32 - 1. */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed >>> 0;
    for (let i = 1; i < size; i++) {
      const before = state[i - 1] ?? 0;
      state[i] = Math.imul(before ^ (before >>> 30), 1812433253) + i;
    }
  }

  /** The next integer from 0 to 2^32 - 1. */
  nextUint32(): number {
    if (this.#next === size) this.#refill();
    let y = this.#state[this.#next++] ?? 0;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** `RandomState.randint(limit)`: from 0 to `limit - 1`, `limit` from 1 to 2^32. */
  randint(limit: number): number {
    const most = limit - 1;
    if (most === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(most);
    let value = (this.nextUint32() & mask) >>> 0;
    while (value > most) value = (this.nextUint32() & mask) >>> 0;
    return value;
  }

  /** `RandomState.random_sample()`: 53 random bits, from 0 to below 1. */
  random(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** `RandomState.permutation(count)`. */
  permutation(count: number): Int32Array {
    const items = Int32Array.from({ length: count }, (_, i) => i);
    for (let last = count - 1; last > 0; last--) {
      const other = this.randint(last + 1);
      const held = items[last] ?? 0;
      items[last] = items[other] ?? 0;
      items[other] = held;
    }
    return items;
  }

  #refill(): void {
    const state = this.#state;
    for (let i = 0; i < size; i++) {
      const y = ((state[i] ?? 0) & 0x80000000) | ((state[(i + 1) % size] ?? 0) & 0x7fffffff);
      state[i] = (state[(i + 397) % size] ?? 0) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}

const size = 624;
