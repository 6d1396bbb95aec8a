import { Graph } from "../../graph/graph.js";
import type { GraphNode } from "../../graph/node.js";
import type { RegionProgram } from "../../regions/region-program.js";

/** Outputs among `wanted` whose noise is not that of look-ups alone, since inputs reach them through sums. */
export function staleOutputs(regions: RegionProgram, wanted: ReadonlySet<number>): Set<number> {
  const reached = new Set([0]);
  for (const step of regions.steps) {
    if (step.kind !== "affine") continue;
    if (step.sources.some((source) => reached.has(source))) reached.add(step.result);
  }
  const stale = regions.outputs.flatMap(({ value }, output) =>
    wanted.has(output) && reached.has(value) ? [output] : [],
  );
  return new Set(stale);
}

/** The graph with a look-up more behind each of the outputs, which changes no value and makes noise small again. */
export function refreshOutputs(graph: Graph, outputs: ReadonlySet<number>): Graph {
  if (outputs.size === 0) return graph;
  const nodes: GraphNode[] = [...graph.nodes];
  const results = graph.outputs.map((id, output) => {
    if (!outputs.has(output)) return id;
    const { output: type, bounds, tag, location } = graph.node(id);
    const refreshed = nodes.length;
    nodes.push({
      kind: "operation",
      id: refreshed,
      name: "identity",
      operands: [id],
      attributes: { force_noise_refresh: true },
      output: type,
      ...(bounds === undefined ? {} : { bounds }),
      tag,
      location,
    });
    return refreshed;
  });
  return new Graph(graph.name, nodes, graph.inputs, results);
}
