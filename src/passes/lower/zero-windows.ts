import type { Tensor } from "../../base/tensor.js";
import { scalar } from "../../base/tensor.js";
import { balancedCuts } from "./balanced-sizes.js";
import type { LookupBuilder } from "./look-up-builder.js";
import type { Value } from "./value.js";

/** Most bits of one window. */
const mostBits = 7;

/** One of two results, the second one where `a` is `at`, by the cheapest windows. Both must be multiples of `2^lowOf(a)`. */
export function isAt(
  b: LookupBuilder,
  a: Value,
  at: Tensor,
  results: readonly [number, number],
): Value {
  const less = b.minus(a, at);
  const low = b.lowOf(less);
  const farthest = Math.max(less.bounds.max, -less.bounds.min);
  let end = low + 1;
  while (2 ** end <= farthest) end++;
  return b.cheapest(
    balancedCuts(end - low, mostBits, 2).map(
      (sizes) => () => zeroWindows(b, less, sizes, [results[0], results[1]]),
    ),
  );
}

/**
 * The second of two results where all windows of `a` are zero, `sizes` bits each from the lowest on: one look-up a window, all of them on `a` as
 * it is, and one of their sum. A window's table is 1 at zero, -1 half a turn away, where the ciphertext wraps, and 0 elsewhere, so
 * the sum is the number of windows for zero alone. Where bits below a window are not zero, it may be read as the next one: the window
 * that they are in has made the sum smaller then, whatever this one gives.
 */
export function zeroWindows(
  b: LookupBuilder,
  a: Value,
  sizes: readonly number[],
  [others, zero]: readonly [number, number],
): Value {
  let low = b.lowOf(a);
  let sum: Value | undefined;
  for (const size of sizes) {
    const table = new Float64Array(2 ** size);
    table[0] = 1;
    table[2 ** (size - 1)] = -1;
    const found = b.window(a, table, low, { min: -1, max: 1 });
    sum = sum === undefined ? found : b.add(sum, found);
    low += size;
  }
  if (sum === undefined) throw new RangeError("no windows");
  const bits = Math.ceil(Math.log2(2 * sizes.length));
  const table = Float64Array.from({ length: 2 ** (bits + 1) }, (_, at) =>
    at < 2 ** bits ? others : zero,
  );
  const bounds = { min: Math.min(others, zero), max: Math.max(others, zero) };
  return b.window(b.plus(sum, scalar(2 ** bits - sizes.length)), table, 0, bounds);
}
