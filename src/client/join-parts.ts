import type { OutputEncoding } from "../tfhe/output-encoding.js";

/** What an output says of how its numbers travel in parts. */
type Parts = Pick<OutputEncoding, "limbs" | "residues" | "messageBits">;

/** Numbers from their parts, as `limbs` or `residues` of an output say. */
export function joinParts(
  parts: Float64Array,
  { limbs, residues, messageBits }: Parts,
): Float64Array {
  if (limbs !== undefined) return joinLimbs(parts, limbs.count, limbs.bits);
  return residues === undefined ? parts : joinResidues(parts, residues, messageBits);
}

function joinLimbs(parts: Float64Array, count: number, bits: number): Float64Array {
  return Float64Array.from({ length: parts.length / count }, (_, i) => {
    let sum = 0;
    for (let j = count - 1; j >= 0; j--) sum = sum * 2 ** bits + (parts[i * count + j] ?? 0);
    return sum;
  });
}

/**
 * Numbers from phases of `phaseBits` bits around their remainders, by Garner's algorithm (Knuth, TAOCP volume 2, section 4.3.2), between
 * plus and minus half the product of the moduli.
 */
function joinResidues(
  phases: Float64Array,
  moduli: readonly number[],
  phaseBits: number,
): Float64Array {
  const product = moduli.reduce((all, m) => all * m, 1);
  const count = moduli.length;
  return Float64Array.from({ length: phases.length / count }, (_, i) => {
    let sum = 0;
    let known = 1;
    for (const [j, m] of moduli.entries()) {
      const remainder = Math.round(((phases[i * count + j] ?? 0) * m) / 2 ** phaseBits);
      sum += known * modulo((modulo(remainder, m) - modulo(sum, m)) * inverse(known % m, m), m);
      known *= m;
    }
    return sum < product / 2 ? sum : sum - product;
  });
}

function modulo(value: number, m: number): number {
  return value - m * Math.floor(value / m);
}

/** Of a small number that has one. */
function inverse(value: number, m: number): number {
  for (let other = 1; other < m; other++) if ((value * other) % m === 1) return other;
  return 0;
}
