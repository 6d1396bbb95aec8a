import type { Graph } from "../graph/graph.js";
import { maximumOf, minimalIntegerType, minimumOf } from "../graph/integer-type.js";
import { type GraphNode, nodePath, operandsOf } from "../graph/node.js";
import { opSpec } from "../ops/registry.js";

/**
 * Gives every node the width that the compiled program reserves for it. Linear operations work on one width, so their
 * operands and results form classes, and each class takes the width of its widest member: the least total that the
 * rules allow. `least`: bits that nodes get at least, by id. Clear inputs and constants get one bit more than measured, for the sign.
 * `inPlain`: what is computed from clear inputs is never encrypted, so that it widens nothing.
 */
export function assignBitWidths(
  graph: Graph,
  least?: ReadonlyMap<number, number>,
  inPlain = false,
): Graph {
  const classes = new Classes(graph.nodes.length);
  const needed = graph.nodes.map((node) =>
    Math.max(node.output.type.bits, least?.get(node.id) ?? 0),
  );
  const isPlain = (node: GraphNode): boolean =>
    inPlain && !node.output.encrypted && node.kind !== "constant";
  for (const node of graph.nodes) {
    if (node.kind !== "operation" || isPlain(node)) continue;
    const encrypted = node.operands.map((id) => graph.node(id).output.encrypted);
    const rule = opSpec(node.name, nodePath(node)).widths(encrypted);
    const operands = operandsOf(node).filter((id) => !isPlain(graph.node(id)));
    const sums = rule.spareBits === 0 ? 0 : mixedSignBits(operands.map((id) => graph.node(id)));
    for (const id of operands) {
      const bits = Math.max(graph.node(id).output.type.bits + rule.spareBits, sums);
      needed[id] = Math.max(needed[id] ?? 0, bits);
      if (rule.equal !== "nothing" && rule.equal !== "first operand and result") {
        classes.join(operands[0] ?? id, id);
      }
      if (rule.equal === "operands and result") classes.join(node.id, id);
    }
    if (rule.equal === "first operand and result") classes.join(node.id, operands[0] ?? node.id);
  }
  const widths = new Map<number, number>();
  needed.forEach((bits, id) => {
    const root = classes.find(id);
    widths.set(root, Math.max(widths.get(root) ?? 0, bits));
  });
  return graph.mapNodes((node) => {
    const bits = widths.get(classes.find(node.id)) ?? node.output.type.bits;
    // What is computed from clear inputs may have to be computed like encrypted values.
    if (node.output.encrypted || node.kind === "operation") return { ...node, assignedBits: bits };
    const assignedBits = node.output.type.bits + 1;
    if (node.kind === "constant") return { ...node, assignedBits };
    return { ...node, assignedBits, encodedBits: bits };
  });
}

/** Bits for sums and differences of operands of which one is signed and one is not; 0 for others, which need one bit more. */
function mixedSignBits(operands: readonly GraphNode[]): number {
  const types = operands.map((node) => node.output.type);
  if (new Set(types.map((type) => type.signed)).size < 2) return 0;
  const least = types.map(minimumOf);
  const most = types.map(maximumOf);
  const [a = 0, b = 0] = least;
  const [c = 0, d = 0] = most;
  return minimalIntegerType(Math.min(a - d, b - c, a + b), Math.max(c - b, d - a, c + d)).bits;
}

/** Disjoint sets of node ids (union-find with path halving). */
class Classes {
  private readonly parent: Int32Array;

  constructor(size: number) {
    this.parent = Int32Array.from({ length: size }, (_, id) => id);
  }

  find(id: number): number {
    let at = id;
    for (;;) {
      const up = this.parent[at] ?? at;
      if (up === at) return at;
      this.parent[at] = this.parent[up] ?? up;
      at = up;
    }
  }

  join(a: number, b: number): void {
    this.parent[this.find(a)] = this.find(b);
  }
}
