import { sizeOf } from "../../base/tensor.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineSelection, inOrder } from "../../op-spec/selection.js";
import { noAttributes } from "../../op-spec/spec.js";

/** NumPy's `positive`. */
export const positive = defineSelection({
  name: "positive",
  doc: "The value itself. Free.",
  operands: 1,
  read: noAttributes,
  select: (_, shapes, path) => {
    const shape = onlyOperand(shapes, path);
    return { shape, source: inOrder(sizeOf(shape)) };
  },
  mlir: (_, call) => onlyOperand(call.operands, call.path),
});
