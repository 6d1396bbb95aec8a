import { type Shape, sizeOf, type Tensor } from "../base/tensor.js";
import type { Interval } from "./interval.js";

/** Every element of the result is the largest or the smallest of as many elements of the operand. */
export interface ExtremumForm {
  readonly takes: "largest" | "smallest";
  readonly shape: Shape;
  /** Entry `k`: for each element of the result the flat position of member `k` of its group. */
  readonly members: readonly Int32Array[];
  /** The dialects have an operation for it. */
  readonly inDialect: boolean;
}

export function extremes({ takes, shape, members }: ExtremumForm, operand: Tensor): Tensor {
  const pick = takes === "largest" ? Math.max : Math.min;
  const data = new Float64Array(sizeOf(shape));
  members.forEach((positions, k) => {
    positions.forEach((position, i) => {
      const value = operand.data[position] ?? 0;
      data[i] = k === 0 ? value : pick(data[i] ?? 0, value);
    });
  });
  return { shape, data };
}

/** Both bounds move with the operand's. */
export function extremesOfInterval(form: ExtremumForm, { low, high }: Interval): Interval {
  return { low: extremes(form, low), high: extremes(form, high) };
}
