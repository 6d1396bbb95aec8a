import { contract, contractIntervals, contractionMap } from "../../op-spec/contraction.js";
import { contractionKernel } from "../../op-spec/kernel.js";
import { emitMatrixProduct } from "../../op-spec/mlir/mlir-product.js";
import { operandPair } from "../../op-spec/operands.js";
import { defineOp, noAttributes } from "../../op-spec/spec.js";
import { productWidths } from "../../op-spec/widths.js";
import { matrixProduct } from "./product.js";

/** `a @ b`. */
export const matmul = defineOp({
  name: "matmul",
  doc: "Matrix product with NumPy's rules for 1-D and batched operands. Linear if one side is clear.",
  operands: 2,
  read: noAttributes,
  shape: (_, shapes, path) => matrixProduct(...operandPair(shapes, path), path).shape,
  evaluate: (_, operands, path) => contract(matrixProduct, ...operandPair(operands, path), path),
  kernel: (_, shapes, __, path) =>
    contractionKernel(matrixProduct(...operandPair(shapes, path), path), path),
  pair: { kind: "product" },
  contraction: matrixProduct,
  range: (_, operands, path) =>
    contractIntervals(matrixProduct, ...operandPair(operands, path), path),
  widths: productWidths,
  mlir: (_, call, emitter) => emitMatrixProduct(call, emitter),
  affine: (_, operands) => contractionMap(matrixProduct, operands, "matmul"),
});
