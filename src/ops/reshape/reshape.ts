import { VelumError } from "../../base/error.js";
import { type Shape, shapeText, sizeOf } from "../../base/tensor.js";
import { readIntegers } from "../../op-spec/attributes.js";
import { reshaped } from "../../op-spec/mlir/mlir-shapes.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineSelection, inOrder } from "../../op-spec/selection.js";

/** NumPy's `reshape`; one length may be -1. */
export const reshape = defineSelection<Shape>({
  name: "reshape",
  doc: "The same elements, row-major, in another shape. Free.",
  operands: 1,
  read: (attributes, path) => readIntegers(attributes, "newshape", path) ?? [],
  select: (wanted, shapes, path) => {
    const shape = onlyOperand(shapes, path);
    return { shape: completeShape(wanted, shape, path), source: inOrder(sizeOf(shape)) };
  },
  mlir: (_, call, emitter) =>
    reshaped(onlyOperand(call.operands, call.path), call.result.shape, emitter),
});

/** `wanted` with a -1 replaced by the length that makes it as large as `shape`. Errors: `bad-shape`. */
export function completeShape(wanted: Shape, shape: Shape, path: string): Shape {
  const size = sizeOf(shape);
  const open = wanted.filter((length) => length === -1).length;
  const known = wanted.reduce((product, length) => (length === -1 ? product : product * length), 1);
  const complete = wanted.map((length) => (length === -1 ? size / known : length));
  const valid = wanted.every((length) => length >= 1 || length === -1);
  if (open <= 1 && valid && sizeOf(complete) === size && complete.every(Number.isInteger)) {
    return complete;
  }
  throw new VelumError({
    code: "bad-shape",
    path,
    problem: `${size} elements of shape ${shapeText(shape)} do not fill the shape ${shapeText(wanted)}`,
    limit: size,
    actual: shapeText(wanted),
    cure: "Give lengths whose product is the number of elements; one of them may be -1",
  });
}
