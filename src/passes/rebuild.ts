import { Graph } from "../graph/graph.js";
import type { GraphNode } from "../graph/node.js";

/** The graph of the given nodes only, in their order, with new ids. `nodes` must hold every operand and output. */
export function rebuild(graph: Graph, nodes: readonly GraphNode[]): Graph {
  const newIds = new Map(nodes.map((node, position) => [node.id, position]));
  const idOf = (id: number): number => {
    const known = newIds.get(id);
    if (known === undefined)
      throw new Error(`node ${id} of graph ${graph.name} was dropped but is read`);
    return known;
  };
  return new Graph(
    graph.name,
    nodes.map((node) =>
      node.kind === "operation"
        ? { ...node, id: idOf(node.id), operands: node.operands.map(idOf) }
        : { ...node, id: idOf(node.id) },
    ),
    graph.inputs.map(idOf),
    graph.outputs.map(idOf),
  );
}
