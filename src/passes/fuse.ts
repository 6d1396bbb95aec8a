import { VelumError } from "../base/error.js";
import { sizeOf, type Tensor } from "../base/tensor.js";
import { extremes } from "../graph/builder.js";
import { Graph } from "../graph/graph.js";
import { minimalIntegerType } from "../graph/integer-type.js";
import { type GraphNode, nodePath, type OperationNode, operandsOf } from "../graph/node.js";
import { isGraph } from "../graph/printer.js";
import type { ValueType } from "../graph/value-type.js";
import { evaluateOperation } from "../op-spec/evaluate-operation.js";
import { opSpec } from "../ops/registry.js";
import { singleCommonAncestor } from "./common-ancestor.js";
import { removeDeadCode } from "./remove-dead-code.js";
import { settleQuotients } from "./settle-quotients.js";

/**
 * Replaces every part of the graph that works on floating-point numbers, ends in integers and depends on one encrypted integer
 * by one node `subgraph`, which becomes a look-up. Integer parts that need one look-up of several operands, all computed from
 * one value, are fused too. Values that other nodes need are computed there again.
 * Errors: `unsupported-op` for a floating-point part that depends on several values or is not element-wise.
 */
export function fuse(graph: Graph): Graph {
  const integers = fuseFloats(settleQuotients(graph));
  return fuseIntegers(integers, (node) => {
    const { pair, tabulated } = opSpec(node.name, nodePath(node));
    // Concrete leaves these as they are; the rewriting for ciphertexts fuses them all the same.
    if (node.operands.some((id) => integers.node(id).kind === "constant")) return false;
    const packed = pair === undefined || pair.kind === "truth values" || pair.kind === "select";
    return tabulated && packed;
  });
}

function fuseFloats(graph: Graph): Graph {
  const nodes = [...graph.nodes];
  let fused = false;
  for (const node of graph.nodes) {
    if (node.kind !== "operation" || node.output.float === true) continue;
    if (!node.operands.some((id) => graph.node(id).output.float === true)) continue;
    const part = node.output.encrypted ? floatPart(graph, node) : clearPart(graph, node);
    if (part === undefined) continue;
    nodes[node.id] = fusedNode(graph, node, part);
    fused = true;
  }
  if (!fused) return graph;
  return removeDeadCode(new Graph(graph.name, nodes, graph.inputs, graph.outputs));
}

/**
 * Fuses nodes that `wanted` names, if they are element-wise on several variable operands that all depend on one value through
 * element-wise operations.
 */
export function fuseIntegers(
  graph: Graph,
  wanted: (node: OperationNode, start: number) => boolean,
): Graph {
  const nodes = [...graph.nodes];
  let fused = false;
  for (const node of graph.nodes) {
    if (node.kind !== "operation" || !isElementwise(node)) continue;
    const variables = [...new Set(node.operands)].filter(
      (id) => graph.node(id).kind !== "constant",
    );
    if (variables.length < 2) continue;
    const start = singleCommonAncestor(graph, variables);
    if (start === undefined || !graph.node(start).output.encrypted || !wanted(node, start))
      continue;
    const inside = nodesBetween(graph, node.id, start);
    if ([...inside].some((id) => id !== start && !isElementwise(graph.node(id)))) continue;
    nodes[node.id] = fusedNode(graph, node, { start, inside });
    fused = true;
  }
  if (!fused) return graph;
  return removeDeadCode(new Graph(graph.name, nodes, graph.inputs, graph.outputs));
}

/** The nodes of a part to be fused, its one variable operand among them. */
interface Part {
  readonly start: number;
  readonly inside: ReadonlySet<number>;
}

function floatPart(graph: Graph, terminal: OperationNode): Part | undefined {
  const inside = new Set<number>();
  let from = terminal.id;
  for (;;) {
    const starts = integerOperands(graph, from, inside).filter(
      (id) => graph.node(id).kind !== "constant",
    );
    const [only] = starts;
    if (only === undefined) return undefined;
    const start = starts.length === 1 ? only : singleCommonAncestor(graph, starts);
    if (start === undefined) throw severalValues(graph, terminal, starts);
    for (const id of starts)
      for (const between of nodesBetween(graph, id, start)) inside.add(between);
    if (graph.node(start).output.float !== true) {
      checkElementwise(graph, terminal, start, inside);
      return { start, inside };
    }
    from = start;
  }
}

/** The server may compute a clear part as it stands: one that cannot be fused stays. */
function clearPart(graph: Graph, terminal: OperationNode): Part | undefined {
  try {
    return floatPart(graph, terminal);
  } catch (error) {
    if (error instanceof VelumError) return undefined;
    throw error;
  }
}

/** Adds the floating-point nodes above `from` to `inside`, and returns the integer ones that feed them. */
function integerOperands(graph: Graph, from: number, inside: Set<number>): number[] {
  const starts = new Set<number>();
  const open = [from];
  const seen = new Set<number>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    inside.add(id);
    for (const operand of operandsOf(graph.node(id))) {
      if (graph.node(operand).output.float === true) open.push(operand);
      else {
        starts.add(operand);
        inside.add(operand);
      }
    }
  }
  return [...starts].sort((a, b) => a - b);
}

