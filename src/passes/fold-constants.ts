import { extremes } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { minimalIntegerType } from "../graph/integer-type.js";
import { type GraphNode, nodePath } from "../graph/node.js";
import { opSpec } from "../ops/registry.js";
import { removeDeadCode } from "./remove-dead-code.js";

/** Replaces operations on constants alone by their values. */
export function foldConstants(graph: Graph): Graph {
  const folded: GraphNode[] = [];
  for (const node of graph.nodes) {
    folded.push(fold(node, folded));
  }
  return removeDeadCode(graph.mapNodes((node) => folded[node.id] ?? node));
}

function fold(node: GraphNode, before: readonly GraphNode[]): GraphNode {
  if (node.kind !== "operation" || node.output.encrypted) return node;
  const values = node.operands.flatMap((id) => {
    const operand = before[id];
    return operand?.kind === "constant" ? [operand.value] : [];
  });
  if (values.length < node.operands.length) return node;
  const path = nodePath(node);
  const value = opSpec(node.name, path).evaluate(node.attributes, values, path);
  const { min, max } = extremes(value);
  const { id, tag, location, bounds } = node;
  const output = { encrypted: false, type: minimalIntegerType(min, max), shape: value.shape };
  return {
    ...{ kind: "constant", id, value, output, tag, location },
    ...(bounds === undefined ? {} : { bounds: { min, max } }),
  };
}
