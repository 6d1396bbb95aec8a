import type { Graph } from "../graph/graph.js";
import { operandsOf } from "../graph/node.js";
import { rebuild } from "./rebuild.js";

/** Drops nodes that no output reads. Inputs stay: they are the function's parameters. */
export function removeDeadCode(graph: Graph): Graph {
  const live = new Set([...graph.inputs, ...graph.outputs]);
  for (const node of [...graph.nodes].reverse()) {
    if (live.has(node.id)) for (const id of operandsOf(node)) live.add(id);
  }
  if (live.size === graph.nodes.length) return graph;
  return rebuild(
    graph,
    graph.nodes.filter((node) => live.has(node.id)),
  );
}
