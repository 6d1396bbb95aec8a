/** Integers of `bits` bits; two's complement when `signed`. Prints as `uint4` or `int4`. */
export interface IntegerType {
  readonly signed: boolean;
  /** 1 to 64. */
  readonly bits: number;
}

const mostBits = 64;

/**
 * The narrowest type that holds every integer of `[low, high]`; signed only if `low` is negative.
 * Zero needs one bit, and -1 alone is an `int1`. Exact up to 2^53 (no floating logarithm). Numbers that are no integers have a type,
 * too, which says nothing of them.
 */
export function minimalIntegerType(low: number, high: number): IntegerType {
  const signed = low < 0;
  const bits = Math.max(1, bitsOf(low, signed), bitsOf(high, signed));
  return { signed, bits: Math.min(bits, mostBits) };
}

export function integerTypeText(type: IntegerType): string {
  return `${type.signed ? "int" : "uint"}${type.bits}`;
}

/** Smallest integer of the type. */
export function minimumOf(type: IntegerType): number {
  return type.signed ? -(2 ** (type.bits - 1)) : 0;
}

/** Largest integer of the type. */
export function maximumOf(type: IntegerType): number {
  return 2 ** (type.signed ? type.bits - 1 : type.bits) - 1;
}

function bitsOf(value: number, signed: boolean): number {
  if (value === 0) return 1;
  if (value < 0) return bitLength(-value - 1) + 1;
  return bitLength(value) + (signed ? 1 : 0);
}

/** Binary digits of `value >= 0`; 0 has none. */
function bitLength(value: number): number {
  const high = Math.floor(value / 2 ** 32);
  return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(value);
}
