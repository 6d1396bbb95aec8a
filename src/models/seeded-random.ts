/**
 * Repeatable numbers for shuffling and fitting; never for secrets. SplitMix32: a Weyl sequence through the finalizer
 * of MurmurHash3 (Steele, Lea, Flood, OOPSLA 2014, in 32 bits).
 */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The next integer from 0 to 2^32 - 1. */
  nextUint32(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  }

  /** An integer from 0 to `limit - 1`, all equally likely. `limit` is 1 to 2^32. */
  nextBelow(limit: number): number {
    const fair = 2 ** 32 - (2 ** 32 % limit);
    let value = this.nextUint32();
    while (value >= fair) value = this.nextUint32();
    return value % limit;
  }

  /** Shuffles `items` in place (Fisher and Yates) and returns them. */
  shuffle(items: number[]): number[] {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.nextBelow(last + 1);
      const held = items[last] ?? 0;
      items[last] = items[other] ?? 0;
      items[other] = held;
    }
    return items;
  }
}
