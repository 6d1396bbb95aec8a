import { tailQuantile } from "../../security/failure.js";
import type {
  LookupConstraint,
  NoiseSources,
  OutputConstraint,
} from "../parameters/parameter-request.js";
import { protectedOutput, refreshFloodLog2 } from "./protected-outputs.js";

/**
 * Remainders of odd moduli, x mod m at x/m of the torus, are looked up without a padding bit: the 2m points k/(2m) are m remainders (even
 * k) and as many opposites of remainders (odd k, since m is odd), where a rotation gives minus what the remainder has. So any table
 * of m entries fits the 2m points, as any of 2^p fits 2^(p+1) points below a padding bit.
 */

/**
 * The test polynomial of `size` coefficients that changes no remainder of `modulus`: coefficient t belongs to the point k/(2m) that the
 * middle of position t, of 2 `size` in a turn, is nearest to. A border between two points lies up to half a position beside the middle
 * between them (`borderError`).
 */
function refreshingPolynomial(modulus: number, size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, t) => {
    const point = Math.floor(((2 * t + 1) * modulus + size) / (2 * size));
    const opposite = point % 2 !== 0;
    const remainder = (opposite ? point + modulus : point) / 2;
    const word = Math.round((remainder * 2 ** 32) / modulus);
    return opposite ? -word : word;
  });
}

/** `[moduli, size]`: a test polynomial for each of some odd moduli. An even one has no opposites of its own. */
export function refreshingPolynomials(moduli: readonly number[], size: number): Int32Array {
  const all = new Int32Array(moduli.length * size);
  for (const [i, modulus] of moduli.entries()) {
    if (modulus % 2 === 0) throw new RangeError(`modulus ${modulus} is even`);
    all.set(refreshingPolynomial(modulus, size), i * size);
  }
  return all;
}

/** Moduli may be as large; smaller ones leave room for more noise, larger ones take fewer look-ups. */
export const largestOddModulus = 31;

/** The smallest test polynomial. */
const smallestSize = 512;

/** How far from where it should be a border between two points lies at most, in turns of the torus: half a position. */
const borderError = 1 / (4 * smallestSize);

/** Bits below a padding bit of which the steps are no wider than those of remainders up to modulus `largest`. */
export function residueBits(largest: number): number {
  return Math.ceil(Math.log2(largest));
}

/** What remainders up to modulus `largest` may be off before they are looked up, in turns of the torus, beside the flood. */
export function residueLimit(largest: number): number {
  return 1 / (4 * largest) - borderError - flood(largest);
}

function flood(largest: number): number {
  return 2 ** (refreshFloodLog2(residueBits(largest)) - 64);
}

/** How often remainders are looked up, and how well each flood hides what such a look-up gives. */
export interface RefreshRounds {
  readonly rounds: number;
  /** How many deviations of that noise a flood is at least. */
  readonly deviations: number;
  readonly failureLog2: number;
}

/**
 * What protecting `count` remainders up to modulus `largest` asks of parameters: the one kind of look-ups, what is decrypted, and the same
 * as it is flooded again.
 */
export function residueConstraints(
  largest: number,
  count: number,
  { rounds, deviations, failureLog2 }: RefreshRounds,
  sources: readonly NoiseSources[],
): { readonly lookup: LookupConstraint; readonly outputs: readonly OutputConstraint[] } {
  const bits = residueBits(largest);
  const halfStep = 2 ** -(bits + 2);
  const { lookup, output } = protectedOutput(bits, count, 0, sources, {
    lookup: residueLimit(largest) / halfStep,
    // Whoever decrypts knows that there are remainders alone, and no opposites.
    output: (1 / (2 * largest) - flood(largest)) / halfStep,
    rounds,
  });
  const decrypted: OutputConstraint = { bits, padded: true, count, ...output };
  const hidden = (flood(largest) * tailQuantile(failureLog2)) / deviations / halfStep;
  // Nothing fails there, and nothing is rounded.
  const flooded: OutputConstraint = { ...decrypted, count: 0, margin: hidden, unrounded: true };
  return { lookup, outputs: [decrypted, flooded] };
}
