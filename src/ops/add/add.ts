import { weightedSum, zip } from "../../op-spec/elementwise.js";
import { elementwiseKernel } from "../../op-spec/kernel.js";
import { alignedOperands } from "../../op-spec/mlir/mlir-forms.js";
import { operandPair } from "../../op-spec/operands.js";
import { defineOp } from "../../op-spec/spec.js";
import { pairwise } from "../pairwise.js";

const sum = (left = 0, right = 0): number => left + right;

/** `a + b` with broadcasting. */
export const add = defineOp({
  name: "add",
  doc: "Sum of two tensors, element by element, with broadcasting. Linear.",
  ...pairwise(sum),
  evaluate: (_, operands, path) => zip(...operandPair(operands, path), path, sum),
  kernel: (_, shapes, float, path) => elementwiseKernel(sum, shapes, !float, path),
  range: (_, operands, path) => {
    const [a, b] = operandPair(operands, path);
    return { low: zip(a.low, b.low, path, sum), high: zip(a.high, b.high, path, sum) };
  },
  widths: () => ({ equal: "operands and result", spareBits: 0 }),
  mlir: (_, call, emitter) => {
    const [x, y] = alignedOperands(call, emitter);
    // The dialects take the clear operand second.
    const [a, b] = x.type.kind === "clear" ? [y, x] : [x, y];
    const dialect = a.type.shape.length === 0 ? "FHE" : "FHELinalg";
    const op = b.type.kind === "clear" ? "add_eint_int" : "add_eint";
    return emitter.emit(`${dialect}.${op}`, [a, b], call.result);
  },
  affine: (_, operands) => weightedSum(operands, [1, 1], "add"),
});
