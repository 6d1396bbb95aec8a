import { VelumError } from "../../base/error.js";
import { type Shape, sameShape, shapeText } from "../../base/tensor.js";
import { readIntegers } from "../../op-spec/attributes.js";
import { broadcastIndices, broadcastShapes } from "../../op-spec/broadcast.js";
import { broadcast } from "../../op-spec/mlir/mlir-shapes.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineSelection } from "../../op-spec/selection.js";

/** NumPy's `broadcast_to`. */
export const broadcastTo = defineSelection<Shape>({
  name: "broadcast_to",
  doc: "Axes of length 1, and missing first axes, repeated to fill a shape. Free.",
  operands: 1,
  read: (attributes, path) => readIntegers(attributes, "shape", path) ?? [],
  select: (wanted, shapes, path) => {
    const shape = onlyOperand(shapes, path);
    if (!sameShape(broadcastShapes(shape, wanted, path), wanted)) {
      throw new VelumError({
        code: "bad-shape",
        path,
        problem: `shape ${shapeText(shape)} does not stretch to ${shapeText(wanted)}`,
        cure: "Give a shape whose last axes are the value's own, or longer where the value has length 1",
      });
    }
    return { shape: wanted, source: broadcastIndices(shape, wanted) };
  },
  mlir: (_, call, emitter) =>
    broadcast(onlyOperand(call.operands, call.path), call.result.shape, emitter),
});
