import { sizeOf } from "../base/tensor.js";
import { onlyOperand } from "../op-spec/operands.js";
import { defineSelection, inOrder } from "../op-spec/selection.js";
import { noAttributes, type OpSpec } from "../op-spec/spec.js";

/** An operation that gives its operand. */
export function defineIdentity(name: string): OpSpec {
  return defineSelection({
    name,
    doc: "The value itself. Free.",
    operands: 1,
    read: noAttributes,
    select: (_, shapes, path) => {
      const shape = onlyOperand(shapes, path);
      return { shape, source: inOrder(sizeOf(shape)) };
    },
    mlir: (_, call) => onlyOperand(call.operands, call.path),
  });
}
