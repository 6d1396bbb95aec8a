import type { DecisionDiagrams } from "./decision-diagrams.js";

/**
 * Sums that are wider than one coefficient holds, in several: value = sum over j of limb_j 2^(bits j). Limbs are whole numbers of either
 * sign, each a sum over trees of digits of their leaves.
 */
export interface LeafLimbs {
  /** Bits from one limb to the next. */
  readonly bits: number;
  readonly count: number;
  /** `[leaves]` of `[outputs, count]` digits, 0 to 2^bits - 1. */
  readonly digits: readonly Float64Array[];
  /** `[outputs, count]` added to the sums. */
  readonly base: Float64Array;
  /** Bits of two's complement that every limb fits in. */
  readonly messageBits: number;
  /** Present where limbs are remainders (`leafResidues`): `[count]` moduli, each as many steps on the torus. */
  readonly moduli?: readonly number[];
}

/** Number `value` of limb `at` of all on the 32-bit torus, rounded to multiples of `unit` of its units. */
export function torusLimb(limbs: LeafLimbs, at: number, value: number, unit: number): number {
  return (Math.round((value * 2 ** 32) / stepsPerTurn(limbs, at) / unit) * unit) | 0;
}

/** Steps of limb `at` of all in a turn of the torus. */
export function stepsPerTurn({ moduli, count, messageBits }: LeafLimbs, at: number): number {
  return moduli?.[at % count] ?? 2 ** messageBits;
}

/** Cuts leaves into limbs of `bits` bits. `constant` (`[outputs]`) is added to the diagrams' base. */
export function leafLimbs(
  diagrams: DecisionDiagrams,
  constant: Float64Array,
  bits: number,
): LeafLimbs {
  const outputs = diagrams.base.length;
  const largest = diagrams.leaves.reduce((most, leaf) => Math.max(most, ...leaf), 1);
  const count = Math.max(1, Math.ceil(Math.log2(largest + 1) / bits));
  const size = 2 ** bits;
  const digits = diagrams.leaves.map((leaf) => {
    const own = new Float64Array(outputs * count);
    for (let k = 0; k < outputs; k++) {
      let rest = leaf[k] ?? 0;
      for (let j = 0; j < count; j++) {
        own[k * count + j] = rest % size;
        rest = Math.floor(rest / size);
      }
    }
    return own;
  });
  const { low, high } = sumBounds(diagrams, digits, outputs * count);
  const base = new Float64Array(outputs * count);
  let least = 0;
  let most = 0;
  for (let k = 0; k < outputs; k++) {
    let rest = (diagrams.base[k] ?? 0) + (constant[k] ?? 0);
    for (let j = 0; j < count; j++) {
      const at = k * count + j;
      // What is carried to the next limb is chosen so that this one's range lies around 0.
      const middle = -Math.round(((low[at] ?? 0) + (high[at] ?? 0)) / 2);
      const carried = j + 1 < count ? Math.round((rest - middle) / size) : 0;
      base[at] = rest - carried * size;
      rest = carried;
      least = Math.min(least, (low[at] ?? 0) + (base[at] ?? 0));
      most = Math.max(most, (high[at] ?? 0) + (base[at] ?? 0));
    }
  }
  const messageBits = 1 + Math.ceil(Math.log2(Math.max(-least, most + 1, 1)));
  return { bits, count, digits, base, messageBits };
}

/** Least and greatest sum of every digit (`[size]`, and `[leaves]` of `[size]`), tree by tree. */
export function sumBounds(
  { diagrams }: DecisionDiagrams,
  digits: readonly Float64Array[],
  size: number,
): { low: Float64Array; high: Float64Array } {
  const low = new Float64Array(size);
  const high = new Float64Array(size);
  for (const { gates } of diagrams) {
    const used = new Set(gates.flatMap((gate) => [gate.low, gate.high].filter((at) => at < 0)));
    for (let at = 0; at < size; at++) {
      let least = Number.POSITIVE_INFINITY;
      let most = 0;
      for (const leaf of used) {
        const digit = digits[-1 - leaf]?.[at] ?? 0;
        least = Math.min(least, digit);
        most = Math.max(most, digit);
      }
      low[at] = (low[at] ?? 0) + least;
      high[at] = (high[at] ?? 0) + most;
    }
  }
  return { low, high };
}
