import { VelumError } from "../../base/error.js";
import { type Shape, shapeText, sizeOf } from "../../base/tensor.js";
import {
  type Contraction,
  contract,
  contractIntervals,
  contractionMap,
} from "../../op-spec/contraction.js";
import { contractionKernel } from "../../op-spec/kernel.js";
import { emitMatrixProduct } from "../../op-spec/mlir/mlir-product.js";
import { operandPair } from "../../op-spec/operands.js";
import { defineOp, noAttributes } from "../../op-spec/spec.js";
import { productWidths } from "../../op-spec/widths.js";
import { broadcastProduct, multiply } from "../multiply/multiply.js";

/** NumPy's `dot`. */
export const dot = defineOp({
  name: "dot",
  doc: "Dot product: last axis of the left side with the second-to-last (or only) one of the right side. Linear if one side is clear.",
  operands: 2,
  read: noAttributes,
  shape: (_, shapes, path) => dotProduct(...operandPair(shapes, path), path).shape,
  evaluate: (_, operands, path) => contract(dotProduct, ...operandPair(operands, path), path),
  kernel: (_, shapes, __, path) =>
    contractionKernel(dotProduct(...operandPair(shapes, path), path), path),
  pair: { kind: "product" },
  contraction: dotProduct,
  range: (_, operands, path) => contractIntervals(dotProduct, ...operandPair(operands, path), path),
  widths: productWidths,
  mlir: (_, call, emitter) => {
    const [a, b] = operandPair(call.operands, call.path);
    const axes = [a.type.shape.length, b.type.shape.length];
    if (axes.includes(0)) return multiply.mlir({}, call, emitter);
    if (Math.max(...axes) <= 2) return emitMatrixProduct(call, emitter);
    throw new VelumError({
      code: "unsupported-op",
      path: call.path,
      problem: `the dialect has no dot product of shapes ${shapeText(a.type.shape)} and ${shapeText(b.type.shape)}`,
      cure: "Use matmul for tensors of more than two axes",
    });
  },
  affine: (_, operands) => contractionMap(dotProduct, operands, "dot"),
});

/** Scalars multiply; otherwise every row of `a` meets every column of `b`. Errors: `bad-shape`. */
export function dotProduct(a: Shape, b: Shape, path: string): Contraction {
  if (a.length === 0 || b.length === 0) return broadcastProduct(a, b, path);
  const inner = a[a.length - 1] ?? 1;
  const rightInner = b[Math.max(0, b.length - 2)] ?? 1;
  if (inner !== rightInner) {
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `shapes ${shapeText(a)} and ${shapeText(b)} do not fit: rows of ${inner} meet columns of ${rightInner}`,
      cure: "Make the last axis of the left side as long as the second-to-last of the right side (the only one if 1-D)",
    });
  }
  const leftShape = a.slice(0, -1);
  const columns = b.length === 1 ? 1 : (b[b.length - 1] ?? 1);
  const rightShape = b.length === 1 ? [] : [...b.slice(0, -2), columns];
  const rights = sizeOf(rightShape);
  const size = sizeOf(leftShape) * rights;
  return {
    shape: [...leftShape, ...rightShape],
    inner,
    aStart: Int32Array.from({ length: size }, (_, i) => Math.floor(i / rights) * inner),
    aStep: 1,
    bStart: Int32Array.from({ length: size }, (_, i) => {
      const right = i % rights;
      return Math.floor(right / columns) * inner * columns + (right % columns);
    }),
    bStep: columns,
  };
}
