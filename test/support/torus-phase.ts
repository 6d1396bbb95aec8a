// Phases computed from the key's bits, without the kernels. Turns of the torus, -1/2 to 1/2.

/** Phase of an LWE ciphertext on the 32-bit torus under `bits`. */
export function lwePhase(lwe: Uint32Array, bits: readonly number[]): number {
  let phase = lwe[bits.length] ?? 0;
  for (let i = 0; i < bits.length; i++) if (bits[i] === 1) phase = (phase - (lwe[i] ?? 0)) | 0;
  return (phase | 0) * 2 ** -32;
}

/** `[N]` phases of a GLWE ciphertext `[k + 1, N]` on the 32-bit torus, as integers. */
export function glwePhase(words: Int32Array, bits: readonly number[], N: number): Int32Array {
  const phase = words.slice(bits.length, bits.length + N);
  for (let i = 0; i < bits.length; i++) {
    if (bits[i] !== 1) continue;
    const base = i - (i % N);
    const shift = i % N;
    for (let j = 0; j < N - shift; j++) {
      phase[j + shift] = (phase[j + shift] ?? 0) - (words[base + j] ?? 0);
    }
    for (let j = N - shift; j < N; j++) {
      phase[j + shift - N] = (phase[j + shift - N] ?? 0) + (words[base + j] ?? 0);
    }
  }
  return phase;
}

/** `X^a * polynomial mod X^N + 1`, 0 <= a < 2 N. */
export function rotate(polynomial: Int32Array, a: number): Int32Array {
  const N = polynomial.length;
  return Int32Array.from({ length: N }, (_, j) => {
    const from = (j - a + 2 * N) % (2 * N);
    return from < N ? (polynomial[from] ?? 0) : -(polynomial[from - N] ?? 0);
  });
}

/** The representative of `turns` in [-1/2, 1/2). */
export function wrapTurns(turns: number): number {
  return turns - Math.floor(turns + 0.5);
}

/** Mean of squares. */
export function meanSquare(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) ** 2;
  return sum / values.length;
}

/** Words of uniform random 32-bit and 64-bit torus elements, and whole numbers, from `random`. */
export class RandomWords {
  readonly #fill: (out: Uint8Array) => void;

  constructor(random: { fill(out: Uint8Array): void }) {
    this.#fill = (out) => random.fill(out);
  }

  words32(count: number): Uint32Array {
    const words = new Uint32Array(count);
    this.#fill(new Uint8Array(words.buffer));
    return words;
  }

  words64(count: number): BigUint64Array {
    const words = new BigUint64Array(count);
    this.#fill(new Uint8Array(words.buffer));
    return words;
  }

  /** `count` integers from `least` to `most`, uniform up to a share of 2^-32 each. */
  integers(count: number, least: number, most: number): Int32Array {
    const span = most - least + 1;
    return Int32Array.from(this.words32(count), (word) => least + (word % span));
  }
}

/** Sum of squares. */
export function squaredNorm(values: ArrayLike<number>): number {
  return values.length === 0 ? 0 : meanSquare(values) * values.length;
}
