import { VelumError } from "../base/error.js";
import type { Bounds, GraphNode, InputNode } from "./node.js";
import { formatGraph, type GraphFormat } from "./printer.js";

/** One text, one of several, or what an expression finds. */
export type TextFilter = string | readonly string[] | RegExp;

/** Which nodes a question is about; every field that is present must hold. */
export interface NodeFilter {
  /** The whole tag, enclosing tags included. */
  readonly tag?: TextFilter;
  /** `constant`, `input` or the name of an operation. */
  readonly operation?: TextFilter;
  readonly encrypted?: boolean;
  readonly where?: (node: GraphNode) => boolean;
}

/**
 * An acyclic program over integer tensors. Nodes stand in order of creation, which is a topological order; `nodes[i].id`
 * is `i`. Graphs are values: passes return new ones.
 */
export class Graph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  /** Ids of the input nodes in the order of the function's parameters. */
  readonly inputs: readonly number[];
  /** Ids of the results, in order; one node may be returned twice. */
  readonly outputs: readonly number[];

  constructor(
    name: string,
    nodes: readonly GraphNode[],
    inputs: readonly number[],
    outputs: readonly number[],
  ) {
    this.name = name;
    this.nodes = nodes;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** The node with this id. Errors: `bad-argument` if there is none. */
  node(id: number): GraphNode {
    const node = this.nodes[id];
    if (node !== undefined) return node;
    throw new VelumError({
      code: "bad-argument",
      path: `graph "${this.name}"`,
      problem: `there is no node ${id}`,
      limit: this.nodes.length - 1,
      actual: id,
      cure: "Use an id that the graph lists",
    });
  }

  /** The input nodes in the order of the function's parameters. */
  inputNodes(): readonly InputNode[] {
    return this.inputs.map((id) => this.node(id)).filter((node) => node.kind === "input");
  }

  /** A graph of the same form whose nodes are `change(node)`. */
  mapNodes(change: (node: GraphNode) => GraphNode): Graph {
    return new Graph(this.name, this.nodes.map(change), this.inputs, this.outputs);
  }

  /** The graph as text; see `GraphFormat` for the columns. */
  format(format: GraphFormat = {}): string {
    return formatGraph(this, format);
  }

  toString(): string {
    return this.format();
  }

  /**
   * Largest measured width in bits among the nodes that `filter` keeps, clear ones included; -1 if there are none. With
   * `assignedWidths` the widths that the compiled program reserves.
   */
  maximumIntegerBitWidth(filter: NodeFilter = {}, assignedWidths = false): number {
    const widths = this.select(filter).map(({ output, assignedBits }) =>
      assignedWidths ? (assignedBits ?? output.type.bits) : output.type.bits,
    );
    return Math.max(-1, ...widths);
  }

  /** Smallest and largest value among the nodes that `filter` keeps; undefined if none has bounds. */
  integerRange(filter: NodeFilter = {}): Bounds | undefined {
    const bounds = this.select(filter).flatMap((node) => node.bounds ?? []);
    if (bounds.length === 0) return undefined;
    return {
      min: Math.min(...bounds.map((item) => item.min)),
      max: Math.max(...bounds.map((item) => item.max)),
    };
  }

  private select(filter: NodeFilter): readonly GraphNode[] {
    return this.nodes.filter(
      (node) =>
        matches(filter.tag, node.tag) &&
        matches(filter.operation, nameOf(node)) &&
        (filter.encrypted === undefined || node.output.encrypted === filter.encrypted) &&
        (filter.where === undefined || filter.where(node)),
    );
  }
}

function matches(filter: TextFilter | undefined, text: string): boolean {
  if (filter === undefined) return true;
  if (filter instanceof RegExp) return filter.test(text);
  return typeof filter === "string" ? text === filter : filter.includes(text);
}

function nameOf(node: GraphNode): string {
  return node.kind === "operation" ? node.name : node.kind;
}
