import { VelumError } from "../../base/error.js";
import { type Shape, shapeText, sizeOf } from "../../base/tensor.js";
import { normalizeAxes, readIntegers } from "../../op-spec/attributes.js";
import { reshaped } from "../../op-spec/mlir/mlir-shapes.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineSelection, inOrder } from "../../op-spec/selection.js";

/** NumPy's `squeeze`. */
export const squeeze = defineSelection<readonly number[] | undefined>({
  name: "squeeze",
  doc: "Axes of length 1 removed: those named, or all. Free.",
  operands: 1,
  read: (attributes, path) => readIntegers(attributes, "axis", path),
  select: (axis, shapes, path) => {
    const shape = onlyOperand(shapes, path);
    return { shape: squeezed(axis, shape, path), source: inOrder(sizeOf(shape)) };
  },
  mlir: (_, call, emitter) =>
    reshaped(onlyOperand(call.operands, call.path), call.result.shape, emitter),
});

function squeezed(axis: readonly number[] | undefined, shape: Shape, path: string): Shape {
  if (axis === undefined) return shape.filter((length) => length !== 1);
  const removed = normalizeAxes(axis, shape.length, path);
  for (const at of removed) {
    if (shape[at] === 1) continue;
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `axis ${at} of shape ${shapeText(shape)} has length ${shape[at]}`,
      limit: 1,
      actual: shape[at] ?? 0,
      cure: "Squeeze axes of length 1 only, or sum over the axis",
    });
  }
  return shape.filter((_, at) => !removed.includes(at));
}
