/** Rough time of one look-up by bits of its argument, relative to one of 4 bits: every bit above doubles it. */
export function relativeCost(bits: number): number {
  return bits <= 2 ? 0.5 : bits === 3 ? 0.8 : 2 ** (bits - 4);
}

/**
 * Relative time of look-ups, given by bits and elements. Look-ups get their own number of accumulators, but narrow ones share the keys
 * of the wide ones, and are no faster than 4 bits beside them.
 */
export function totalCost(lookups: readonly (readonly [number, number])[]): number {
  let widest = 0;
  for (const [bits] of lookups) widest = Math.max(widest, bits);
  const least = Math.min(1, relativeCost(widest));
  let sum = 0;
  for (const [bits, elements] of lookups) sum += elements * Math.max(least, relativeCost(bits));
  return sum;
}