/** `from`, `start` and every node that `from` reads on the way to `start`, constants included. */
function nodesBetween(graph: Graph, from: number, start: number): Set<number> {
  const found = new Set([start]);
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...operandsOf(graph.node(id)));
  }
  return found;
}

function isElementwise(node: GraphNode): boolean {
  return node.kind !== "operation" || opSpec(node.name, nodePath(node)).elementwise;
}

function checkElementwise(
  graph: Graph,
  terminal: OperationNode,
  start: number,
  inside: ReadonlySet<number>,
): void {
  const node = [...inside]
    .sort((a, b) => a - b)
    .map((id) => graph.node(id))
    .find((item) => item.id !== start && !isElementwise(item));
  if (node === undefined) return;
  throw new VelumError({
    code: "unsupported-op",
    path: nodePath(node),
    problem: `it is not element-wise, and stands in a floating-point part from ${nodePath(graph.node(start))} to ${nodePath(terminal)} that must become one table look-up`,
    cure: "Do it on integers: before the first floating-point operation, or after astype",
  });
}

function severalValues(
  graph: Graph,
  terminal: OperationNode,
  starts: readonly number[],
): VelumError {
  const names = starts.map((id) => nodePath(graph.node(id))).join(" and ");
  return new VelumError({
    code: "unsupported-op",
    path: nodePath(terminal),
    problem: `it ends a floating-point part that depends on several values: ${names}`,
    limit: 1,
    actual: starts.length,
    cure: "Let a floating-point part start from one integer: round each factor to integers with astype first, or use fhe.multivariate",
  });
}

function fusedNode(graph: Graph, terminal: OperationNode, part: Part): OperationNode {
  const types = new TracedTypes(graph);
  const ids = [...part.inside].sort((a, b) => a - b);
  const newIds = new Map(ids.map((id, position) => [id, position]));
  const nodes = ids.map((id, position): GraphNode => {
    const node = graph.node(id);
    const output = types.of(id);
    if (id === part.start) {
      const { tag, location } = node;
      return { kind: "input", id: position, name: "input", output, tag, location };
    }
    if (node.kind !== "operation") return { ...node, id: position };
    const operands = node.operands.map((operand) => newIds.get(operand) ?? 0);
    return { ...node, id: position, operands, output };
  });
  const inputs = [newIds.get(part.start) ?? 0];
  const outputs = [newIds.get(terminal.id) ?? 0];
  const { id, output, tag, location } = terminal;
  return {
    ...{ kind: "operation", id, name: "subgraph", operands: [part.start], output, tag, location },
    attributes: { subgraph: new Graph(graph.name, nodes, inputs, outputs) },
    // Below all traced nodes: the fused node is another one than its last operation.
    ...(terminal.traced === undefined ? {} : { traced: -1 - terminal.traced }),
    ...(terminal.bounds === undefined ? {} : { bounds: terminal.bounds }),
    ...(terminal.hintBits === undefined ? {} : { hintBits: terminal.hintBits }),
  };
}

/**
 * Types inside fused nodes are those of Concrete's tracer: what an operation gives for operands of ones. They are only
 * printed; the look-up is made from values.
 */
class TracedTypes {
  private readonly graph: Graph;

  constructor(graph: Graph) {
    this.graph = graph;
  }

  of(id: number): ValueType {
    const node = this.graph.node(id);
    if (node.kind !== "operation" || node.output.float === true) return node.output;
    const path = nodePath(node);
    const fused = node.attributes["subgraph"];
    if (isGraph(fused)) return fused.node(fused.outputs[0] ?? 0).output;
    const spec = opSpec(node.name, path);
    const tables = spec.lookup(node.attributes, node.output.shape)?.tables;
    if (tables !== undefined) {
      const ends = tables.map(extremes);
      const type = minimalIntegerType(
        Math.min(...ends.map(({ min }) => min)),
        Math.max(...ends.map(({ max }) => max)),
      );
      return { ...node.output, type };
    }
    if (spec.guessedType === "joined") {
      const types = node.operands.map((operand) => this.of(operand).type);
      const signed = types.some((type) => type.signed);
      const bits = types.map((type) => type.bits + (signed && !type.signed ? 1 : 0));
      return { ...node.output, type: { signed, bits: Math.max(...bits) } };
    }
    if (spec.guessedType !== undefined) {
      const { type } = this.of(node.operands[0] ?? 0);
      const signed = type.signed && spec.guessedType === "first operand";
      return { ...node.output, type: { ...type, signed } };
    }
    const operands = node.operands.map((operand) => this.graph.node(operand));
    const floats = operands.some((operand) => operand.output.float === true);
    const ones = operands.map((operand): Tensor => {
      const { shape } = operand.output;
      return { shape, data: new Float64Array(sizeOf(shape)).fill(1) };
    });
    try {
      const { min, max } = extremes(evaluateOperation(spec, node.attributes, ones, floats, path));
      return { ...node.output, type: minimalIntegerType(min, max) };
    } catch (error) {
      // A table without an entry for 1, for example.
      if (error instanceof VelumError) return node.output;
      throw error;
    }
  }
}
