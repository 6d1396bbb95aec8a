import type { Graph } from "../graph/graph.js";
import { operandsOf } from "../graph/node.js";

/**
 * The lowest node on which alone all of `wanted` depend, constants aside: nothing else feeds the nodes between. It may be
 * one of them. Undefined if there is none.
 */
export function singleCommonAncestor(graph: Graph, wanted: readonly number[]): number | undefined {
  const variables = (id: number): number[] =>
    operandsOf(graph.node(id)).filter((operand) => graph.node(operand).kind !== "constant");
  const ancestors = wanted.map((id) => {
    const found = new Set([id]);
    const open = [id];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const operand of variables(at)) {
        if (!found.has(operand)) {
          found.add(operand);
          open.push(operand);
        }
      }
    }
    return found;
  });
  const all = new Set(ancestors.flatMap((found) => [...found]));
  const candidates = [...all]
    .filter((id) => ancestors.every((found) => found.has(id)))
    .sort((a, b) => b - a);
  const order = [...all].sort((a, b) => a - b);
  return candidates.find((candidate) => {
    const between = new Set([candidate]);
    for (const id of order) {
      if (id > candidate && variables(id).some((operand) => between.has(operand))) between.add(id);
    }
    return [...between].every(
      (id) => id === candidate || variables(id).every((operand) => between.has(operand)),
    );
  });
}
