import type { Shape } from "../base/tensor.js";
import type { Contraction } from "./contraction.js";

/**
 * A result made of sums of products of elements of its first two operands: element i is the sum of `a[k] * b[k]` for
 * `start[i] <= k < start[i + 1]`, where a and b list flat positions.
 */
export interface SumsOfProducts {
  readonly shape: Shape;
  /** `[elements + 1]` */
  readonly start: Int32Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
}

/** The same with all products listed. */
export function listProducts(plan: Contraction): SumsOfProducts {
  const { shape, inner, aStart, aStep, bStart, bStep } = plan;
  const list = (starts: Int32Array, step: number): Int32Array =>
    Int32Array.from(
      { length: starts.length * inner },
      (_, i) => (starts[Math.floor(i / inner)] ?? 0) + (i % inner) * step,
    );
  const start = Int32Array.from({ length: aStart.length + 1 }, (_, i) => i * inner);
  return { shape, start, a: list(aStart, aStep), b: list(bStart, bStep) };
}
