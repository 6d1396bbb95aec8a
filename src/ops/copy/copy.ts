import { sizeOf } from "../../base/tensor.js";
import { onlyOperand } from "../operands.js";
import { defineSelection, inOrder } from "../selection.js";
import { noAttributes } from "../spec.js";

/** NumPy's `copy`. */
export const copy = defineSelection({
  name: "copy",
  doc: "The value itself. Free.",
  operands: 1,
  read: noAttributes,
  select: (_, shapes, path) => {
    const shape = onlyOperand(shapes, path);
    return { shape, source: inOrder(sizeOf(shape)) };
  },
  mlir: (_, call) => onlyOperand(call.operands, call.path),
});
