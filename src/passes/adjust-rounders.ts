import type { Tensor } from "../base/tensor.js";
import { Graph } from "../graph/graph.js";
import { minimalIntegerType } from "../graph/integer-type.js";
import { nodePath, type OperationNode } from "../graph/node.js";
import { opSpec } from "../ops/registry.js";
import { measureBounds } from "./measure-bounds.js";

/**
 * Gives every node that keeps a number of highest bits the number of bits to remove, from the range of its operand on the inputset.
 * Earlier nodes are adjusted first. Cost: for each rounder one exact evaluation a sample. Errors: those of `measureBounds`.
 */
export function adjustRounders(graph: Graph, inputset: readonly (readonly Tensor[])[]): Graph {
  const known = new Map<number, number>();
  let adjusted = graph;
  for (const { id } of graph.nodes) {
    const node = adjusted.node(id);
    if (node.kind !== "operation") continue;
    const { target_msbs: target, rounder } = node.attributes;
    if (typeof target !== "number" || typeof rounder !== "number") continue;
    const lsbs = known.get(rounder) ?? removedBits(adjusted, node, target, inputset);
    known.set(rounder, lsbs);
    adjusted = adjusted.mapNodes((item) => (item.id === id ? withBits(node, lsbs) : item));
  }
  return adjusted;
}

function removedBits(
  graph: Graph,
  node: OperationNode,
  target: number,
  inputset: readonly (readonly Tensor[])[],
): number {
  const [operand = 0] = node.operands;
  const before = new Graph(graph.name, graph.nodes.slice(0, node.id), graph.inputs, [operand]);
  const { bounds } = measureBounds(before, inputset).node(operand);
  const { bits } = minimalIntegerType(Math.min(0, bounds?.min ?? 0), Math.max(0, bounds?.max ?? 0));
  return Math.max(0, bits - target);
}

function withBits(node: OperationNode, lsbs: number): OperationNode {
  const { target_msbs, rounder, ...rest } = node.attributes;
  const attributes = { ...rest, lsbs_to_remove: lsbs };
  const text = opSpec(node.name, nodePath(node)).text(attributes, node.operands.length);
  return { ...node, attributes, ...(text === undefined ? {} : { text }) };
}
