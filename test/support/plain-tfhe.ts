// The scheme written a second time, slowly and without the kernels: what tests compare with.
import { createCipheriv } from "node:crypto";
import { type ClientKey, secretBits } from "../../src/keys/client-key.js";
import type { GlweParameters } from "../../src/tfhe/parameters.js";
import type { EncryptedVector } from "../../src/tfhe/wire-input.js";

export const domains = { bootstrapKey: 1, keySwitchKey: 2, input: 3 } as const;

/** `bytes` bytes of a mask stream, by the platform's ChaCha20. */
export function maskBytes(
  seed: Uint8Array,
  domain: number,
  index: number,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const start = Buffer.alloc(16);
  start.writeUInt32LE(domain, 4);
  start.writeBigUInt64LE(BigInt(index), 8);
  return new Uint8Array(createCipheriv("chacha20", seed, start).update(new Uint8Array(bytes)));
}

export function maskWords64(
  seed: Uint8Array,
  domain: number,
  index: number,
  words: number,
): BigUint64Array {
  return new BigUint64Array(maskBytes(seed, domain, index, 8 * words).buffer);
}

export function maskWords32(
  seed: Uint8Array,
  domain: number,
  index: number,
  words: number,
): Uint32Array {
  return new Uint32Array(maskBytes(seed, domain, index, 4 * words).buffer);
}

/** Key bits as 0 and 1: `big` in the order of the big LWE key, `small` of the small one of set `set`. */
export function keyBits(key: ClientKey, set = 0): { big: number[]; small: number[] } {
  const { glwe, bootstraps } = key.parameters;
  const bits = secretBits(key);
  const bit = (i: number) => ((bits[i >> 3] ?? 0) >> (i & 7)) & 1;
  const size = glwe.dimension * glwe.polynomialSize;
  // Every key begins a byte.
  const dimensions = bootstraps.map(({ lwe }) => lwe.dimension);
  const before = dimensions.slice(0, set).reduce((sum, n) => sum + 8 * Math.ceil(n / 8), size);
  return {
    big: Array.from({ length: size }, (_, i) => bit(i)),
    small: Array.from({ length: dimensions[set] ?? 0 }, (_, i) => bit(before + i)),
  };
}

/** `sum_p mask_p * S_p mod X^N + 1`, mod 2^64. */
export function maskTimesKey(
  mask: BigUint64Array,
  big: readonly number[],
  glwe: GlweParameters,
): BigUint64Array {
  const N = glwe.polynomialSize;
  const product = new BigUint64Array(N);
  for (let i = 0; i < big.length; i++) {
    if (big[i] === 0) continue;
    const base = Math.floor(i / N) * N;
    const shift = i % N;
    for (let j = 0; j < N; j++) {
      const to = j + shift;
      const word = mask[base + j] ?? 0n;
      if (to < N) product[to] = (product[to] ?? 0n) + word;
      else product[to - N] = (product[to - N] ?? 0n) - word;
    }
  }
  return product;
}

/** Number `index` of a run of `width`-bit numbers, lowest bit first. */
export function packedNumber(bytes: Uint8Array, width: number, index: number): bigint {
  let value = 0n;
  for (let bit = 0; bit < width; bit++) {
    const at = index * width + bit;
    if (((bytes[at >> 3] ?? 0) >> (at & 7)) & 1) value |= 1n << BigInt(bit);
  }
  return value;
}

/** The top `width` bits of each word, to nearest, packed. */
export function packWords(words: Iterable<bigint>, width: number): Uint8Array {
  const drop = BigInt(64 - width);
  const half = width === 64 ? 0n : 1n << (drop - 1n);
  const bytes: number[] = [];
  let pending = 0n;
  let filled = 0;
  for (const word of words) {
    pending |= (BigInt.asUintN(64, word + half) >> drop) << BigInt(filled);
    for (filled += width; filled >= 8; filled -= 8, pending >>= 8n)
      bytes.push(Number(pending & 255n));
  }
  if (filled > 0) bytes.push(Number(pending));
  return Uint8Array.from(bytes);
}

/** Signed reading of a 64-bit word. */
export function signed(word: bigint): number {
  return Number(BigInt.asIntN(64, word));
}

/** Body words of GLWE number `index` of an encrypted vector, as 64-bit torus words. */
export function bodyWords(vector: EncryptedVector, index: number, glwe: GlweParameters): bigint[] {
  const N = glwe.polynomialSize;
  const count = Math.min(N, vector.length - index * N);
  return Array.from(
    { length: count },
    (_, j) =>
      packedNumber(vector.bodies, vector.bodyBits, index * N + j) << BigInt(64 - vector.bodyBits),
  );
}

/** What a server that computes nothing would send back: the input's ciphertexts as a GLWE output. */
export function echoGlwe(
  vector: EncryptedVector,
  glwe: GlweParameters,
  wordBits: number,
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let index = 0; index * glwe.polynomialSize < vector.length; index++) {
    const mask = maskWords64(
      vector.seed,
      domains.input,
      index,
      glwe.dimension * glwe.polynomialSize,
    );
    parts.push(packWords(mask, wordBits), packWords(bodyWords(vector, index, glwe), wordBits));
  }
  return Buffer.concat(parts);
}

/** The same as LWE ciphertexts, by sample extraction of every coefficient. */
export function echoLwe(
  vector: EncryptedVector,
  glwe: GlweParameters,
  wordBits: number,
): Uint8Array {
  const { dimension, polynomialSize: N } = glwe;
  const parts: Uint8Array[] = [];
  for (let index = 0; index * N < vector.length; index++) {
    const mask = maskWords64(vector.seed, domains.input, index, dimension * N);
    bodyWords(vector, index, glwe).forEach((body, j) => {
      const words: bigint[] = [];
      for (let p = 0; p < dimension; p++) {
        for (let i = 0; i < N; i++) {
          words.push(i <= j ? (mask[p * N + j - i] ?? 0n) : -(mask[p * N + N + j - i] ?? 0n));
        }
      }
      parts.push(packWords([...words, body], wordBits));
    });
  }
  return Buffer.concat(parts);
}

/** Mean and variance. */
export function moments(samples: ArrayLike<number>): { mean: number; variance: number } {
  let mean = 0;
  for (let i = 0; i < samples.length; i++) mean += samples[i] ?? 0;
  mean /= samples.length;
  let variance = 0;
  for (let i = 0; i < samples.length; i++) variance += ((samples[i] ?? 0) - mean) ** 2;
  return { mean, variance: variance / (samples.length - 1) };
}

/** Variance of TUniform(b): (2^(2b+1) + 1) / 6. */
export function tuniformVariance(noiseLog2: number): number {
  return (2 ** (2 * noiseLog2 + 1) + 1) / 6;
}
