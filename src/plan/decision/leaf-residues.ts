import type { DecisionDiagrams } from "./decision-diagrams.js";
import { type LeafLimbs, sumBounds } from "./leaf-limbs.js";

/** Least modulus that is worth a coefficient. */
export const leastModulus = 5;

/** How many remainders sums must have, so that they lie between plus and minus half of that. `constant` (`[outputs]`) is added to the diagrams' base. */
export function sumRange(diagrams: DecisionDiagrams, constant: Float64Array): number {
  const { low, high } = sumBounds(diagrams, diagrams.leaves, diagrams.base.length);
  // Values lie around 0: half of all remainders belong to negative ones.
  return diagrams.base.reduce((most, own, k) => {
    const base = own + (constant[k] ?? 0);
    return Math.max(most, -2 * (base + (low[k] ?? 0)), 2 * (base + (high[k] ?? 0) + 1));
  }, 2);
}

/**
 * Sums as remainders of pairwise coprime moduli, one coefficient each: modulus m has m steps on the torus, so that sums wrap around by
 * themselves. By the Chinese remainder theorem the remainders of a sum say the sum and nothing else, where digits of it (`leafLimbs`),
 * each a sum over trees without carries, would say more than the value. The product of the moduli is at least `sumRange`.
 * `constant` (`[outputs]`) is added to the diagrams' base.
 */
export function leafResidues(
  diagrams: DecisionDiagrams,
  constant: Float64Array,
  moduli: readonly number[],
): LeafLimbs {
  const base = Float64Array.from(diagrams.base, (own, k) => own + (constant[k] ?? 0));
  const remainders = (values: Float64Array): Float64Array =>
    Float64Array.from(
      Array.from(values).flatMap((value) => moduli.map((m) => value - m * Math.floor(value / m))),
    );
  return {
    bits: 0,
    count: moduli.length,
    digits: diagrams.leaves.map(remainders),
    base: remainders(base),
    messageBits: Math.ceil(Math.log2(Math.max(...moduli))),
    moduli,
  };
}

/** The fewest powers of different primes, none above `largest`, whose product is at least `range`; undefined where there are too few. */
export function coprimeModuli(range: number, largest: number): number[] | undefined {
  return moduliWithout(range, largest, []);
}

/** The same with odd moduli alone. */
export function oddModuli(range: number, largest: number): number[] | undefined {
  return moduliWithout(range, largest, [2]);
}

function moduliWithout(
  range: number,
  largest: number,
  primes: readonly number[],
): number[] | undefined {
  const found: number[] = [];
  let product = 1;
  const taken = new Set(primes);
  for (let m = largest; product < range; m--) {
    if (m < leastModulus) return undefined;
    const prime = primeOf(m);
    if (prime === undefined || taken.has(prime)) continue;
    taken.add(prime);
    found.push(m);
    product *= m;
  }
  return found;
}

/** The prime whose power m is. */
function primeOf(m: number): number | undefined {
  let prime = 2;
  while (m % prime !== 0) prime++;
  let rest = m;
  while (rest % prime === 0) rest /= prime;
  return rest === 1 ? prime : undefined;
}
