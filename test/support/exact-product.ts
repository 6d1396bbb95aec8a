import assert from "node:assert/strict";
import type { CryptoParameters } from "../../src/tfhe/parameters.js";
import {
  requireBootstrap,
  type SeededEvaluationKeys,
} from "../../src/tfhe/wire-evaluation-keys.js";
import { domains, maskWords64, packedNumber } from "./plain-tfhe.js";
import { rotate } from "./torus-phase.js";

/** Torus words in units of 2^-32: whole ones, mod 2^32, and what is left, 0 to 1. */
export interface SplitWords {
  readonly whole: Int32Array;
  readonly fraction: Float64Array;
}

/** `acc + GGSW_bit x (X^a acc - acc)` by schoolbook products of 16-bit limbs, without an error; `[k + 1, N]` words. */
export function exactExternalProduct(
  parameters: CryptoParameters,
  keys: SeededEvaluationKeys,
  bit: number,
  accumulator: Int32Array,
  a: number,
): SplitWords {
  const { dimension: k, polynomialSize: N } = parameters.glwe;
  const { baseLog, levels } = requireBootstrap(parameters).bootstrapGadget;
  // Sums of products with limb 0 (lowest) to 3 of the row words.
  const limbs = Array.from({ length: 4 }, () => new Float64Array((k + 1) * N));
  for (let column = 0; column <= k; column++) {
    const polynomial = accumulator.slice(column * N, (column + 1) * N);
    const turned = rotate(polynomial, a);
    const difference = turned.map((word, j) => word - (polynomial[j] ?? 0));
    closestDigits(difference, baseLog, levels).forEach((digits, level) => {
      const row = rowWords(parameters, keys, (bit * (k + 1) + column) * levels + level);
      addProducts(limbs, row, digits, N);
    });
  }
  const whole = new Int32Array((k + 1) * N);
  const fraction = new Float64Array((k + 1) * N);
  for (let j = 0; j < whole.length; j++) {
    const sum = limbs.reduceRight((high, limb) => (high << 16n) + BigInt(limb[j] ?? 0), 0n);
    whole[j] = Number(BigInt.asIntN(32, sum >> 32n)) + (accumulator[j] ?? 0);
    fraction[j] = Number(BigInt.asUintN(32, sum)) * 2 ** -32;
  }
  return { whole, fraction };
}

/** Row of the bootstrap key, `[k + 1, N]` words mod 2^64: mask from the seed, body from the wire. */
function rowWords(
  parameters: CryptoParameters,
  keys: SeededEvaluationKeys,
  row: number,
): BigUint64Array {
  const { dimension: k, polynomialSize: N } = parameters.glwe;
  const words = new BigUint64Array((k + 1) * N);
  const [section] = keys.sections;
  assert.ok(section);
  words.set(maskWords64(section.seed, domains.bootstrapKey, row, k * N));
  const bodies = section.bootstrapBodies.subarray(row * 6 * N, (row + 1) * 6 * N);
  for (let j = 0; j < N; j++) words[k * N + j] = packedNumber(bodies, 48, j) << 16n;
  return words;
}

/** Digit polynomials of a 32-bit torus polynomial, most significant level first. */
function closestDigits(words: Int32Array, baseLog: number, levels: number): Int32Array[] {
  const drop = 32 - baseLog * levels;
  const base = 1 << baseLog;
  const found = Array.from({ length: levels }, () => new Int32Array(words.length));
  words.forEach((word, j) => {
    let rest = ((word + (drop > 0 ? 2 ** (drop - 1) : 0)) | 0) >> drop;
    for (let level = levels - 1; level > 0; level--) {
      const digit = ((rest + base / 2) & (base - 1)) - base / 2;
      (found[level] ?? words)[j] = digit;
      rest = (rest - digit) / base;
    }
    (found[0] ?? words)[j] = rest;
  });
  return found;
}

function addProducts(
  limbs: readonly Float64Array[],
  row: BigUint64Array,
  digits: Int32Array,
  N: number,
): void {
  const halves = new Uint16Array(row.buffer);
  limbs.forEach((sums, limb) => {
    for (let start = 0; start < row.length; start += N) {
      const words = Float64Array.from({ length: N }, (_, j) => halves[4 * (start + j) + limb] ?? 0);
      const out = sums.subarray(start, start + N);
      for (let i = 0; i < N; i++) {
        const digit = digits[i] ?? 0;
        for (let j = 0; j < N - i; j++) out[i + j] = (out[i + j] ?? 0) + digit * (words[j] ?? 0);
        for (let j = N - i; j < N; j++) {
          out[i + j - N] = (out[i + j - N] ?? 0) - digit * (words[j] ?? 0);
        }
      }
    }
  });
}
