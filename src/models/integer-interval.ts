import type { Tensor } from "../base/tensor.js";

/** All integers from `min` to `max`, both included. */
export interface IntegerInterval {
  readonly min: number;
  readonly max: number;
}

/**
 * For each column of the integer matrix `weights` (`[features, outputs]`), the tight interval of `q W` over all `q`
 * whose entries lie in `entry`, independently of each other.
 */
export function productIntervals(weights: Tensor, entry: IntegerInterval): IntegerInterval[] {
  const [features = 0, outputs = 0] = weights.shape;
  return Array.from({ length: outputs }, (_, k) => {
    let min = 0;
    let max = 0;
    for (let j = 0; j < features; j++) {
      const weight = weights.data[j * outputs + k] ?? 0;
      min += weight * (weight > 0 ? entry.min : entry.max);
      max += weight * (weight > 0 ? entry.max : entry.min);
    }
    return { min: min + 0, max: max + 0 };
  });
}

/** Bits of the two's-complement integer that holds all of `intervals`. */
export function signedBits(intervals: readonly IntegerInterval[]): number {
  let bits = 1;
  for (const { min, max } of intervals) {
    while (min < -(2 ** (bits - 1)) || max >= 2 ** (bits - 1)) bits++;
  }
  return bits;
}

/** Bits of the unsigned integer that holds 0 to `max`. */
export function unsignedBits(max: number): number {
  let bits = 1;
  while (max >= 2 ** bits) bits++;
  return bits;
}
