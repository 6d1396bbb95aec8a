import type { Graph } from "../graph/graph.js";
import type { OperationNode } from "../graph/node.js";
import type { LinearOperand } from "./spec.js";

/**
 * Operands of a node as linear forms see them. Clear values that are known only at run time count as encrypted: the
 * compiled program takes them encrypted.
 */
export function linearOperands(graph: Graph, node: OperationNode): LinearOperand[] {
  return node.operands.map((id) => {
    const operand = graph.node(id);
    if (operand.kind === "constant") return { kind: "clear", value: operand.value };
    return { kind: "encrypted", shape: operand.output.shape };
  });
}
