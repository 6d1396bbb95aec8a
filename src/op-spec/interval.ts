import type { Shape, Tensor } from "../base/tensor.js";
import { sizeOf } from "../base/tensor.js";
import type { Bounds } from "../graph/node.js";

/** Element-wise bounds of a tensor: `low[i] <= value[i] <= high[i]`. Both have the shape of the value. */
export interface Interval {
  readonly low: Tensor;
  readonly high: Tensor;
}

/** The interval that holds exactly one value. */
export function exactly(value: Tensor): Interval {
  return { low: value, high: value };
}

/** The same bounds for every element of `shape`. */
export function uniformInterval(shape: Shape, bounds: Bounds): Interval {
  const filled = (value: number): Tensor => ({
    shape,
    data: new Float64Array(sizeOf(shape)).fill(value),
  });
  return { low: filled(bounds.min), high: filled(bounds.max) };
}

/** What holds for any element of any of the operands, for every element of `shape`. */
export function extremesOf(operands: readonly Interval[], shape: Shape): Interval {
  const min = operands.reduce(
    (least, { low }) => low.data.reduce((a, b) => Math.min(a, b), least),
    Infinity,
  );
  const max = operands.reduce(
    (most, { high }) => high.data.reduce((a, b) => Math.max(a, b), most),
    -Infinity,
  );
  return uniformInterval(shape, { min, max });
}
