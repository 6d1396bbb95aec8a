import { sizeOf } from "../../base/tensor.js";
import { normalizeAxes, readIntegers } from "../../op-spec/attributes.js";
import { reshaped } from "../../op-spec/mlir/mlir-shapes.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineSelection, inOrder } from "../../op-spec/selection.js";

/** NumPy's `expand_dims`: `axis` counts the axes of the result. */
export const expandDims = defineSelection<readonly number[]>({
  name: "expand_dims",
  doc: "New axes of length 1 at the places named. Free.",
  operands: 1,
  read: (attributes, path) => readIntegers(attributes, "axis", path) ?? [],
  select: (axis, shapes, path) => {
    const shape = onlyOperand(shapes, path);
    const added = new Set(normalizeAxes(axis, shape.length + axis.length, path));
    const lengths = [...shape];
    const result = Array.from({ length: shape.length + added.size }, (_, at) =>
      added.has(at) ? 1 : (lengths.shift() ?? 1),
    );
    return { shape: result, source: inOrder(sizeOf(shape)) };
  },
  mlir: (_, call, emitter) =>
    reshaped(onlyOperand(call.operands, call.path), call.result.shape, emitter),
});
