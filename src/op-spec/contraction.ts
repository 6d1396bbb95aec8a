import type { Shape, Tensor } from "../base/tensor.js";
import { AffineBuilder, type AffineMap } from "../program/affine.js";
import { encryptedStart, shapeOf } from "./elementwise.js";
import { exact } from "./exact.js";
import type { Interval } from "./interval.js";
import type { LinearOperand } from "./spec.js";

/**
 * A bilinear operation: `result[i] = sum over k < inner of a[aStart[i] + k * aStep] * b[bStart[i] + k * bStep]`.
 * Products with broadcasting (`inner` = 1), dot products and matrix products all have this form.
 */
export interface Contraction {
  readonly shape: Shape;
  readonly inner: number;
  readonly aStart: Int32Array;
  readonly aStep: number;
  readonly bStart: Int32Array;
  readonly bStep: number;
}

/** Finds the contraction of two shapes. Errors: `bad-shape`. */
export type ContractionRule = (a: Shape, b: Shape, path: string) => Contraction;

export function contract(rule: ContractionRule, a: Tensor, b: Tensor, path: string): Tensor {
  const plan = rule(a.shape, b.shape, path);
  const data = new Float64Array(plan.aStart.length);
  for (let i = 0; i < data.length; i++) {
    let sum = 0;
    for (let k = 0; k < plan.inner; k++) {
      const left = a.data[(plan.aStart[i] ?? 0) + k * plan.aStep] ?? 0;
      const right = b.data[(plan.bStart[i] ?? 0) + k * plan.bStep] ?? 0;
      sum = exact(sum + exact(left * right, path), path);
    }
    data[i] = sum;
  }
  return { shape: plan.shape, data };
}

/** Interval arithmetic: the extremes of each product lie in the corners, sums add. */
export function contractIntervals(
  rule: ContractionRule,
  a: Interval,
  b: Interval,
  path: string,
): Interval {
  const plan = rule(a.low.shape, b.low.shape, path);
  const low = new Float64Array(plan.aStart.length);
  const high = new Float64Array(plan.aStart.length);
  for (let i = 0; i < low.length; i++) {
    let least = 0;
    let most = 0;
    for (let k = 0; k < plan.inner; k++) {
      const left = (plan.aStart[i] ?? 0) + k * plan.aStep;
      const right = (plan.bStart[i] ?? 0) + k * plan.bStep;
      const corners = [a.low, a.high].flatMap((x) =>
        [b.low, b.high].map((y) => exact((x.data[left] ?? 0) * (y.data[right] ?? 0), path)),
      );
      least = exact(least + Math.min(...corners), path);
      most = exact(most + Math.max(...corners), path);
    }
    low[i] = least;
    high[i] = most;
  }
  return { low: { shape: plan.shape, data: low }, high: { shape: plan.shape, data: high } };
}

/** Affine form where exactly one side is encrypted; undefined for a product of two encrypted values. */
export function contractionMap(
  rule: ContractionRule,
  operands: readonly LinearOperand[],
  path: string,
): AffineMap | undefined {
  const [a, b] = operands;
  if (a === undefined || b === undefined) return undefined;
  if (a.kind === "encrypted" && b.kind === "encrypted") return undefined;
  const plan = rule(shapeOf(a), shapeOf(b), path);
  const builder = new AffineBuilder(encryptedStart(operands, operands.length));
  for (let i = 0; i < plan.aStart.length; i++) {
    let constant = 0;
    for (let k = 0; k < plan.inner; k++) {
      const left = (plan.aStart[i] ?? 0) + k * plan.aStep;
      const right = (plan.bStart[i] ?? 0) + k * plan.bStep;
      if (a.kind === "clear" && b.kind === "clear") {
        constant += (a.value.data[left] ?? 0) * (b.value.data[right] ?? 0);
      } else if (a.kind === "clear") builder.term(right, a.value.data[left] ?? 0);
      else if (b.kind === "clear") builder.term(left, b.value.data[right] ?? 0);
    }
    builder.endRow(constant);
  }
  return builder.finish();
}
