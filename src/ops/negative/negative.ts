import { map, weightedSum } from "../../op-spec/elementwise.js";
import { elementwiseKernel } from "../../op-spec/kernel.js";
import { clearOnly, dialectOf, withSign } from "../../op-spec/mlir/mlir-forms.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineOp, noAttributes } from "../../op-spec/spec.js";

const opposite = (value = 0): number => -value;

/** `-a`. */
export const negative = defineOp({
  name: "negative",
  doc: "The tensor with all signs changed. Linear.",
  operands: 1,
  read: noAttributes,
  shape: (_, shapes, path) => onlyOperand(shapes, path),
  evaluate: (_, operands, path) => map(onlyOperand(operands, path), path, opposite),
  evaluateFloat: (_, operands, path) => {
    const a = onlyOperand(operands, path);
    return { shape: a.shape, data: a.data.map(opposite) };
  },
  kernel: (_, shapes, float, path) => elementwiseKernel(opposite, shapes, !float, path),
  elementwise: true,
  range: (_, operands, path) => {
    const a = onlyOperand(operands, path);
    return { low: map(a.high, path, opposite), high: map(a.low, path, opposite) };
  },
  widths: () => ({ equal: "operands and result", spareBits: 0 }),
  mlir: (_, call, emitter) => {
    const operand = onlyOperand(call.operands, call.path);
    if (operand.type.kind === "clear") throw clearOnly(call);
    const signed = withSign(operand, true, emitter);
    const result = emitter.emit(`${dialectOf(signed.type)}.neg_eint`, [signed], signed.type);
    return withSign(result, call.result.signed, emitter);
  },
  affine: (_, operands) => weightedSum(operands, [-1], "negative"),
});
