import { VelumError } from "../../base/error.js";
import { type Shape, sizeOf, type Tensor } from "../../base/tensor.js";
import type { Attributes } from "../../graph/node.js";
import { extracted, gathered } from "../../op-spec/mlir/mlir-shapes.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineSelection } from "../../op-spec/selection.js";

/** Elements by their flat positions; made by rewrites. */
export const take = defineSelection<Tensor>({
  name: "take",
  doc: "Elements at given positions of the flattened operand, in a given shape. Free.",
  operands: 1,
  read: readIndices,
  select: (indices) => ({ shape: indices.shape, source: Int32Array.from(indices.data) }),
  mlir: (indices, call, emitter) => {
    const operand = onlyOperand(call.operands, call.path);
    const source = Int32Array.from(indices.data);
    if (indices.shape.length > 0) return gathered(operand, indices.shape, source, emitter);
    return extracted(operand, coordinatesOf(source[0] ?? 0, operand.type.shape), emitter);
  },
});

/** Position along every axis of a flat position. */
function coordinatesOf(position: number, shape: Shape): number[] {
  let rest = position;
  return shape.map((_, axis) => {
    const stride = sizeOf(shape.slice(axis + 1));
    const at = Math.floor(rest / stride);
    rest -= at * stride;
    return at;
  });
}

function readIndices(attributes: Attributes, path: string): Tensor {
  const { indices } = attributes;
  if (typeof indices === "object" && indices !== null && "data" in indices) return indices;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: "the node has no positions",
    cure: "Give a tensor of positions",
  });
}
