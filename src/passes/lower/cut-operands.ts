import { scalar } from "../../base/tensor.js";
import { modulo } from "../../ops/arithmetic/integer-arithmetic.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { bitsOf, type Value } from "./value.js";
import { cutBelow } from "./windows.js";

/** Up to so many bits every chunk may have a size of its own; above, all have one size: each choice multiplies the ways that are tried. */
export const freeBits = 8;

/** Sizes of chunks that wide values are cut into, bits. */
export const chunkBits = [2, 3, 4, 5, 6, 8];

/** Bits of a look-up of `x`. */
export function widthOf(b: LookupBuilder, x: Value): number {
  return bitsOf(b.domainOf(x).count);
}

/** Bits from the lowest that either may have to the highest; a number that is always the same has none. */
export function spanOf(b: LookupBuilder, x: Value, y: Value): number {
  const tops = [x, y].flatMap((value) =>
    b.domainOf(value).count === 1 ? [] : [b.lowOf(value) + widthOf(b, value)],
  );
  return Math.max(0, ...tops) - lowestBit(b, x, y);
}

/** The lowest bit that either may have. */
export function lowestBit(b: LookupBuilder, x: Value, y: Value): number {
  const lows = [x, y].flatMap((value) => (b.domainOf(value).count === 1 ? [] : [b.lowOf(value)]));
  return lows.length === 0 ? 0 : Math.min(...lows);
}

/** The value with its lowest `bits` bits made zero, and those bits. */
export function cutLow(b: LookupBuilder, x: Value, bits: number): readonly [Value, Value] {
  return cutAt(b, x, b.lowOf(x) + bits);
}

/** The value with all bits below bit `to` made zero, and those bits. */
export function cutAt(b: LookupBuilder, x: Value, to: number): readonly [Value, Value] {
  if (b.lowOf(x) >= to) return [x, b.scale(x, scalar(0))];
  if (b.takesApart && widthOf(b, x) > 4 && !b.isClear(x)) {
    const { high, digits } = cutBelow(b, x, to, true);
    return [high, digits.reduce((sum, digit) => b.add(sum, digit))];
  }
  // The low part could be x less the high one, but that would have the noise of a wide encoding.
  const size = 2 ** to;
  return [b.lookUp(x, (v) => v - modulo(v, size)), b.lookUp(x, (v) => modulo(v, size))];
}

/** `linear(x)` from the two parts of `x`, for every size of the low part. */
export function splitWays(
  b: LookupBuilder,
  x: Value,
  linear: (part: Value, size: number) => Value,
): (() => Value)[] {
  return chunkBits
    .filter((bits) => bits < widthOf(b, x))
    .map((bits) => () => splitAt(b, x, bits, linear));
}

/** `linear(x)` from the lowest `bits` bits of `x` and the others. */
export function splitAt(
  b: LookupBuilder,
  x: Value,
  bits: number,
  linear: (part: Value, size: number) => Value,
): Value {
  const [high, low] = cutLow(b, x, bits);
  return b.add(linear(low, bits), linear(high, bits));
}
