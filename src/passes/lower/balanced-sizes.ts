/** `bits` cut into `parts` sizes that differ by at most one, larger ones first. */
export function balancedSizes(bits: number, parts: number): number[] {
  const least = Math.floor(bits / parts);
  const larger = bits - least * parts;
  return Array.from({ length: parts }, (_, i) => (i < larger ? least + 1 : least));
}

/** All ways to cut `bits` into balanced parts of at most `most` bits, of which there are at least `fewest`. */
export function balancedCuts(bits: number, most: number, fewest: number): number[][] {
  const first = Math.max(fewest, Math.ceil(bits / most));
  const last = Math.max(first, Math.ceil(bits / 2));
  return Array.from({ length: last - first + 1 }, (_, i) => balancedSizes(bits, first + i));
}
