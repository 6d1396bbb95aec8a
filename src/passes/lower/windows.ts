import type { LookupBuilder } from "./look-up-builder.js";
import type { Value } from "./value.js";

/**
 * Widest window that is read at once. Its highest bit takes a look-up of one bit less and no free bit above it, the others one more
 * of the same width, so that windows of 5 bits take two look-ups of 4 bits, which are the cheapest a bit.
 */
const windowBits = 5;

/** Values of more bits are too noisy for their low bits to be used again; those are read a second time, in a narrow encoding. */
const sharedBits = 10;

/** A value cut at a bit: `high + sum of digits` is the value, `high` has zeros below the cut. */
export interface CutValue {
  readonly high: Value;
  /** From the lowest; each has zeros below its place. */
  readonly digits: readonly Value[];
}

/** The bit `low + bits - 1` of `a` where it stands; bits below `low` must be zero, those above may be anything. */
function topBit(b: LookupBuilder, a: Value, low: number, bits: number): Value {
  const half = 2 ** (bits - 1);
  const weight = half * 2 ** low;
  const table = Float64Array.from({ length: 2 * half }, (_, i) => (i < half ? 0 : weight));
  return b.window(a, table, low, { min: 0, max: weight });
}

/** The `bits` bits of `a` from bit `low` on through `fn`, which is given them where they stand; the bit above them must be zero. */
export function narrowWindow(
  b: LookupBuilder,
  a: Value,
  low: number,
  bits: number,
  fn: (value: number) => number,
): Value {
  const half = 2 ** bits;
  const step = 2 ** low;
  const entries = Float64Array.from({ length: half }, (_, i) => fn(i * step));
  const table = Float64Array.from({ length: 2 * half }, (_, i) =>
    i < half ? (entries[i] ?? 0) : 0 - (entries[i - half] ?? 0),
  );
  const bounds = { min: Math.min(...entries), max: Math.max(...entries) };
  return b.window(a, table, low, bounds);
}

/** `a` with bit `at` made zero; bits below `low` are zero already. Higher bits may be anything. */
export function withoutBit(b: LookupBuilder, a: Value, low: number, at: number): Value {
  return without(b, a, topBit(b, a, low, at - low + 1), at + 1);
}

/** `a` without its bits below bit `to`, exactly: two small look-ups for every five bits. */
export function cutBelow(b: LookupBuilder, a: Value, to: number, wantDigits: boolean): CutValue {
  const digits: Value[] = [];
  const again = wantDigits && widthOf(a) > sharedBits;
  let high = a;
  for (let low = b.lowOf(a); low < to; ) {
    const bits = Math.min(windowBits, to - low);
    const place = low;
    const parts = [(from: Value) => topBit(b, from, place, bits)];
    if (bits > 1) parts.push((from) => narrowWindow(b, from, place, bits - 1, (value) => value));
    low += bits;
    for (const part of parts) {
      const digit = part(high);
      if (wantDigits) digits.push(again ? part(high) : digit);
      high = without(b, high, digit, low);
    }
    high = b.within(high, { min: high.bounds.min, max: floorTo(a.bounds.max, low) });
    high = b.withLow(high, low);
  }
  return { high, digits };
}

/** `a` less a part of its bits below `to`: it never falls below the multiple of 2^to under it. */
function without(b: LookupBuilder, a: Value, part: Value, to: number): Value {
  const rest = b.subtract(a, part);
  return b.within(rest, { min: floorTo(a.bounds.min, to), max: a.bounds.max });
}

function floorTo(value: number, bit: number): number {
  return Math.floor(value / 2 ** bit) * 2 ** bit;
}

function widthOf({ bounds }: Value): number {
  return Math.ceil(Math.log2(bounds.max - bounds.min + 1));
}
