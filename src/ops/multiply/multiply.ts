import type { Shape } from "../../base/tensor.js";
import { broadcastIndices, broadcastShapes } from "../../op-spec/broadcast.js";
import {
  type Contraction,
  contract,
  contractIntervals,
  contractionMap,
} from "../../op-spec/contraction.js";
import { contractionKernel, elementwiseKernel } from "../../op-spec/kernel.js";
import {
  asTensors,
  dialectOf,
  emitProduct,
  operandsOfCall,
} from "../../op-spec/mlir/mlir-forms.js";
import { operandPair } from "../../op-spec/operands.js";
import { defineOp } from "../../op-spec/spec.js";
import { productWidths } from "../../op-spec/widths.js";
import { pairwise } from "../pairwise.js";

const product = (left = 0, right = 0): number => left * right;

/** `a * b` with broadcasting. */
export const multiply = defineOp({
  name: "multiply",
  doc: "Product of two tensors, element by element, with broadcasting. Linear if one of them is clear.",
  ...pairwise(product),
  evaluate: (_, operands, path) => contract(broadcastProduct, ...operandPair(operands, path), path),
  kernel: (_, shapes, float, path) =>
    float
      ? elementwiseKernel(product, shapes, false, path)
      : contractionKernel(broadcastProduct(...operandPair(shapes, path), path), path),
  pair: { kind: "product" },
  contraction: broadcastProduct,
  range: (_, operands, path) =>
    contractIntervals(broadcastProduct, ...operandPair(operands, path), path),
  widths: productWidths,
  mlir: (_, call, emitter) => {
    const [x, y] = asTensors(operandsOfCall(call), emitter);
    const [a, b] = x.type.kind === "clear" ? [y, x] : [x, y];
    const op = b.type.kind === "clear" ? "mul_eint_int" : "mul_eint";
    return emitProduct(`${dialectOf(a.type)}.${op}`, a, b, call.result, emitter);
  },
  affine: (_, operands) => contractionMap(broadcastProduct, operands, "multiply"),
});

/** One product an element. */
export function broadcastProduct(a: Shape, b: Shape, path: string): Contraction {
  const shape = broadcastShapes(a, b, path);
  return {
    shape,
    inner: 1,
    aStart: broadcastIndices(a, shape),
    aStep: 0,
    bStart: broadcastIndices(b, shape),
    bStep: 0,
  };
}
