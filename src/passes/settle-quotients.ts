import { Graph } from "../graph/graph.js";
import { type GraphNode, nodePath, type OperationNode, operandsOf } from "../graph/node.js";
import { opSpec } from "../ops/registry.js";

/**
 * Means are fractions where something rounds them: they become part of a look-up of the sum, whatever the divisor. A mean that is not
 * rounded before it is returned, or before an operation that is not element-wise, must come out even: it stays linear, and what is
 * computed from it is an integer.
 */
export function settleQuotients(graph: Graph): Graph {
  const quotients = graph.nodes.filter((node) => isQuotient(node));
  if (quotients.length === 0) return graph;
  const readers = graph.nodes.map((): OperationNode[] => []);
  for (const node of graph.nodes) {
    if (node.kind !== "operation") continue;
    for (const id of new Set(operandsOf(node))) readers[id]?.push(node);
  }
  const returned = new Set(graph.outputs);
  const rounded = (id: number): boolean =>
    !returned.has(id) &&
    (readers[id] ?? []).every(
      (reader) =>
        opSpec(reader.name, nodePath(reader)).elementwise &&
        (reader.output.float !== true || rounded(reader.id)),
    );
  const exact = new Set(quotients.filter(({ id }) => !rounded(id)).map(({ id }) => id));
  if (exact.size === 0) return graph;
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    nodes.push(node.kind === "operation" ? settled(node, exact.has(node.id), nodes) : node);
  }
  return new Graph(graph.name, nodes, graph.inputs, graph.outputs);
}

function isQuotient(node: GraphNode): node is OperationNode {
  return node.kind === "operation" && node.name === "quotient";
}

/** The node as a quotient that comes out even, or on operands of which some have become integers. */
function settled(node: OperationNode, exact: boolean, before: readonly GraphNode[]): OperationNode {
  const own = exact ? { ...node, name: "divide_exactly" } : node;
  const floats = own.operands.map((id) => before[id]?.output.float === true);
  if (own.output.float !== true || opSpec(own.name, nodePath(own)).float(own.attributes, floats)) {
    return own;
  }
  const { float: _, ...output } = own.output;
  return { ...own, output };
}
