import { weightedSum, zip } from "../../op-spec/elementwise.js";
import { elementwiseKernel } from "../../op-spec/kernel.js";
import { alignedOperands, dialectOf } from "../../op-spec/mlir/mlir-forms.js";
import { operandPair } from "../../op-spec/operands.js";
import { defineOp } from "../../op-spec/spec.js";
import { pairwise } from "../pairwise.js";

const difference = (left = 0, right = 0): number => left - right;

/** `a - b` with broadcasting. */
export const subtract = defineOp({
  name: "subtract",
  doc: "Difference of two tensors, element by element, with broadcasting. Linear.",
  ...pairwise(difference),
  evaluate: (_, operands, path) => zip(...operandPair(operands, path), path, difference),
  kernel: (_, shapes, float, path) => elementwiseKernel(difference, shapes, !float, path),
  range: (_, operands, path) => {
    const [a, b] = operandPair(operands, path);
    return {
      low: zip(a.low, b.high, path, difference),
      high: zip(a.high, b.low, path, difference),
    };
  },
  widths: () => ({ equal: "operands and result", spareBits: 0 }),
  mlir: (_, call, emitter) => {
    const [a, b] = alignedOperands(call, emitter);
    const op =
      a.type.kind === "clear"
        ? "sub_int_eint"
        : b.type.kind === "clear"
          ? "sub_eint_int"
          : "sub_eint";
    return emitter.emit(`${dialectOf(a.type)}.${op}`, [a, b], call.result);
  },
  affine: (_, operands) => weightedSum(operands, [1, -1], "subtract"),
});
