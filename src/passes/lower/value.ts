import type { Shape, Tensor } from "../../base/tensor.js";
import type { Bounds } from "../../graph/node.js";

/** A value of the graph under construction: encrypted, or computed from clear parameters alone. */
export interface Value {
  readonly id: number;
  /** Hold for all inputs that keep the promise of the inputset. */
  readonly bounds: Bounds;
  readonly shape: Shape;
}

/** Arguments of a look-up: `first + i * 2^low` for i below `count`. */
export interface Domain {
  readonly first: number;
  readonly low: number;
  readonly count: number;
}

/** Bits that count `count` values; at least one. */
export function bitsOf(count: number): number {
  return Math.max(1, Math.ceil(Math.log2(count)));
}

/** A constant rather than a value that is computed. */
export function isTensor(value: Value | Tensor): value is Tensor {
  return "data" in value;
}
