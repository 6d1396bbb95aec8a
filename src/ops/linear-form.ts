import type { Graph } from "../graph/graph.js";
import type { OperationNode } from "../graph/node.js";
import type { LinearOperand } from "./spec.js";

/** Operands of a node as linear forms see them; undefined if one is clear but known only at run time. */
export function linearOperands(graph: Graph, node: OperationNode): LinearOperand[] | undefined {
  const operands: LinearOperand[] = [];
  for (const id of node.operands) {
    const operand = graph.node(id);
    if (operand.output.encrypted) operands.push({ kind: "encrypted", shape: operand.output.shape });
    else if (operand.kind === "constant") operands.push({ kind: "clear", value: operand.value });
    else return undefined;
  }
  return operands;
}
