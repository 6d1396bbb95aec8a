import type { DecisionDiagrams } from "./decision-diagrams.js";
import { type LeafLimbs, sumBounds } from "./leaf-limbs.js";

/** Least modulus that is worth a coefficient. */
const leastModulus = 5;

/**
 * Sums as remainders of pairwise coprime moduli, one coefficient each: modulus m has m steps on the torus, so that sums wrap around by
 * themselves. By the Chinese remainder theorem the remainders of a sum say the sum and nothing else, where digits of it (`leafLimbs`),
 * each a sum over trees without carries, would say more than the value. Undefined where moduli up to `largest` do not hold the sums.
 * `constant` (`[outputs]`) is added to the diagrams' base.
 */
export function leafResidues(
  diagrams: DecisionDiagrams,
  constant: Float64Array,
  largest: number,
): LeafLimbs | undefined {
  const outputs = diagrams.base.length;
  const base = Float64Array.from(diagrams.base, (own, k) => own + (constant[k] ?? 0));
  const { low, high } = sumBounds(diagrams, diagrams.leaves, outputs);
  // Values lie around 0: half of all remainders belong to negative ones.
  const reach = base.reduce(
    (most, own, k) => Math.max(most, -(own + (low[k] ?? 0)), own + (high[k] ?? 0) + 1),
    1,
  );
  const moduli = coprimeModuli(2 * reach, largest);
  if (moduli === undefined) return undefined;
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
  const found: number[] = [];
  let product = 1;
  const taken = new Set<number>();
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
