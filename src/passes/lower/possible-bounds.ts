import { VelumError } from "../../base/error.js";
import { extremes } from "../../graph/builder.js";
import type { Graph } from "../../graph/graph.js";
import { maximumOf, minimumOf } from "../../graph/integer-type.js";
import { type Bounds, nodePath, type OperationNode } from "../../graph/node.js";
import { exactly, type Interval, uniformInterval } from "../../op-spec/interval.js";
import { opSpec } from "../../ops/registry.js";

/**
 * Computed values that were the same on the whole inputset get all values that their type holds and that inputs within the parameters'
 * ranges can lead to: a comparison that came out one way on a few samples stays one. Costs no bits. Values that can be nothing else stay
 * as they are, and need no look-up.
 */
export function withPossibleBounds(graph: Graph): Graph {
  if (!graph.nodes.some((node) => isSame(node.bounds))) return graph;
  const intervals: Interval[] = [];
  for (const node of graph.nodes) {
    const known = node.bounds ?? { min: 0, max: 0 };
    const measured = uniformInterval(node.output.shape, known);
    if (node.kind === "constant") intervals.push(exactly(node.value));
    else intervals.push(node.kind === "input" ? measured : rangeOf(node, intervals, measured));
  }
  return graph.mapNodes((node) => {
    const { output, bounds } = node;
    const interval = intervals[node.id];
    if (node.kind !== "operation" || interval === undefined || !isSame(bounds)) return node;
    const min = Math.max(extremes(interval.low).min, minimumOf(output.type));
    const max = Math.min(extremes(interval.high).max, maximumOf(output.type));
    return { ...node, bounds: { min, max } };
  });
}

/** What can follow from the operands; `otherwise` where they may have no result. */
function rangeOf(
  node: OperationNode,
  intervals: readonly Interval[],
  otherwise: Interval,
): Interval {
  const path = nodePath(node);
  try {
    const operands = node.operands.flatMap((id) => intervals[id] ?? []);
    return opSpec(node.name, path).range(node.attributes, operands, path);
  } catch (error) {
    if (error instanceof VelumError) return otherwise;
    throw error;
  }
}

function isSame(bounds: Bounds | undefined): bounds is Bounds {
  return bounds !== undefined && bounds.min === bounds.max;
}
