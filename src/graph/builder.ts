import type { Tensor } from "../base/tensor.js";
import { Graph } from "./graph.js";
import { minimalIntegerType } from "./integer-type.js";
import type { Attributes, Bounds, GraphNode } from "./node.js";
import type { ValueType } from "./value-type.js";

/** Where a node comes from. */
export interface Origin {
  readonly tag: string;
  readonly location: string;
}

/** A graph that grows one node at a time. Ids are given out in order of creation. */
export class GraphBuilder {
  readonly name: string;
  private readonly nodes: GraphNode[] = [];
  private readonly inputs: number[] = [];

  constructor(name: string) {
    this.name = name;
  }

  input(name: string, output: ValueType, origin: Origin): number {
    const id = this.nodes.length;
    this.nodes.push({ kind: "input", id, traced: id, name, output, ...origin });
    this.inputs.push(id);
    return id;
  }

  constant(value: Tensor, origin: Origin): number {
    const id = this.nodes.length;
    const { min, max } = extremes(value);
    const type = { encrypted: false, type: minimalIntegerType(min, max), shape: value.shape };
    const output = value.data.every(Number.isInteger) ? type : { ...type, float: true };
    this.nodes.push({ kind: "constant", id, traced: id, value, output, ...origin });
    return id;
  }

  operation(
    name: string,
    operands: readonly number[],
    attributes: Attributes,
    output: ValueType,
    origin: Origin,
    text?: string,
  ): number {
    const id = this.nodes.length;
    const layout = text === undefined ? {} : { text };
    const node = { kind: "operation", id, traced: id, name, operands, attributes, output } as const;
    this.nodes.push({ ...node, ...origin, ...layout });
    return id;
  }

  /** Asks for a type of at least `bits` bits for the value of node `id`. */
  hint(id: number, bits: number): void {
    const node = this.nodes[id];
    if (node === undefined) return;
    this.nodes[id] = { ...node, hintBits: Math.max(bits, node.hintBits ?? 0) };
  }

  /** Type of the value of node `id`. */
  output(id: number): ValueType | undefined {
    return this.nodes[id]?.output;
  }

  /** The finished graph. The builder may go on; the graph does not see later nodes. */
  finish(outputs: readonly number[]): Graph {
    return new Graph(this.name, [...this.nodes], [...this.inputs], [...outputs]);
  }
}

/** Smallest and largest element; `[0, 0]` for an empty tensor. */
export function extremes(tensor: Tensor): Bounds {
  if (tensor.data.length === 0) return { min: 0, max: 0 };
  let min = Infinity;
  let max = -Infinity;
  for (const value of tensor.data) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}
