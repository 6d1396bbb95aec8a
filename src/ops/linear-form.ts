import type { Tensor } from "../base/tensor.js";
import { sizeOf } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import { maximumOf, minimumOf } from "../graph/integer-type.js";
import type { Bounds, GraphNode, OperationNode } from "../graph/node.js";
import { boundsOf } from "../op-spec/lookup-argument.js";
import type { LinearOperand } from "../op-spec/spec.js";

/**
 * Operands of a node as linear forms see them. For clear values that are known only at run time the largest magnitude that they may
 * have stands in, or what `clearValue` gives.
 */
export function linearOperands(
  graph: Graph,
  node: OperationNode,
  clearValue: (node: GraphNode) => Tensor = largestMagnitudes,
): LinearOperand[] {
  return node.operands.map((id) => {
    const operand = graph.node(id);
    if (operand.kind === "constant") return { kind: "clear", value: operand.value };
    if (!operand.output.encrypted) return { kind: "clear", value: clearValue(operand) };
    return { kind: "encrypted", shape: operand.output.shape };
  });
}

function largestMagnitudes(node: GraphNode): Tensor {
  const { shape } = node.output;
  const { min, max } = clearRange(node);
  const most = Math.max(Math.abs(min), Math.abs(max));
  return { shape, data: new Float64Array(sizeOf(shape)).fill(most) };
}

/** Numbers that a clear value may have at run time: those of its measured type. */
export function clearRange(node: GraphNode): Bounds {
  const { type, float } = node.output;
  return float === true ? boundsOf(node) : { min: minimumOf(type), max: maximumOf(type) };
}
