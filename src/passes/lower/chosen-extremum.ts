import type { Graph } from "../../graph/graph.js";
import { nodePath, type OperationNode } from "../../graph/node.js";
import { opSpec } from "../../ops/registry.js";

/** What a choice between two compared values amounts to. */
export interface ChosenExtremum {
  readonly x: number;
  readonly y: number;
  readonly takes: "largest" | "smallest" | "x" | "y";
}

/**
 * `where(x > y, x, y)` is the larger value, `where(x == y, x, y)` is `y`, and so on: undefined where the condition compares no values, or
 * others than those that are chosen from.
 */
export function chosenExtremum(graph: Graph, node: OperationNode): ChosenExtremum | undefined {
  const [condition = 0, first, second] = node.operands;
  const compared = graph.node(condition);
  if (compared.kind !== "operation" || compared.hintBits !== undefined) return undefined;
  const { pair } = opSpec(compared.name, nodePath(compared));
  const [x, y] = compared.operands;
  if (pair?.kind !== "difference" || x === undefined || y === undefined || x === y)
    return undefined;
  const straight = first === x && second === y;
  if (!straight && !(first === y && second === x)) return undefined;
  // The condition takes x where it holds; the other way round it takes x where it does not.
  const takesX = (difference: number): boolean => (pair.of(difference) !== 0) === straight;
  const [above, below] = [takesX(1), takesX(-1)];
  // Where both are equal it does not matter which is taken.
  if (above && !below) return { x, y, takes: "largest" };
  if (below && !above) return { x, y, takes: "smallest" };
  return { x, y, takes: above ? "x" : "y" };
}
