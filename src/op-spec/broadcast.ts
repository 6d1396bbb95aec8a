import { VelumError } from "../base/error.js";
import { type Shape, shapeText, sizeOf } from "../base/tensor.js";

/** Shape of an element-wise result by NumPy's rule: axes align at the end, length 1 stretches. Errors: `bad-shape`. */
export function broadcastShapes(a: Shape, b: Shape, path: string): Shape {
  const axes = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = 0; axis < axes; axis++) {
    const left = a[a.length - axes + axis] ?? 1;
    const right = b[b.length - axes + axis] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new VelumError({
        code: "bad-shape",
        path,
        problem: `shapes ${shapeText(a)} and ${shapeText(b)} do not broadcast (lengths ${left} and ${right})`,
        cure: "Give the operands equal lengths, or 1, on every axis counted from the last",
      });
    }
    shape.push(left === 1 ? right : left);
  }
  return shape;
}

/** For each element of `to`, row-major, the element of a tensor of shape `from` that stretches over it. `[size of to]` */
export function broadcastIndices(from: Shape, to: Shape): Int32Array {
  const indices = new Int32Array(sizeOf(to));
  const missing = to.length - from.length;
  let block = 1;
  let stride = 1;
  for (let axis = to.length - 1; axis >= 0; axis--) {
    const length = to[axis] ?? 1;
    const own = axis >= missing ? (from[axis - missing] ?? 1) : 1;
    if (own !== 1) {
      for (let index = 0; index < indices.length; index++) {
        indices[index] = (indices[index] ?? 0) + (Math.floor(index / block) % length) * stride;
      }
      stride *= own;
    }
    block *= length;
  }
  return indices;
}
