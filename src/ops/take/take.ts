import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import type { Attributes } from "../../graph/node.js";
import { notInDialect } from "../mlir-forms.js";
import { defineSelection } from "../selection.js";

/** Elements by their flat positions; made by rewrites. */
export const take = defineSelection<Tensor>({
  name: "take",
  doc: "Elements at given positions of the flattened operand, in a given shape. Free.",
  operands: 1,
  read: readIndices,
  select: (indices) => ({ shape: indices.shape, source: Int32Array.from(indices.data) }),
  mlir: (_, call) => {
    throw notInDialect(call);
  },
});

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
