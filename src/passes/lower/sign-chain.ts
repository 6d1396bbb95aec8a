import type { Tensor } from "../../base/tensor.js";
import { balancedCuts } from "./balanced-sizes.js";
import type { LookupBuilder } from "./look-up-builder.js";
import type { Value } from "./value.js";

/** Most bits that one look-up of a chain goes up. */
const mostBits = 6;

/** One of two results, the second one where `a` is at least `at`, by the cheapest chain. Both must be multiples of `2^lowOf(a)`. */
export function isFrom(
  b: LookupBuilder,
  a: Value,
  at: Tensor,
  results: readonly [number, number],
): Value {
  const less = b.minus(a, at);
  const { min, max } = less.bounds;
  const low = b.lowOf(less);
  let sign = low;
  while (min < -(2 ** sign) || max >= 2 ** sign) sign++;
  return b.cheapest(
    balancedCuts(sign - low, mostBits, 1).map(
      (sizes) => () => signChain(b, less, sizes, [results[1], results[0]]),
    ),
  );
}

/**
 * Which of two results the sign of `a` chooses, the second one for negative numbers. Each look-up reads one bit, `sizes[0]` bits above the lowest,
 * then `sizes[1]` above that, and so on; the last one is the sign. Once a bit is taken off, what stands below is no more than half of what the
 * next look-up tells apart, so that it may stay: all entries are read right whatever the bits below are. A look-up of n
 * bits so goes up n bits, where windows that are read and removed whole go up 2.5 bits a look-up of 4.
 *
 * What stays below a bit does not grow from look-up to look-up: with bits 0 to k - 1 and without bit k it is below 2^k, a quarter of the
 * block of 2^(k + 2) around the threshold that is away from it.
 */
export function signChain(
  b: LookupBuilder,
  a: Value,
  sizes: readonly number[],
  [other, negative]: readonly [number, number],
): Value {
  let low = b.lowOf(a);
  let rest = a;
  const sign = sizes.reduce((sum, size) => sum + size, low);
  for (const [i, size] of sizes.entries()) {
    const bit = low + size;
    const next = bit + (sizes[i + 1] ?? 0);
    const [zero, one] = bit === sign ? [other, negative] : [0, 2 ** bit];
    const table = Float64Array.from({ length: 2 ** (size + 1) }, (_, at) =>
      at < 2 ** size ? zero : one,
    );
    const bounds = { min: Math.min(zero, one), max: Math.max(zero, one) };
    const read = b.window(rest, table, low, bounds);
    if (bit === sign) return read;
    rest = withoutBit(b, a, read, bit, next < sign ? next : undefined);
    low = bit;
  }
  throw new RangeError("a chain of no look-ups");
}

/** `a` less the value of its bit `bit`; no more of it than bit `last` and those below, if that is given. */
function withoutBit(
  b: LookupBuilder,
  a: Value,
  read: Value,
  bit: number,
  last: number | undefined,
): Value {
  if (last === undefined) {
    const least = Math.floor(a.bounds.min / 2 ** (bit + 1)) * 2 ** (bit + 1);
    return b.within(b.subtract(a, read), { min: least, max: a.bounds.max });
  }
  const low = b.lowBits(a, last + 1);
  return b.within(b.subtract(low, read), low.bounds);
}
