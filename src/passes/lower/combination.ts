import { scalar } from "../../base/tensor.js";
import { type GraphNode, nodePath } from "../../graph/node.js";
import type { LinearOperand } from "../../op-spec/spec.js";
import { opSpec } from "../../ops/registry.js";

/** A value as `constant + sum of weights times earlier values`, the same for every element. */
export interface Combination {
  /** Weight by node, none of them 0. */
  readonly terms: ReadonlyMap<number, number>;
  readonly constant: number;
}

/** Sums are taken apart this deep: deeper ones have many terms, of which hardly any cancel. */
const deepest = 8;

/** The value of node `id` over values that are no sums, differences or multiples themselves. Nodes with a hint stay as they are. */
export function combinationOf(nodes: readonly GraphNode[], id: number): Combination {
  const terms = new Map<number, number>();
  let constant = 0;
  const add = (at: number, weight: number, depth: number): void => {
    const node = nodes[at];
    const parts = depth < deepest ? partsOf(nodes, node) : undefined;
    if (parts === undefined) {
      const sum = (terms.get(at) ?? 0) + weight;
      if (sum === 0) terms.delete(at);
      else terms.set(at, sum);
      return;
    }
    constant += weight * parts.constant;
    for (const [operand, own] of parts.operands) add(operand, weight * own, depth + 1);
  };
  add(id, 1, 0);
  return { terms, constant };
}

interface Parts {
  readonly operands: readonly (readonly [operand: number, weight: number])[];
  readonly constant: number;
}

/** What an element of a linear element-wise node adds up; undefined for others. */
function partsOf(nodes: readonly GraphNode[], node: GraphNode | undefined): Parts | undefined {
  if (node?.kind !== "operation" || node.hintBits !== undefined) return undefined;
  const spec = opSpec(node.name, nodePath(node));
  if (!spec.elementwise) return undefined;
  const operands: LinearOperand[] = [];
  const variables: number[] = [];
  for (const id of node.operands) {
    const own = uniformConstant(nodes[id]);
    if (own !== undefined) operands.push({ kind: "clear", value: scalar(own) });
    else if (nodes[id]?.kind === "constant") return undefined;
    else {
      operands.push({ kind: "encrypted", shape: [] });
      variables.push(id);
    }
  }
  const map = spec.affine(node.attributes, operands);
  if (map === undefined || spec.divisor(node.attributes) !== 1) return undefined;
  return {
    operands: Array.from(map.column, (column, term) => [
      variables[column] ?? 0,
      map.weight[term] ?? 0,
    ]),
    constant: map.constant[0] ?? 0,
  };
}

/** The number that all elements of a constant are; undefined for other nodes. */
function uniformConstant(node: GraphNode | undefined): number | undefined {
  if (node?.kind !== "constant") return undefined;
  const [first] = node.value.data;
  return node.value.data.every((value) => value === first) ? first : undefined;
}

/** `a - b`. */
export function differenceOf(a: Combination, b: Combination): Combination {
  const terms = new Map(a.terms);
  for (const [id, weight] of b.terms) {
    const rest = (terms.get(id) ?? 0) - weight;
    if (rest === 0) terms.delete(id);
    else terms.set(id, rest);
  }
  return { terms, constant: a.constant - b.constant };
}

/** Greatest common divisor of the weights; 0 without terms. */
export function commonFactor({ terms }: Combination): number {
  let factor = 0;
  for (const weight of terms.values()) {
    let [a, b] = [factor, Math.abs(weight)];
    while (b !== 0) [a, b] = [b, a % b];
    factor = a;
  }
  return factor;
}
