import type { Shape, Tensor } from "../base/tensor.js";
import type { Graph } from "./graph.js";
import type { ValueType } from "./value-type.js";

/** Smallest and largest integer, both included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Tensors laid out in an array of `shape`, row-major: one look-up table per element. */
export interface TensorArray {
  readonly shape: Shape;
  readonly items: readonly Tensor[];
}

/** A function of single numbers, by whose name it is printed. Graphs that hold one cannot be written to files. */
export type ScalarFunction = (...values: number[]) => number;

export type AttributeValue =
  | ScalarFunction
  | Tensor
  | TensorArray
  | Graph
  | number
  | boolean
  | string
  | null
  | AttributeList;

/** Prints as a tuple. */
export type AttributeList = readonly AttributeValue[];

/** Named constants of one operation; plain data, so that graphs can be written to files. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

interface NodeFields {
  /** Position in the graph: operands have smaller ids. */
  readonly id: number;
  /** Type of the result. Its width is the *measured* one once bounds are known, a guess from one sample before. */
  readonly output: ValueType;
  /** Smallest and largest element over the inputset; absent before it is measured. */
  readonly bounds?: Bounds;
  /** Bits that the user asked `output.type` to have at least. */
  readonly hintBits?: number;
  /** Bits that the compiled program reserves, at least `output.type.bits`; absent before the width pass. */
  readonly assignedBits?: number;
  /** Of clear parameters: bits of their encoding in programs that take them encrypted. */
  readonly encodedBits?: number;
  /** Position among the nodes as they were traced; absent for nodes that passes made. */
  readonly traced?: number;
  /** Names of the enclosing tags, joined by dots; empty outside tags. */
  readonly tag: string;
  /** `file:line` of the caller that made the node; empty if unknown. */
  readonly location: string;
}

export interface ConstantNode extends NodeFields {
  readonly kind: "constant";
  readonly value: Tensor;
}

export interface InputNode extends NodeFields {
  readonly kind: "input";
  readonly name: string;
}

export interface OperationNode extends NodeFields {
  readonly kind: "operation";
  /** Name in the registry of operations, e.g. `matmul`. */
  readonly name: string;
  readonly operands: readonly number[];
  readonly attributes: Attributes;
  /**
   * How the node prints where `name(operands, attributes)` does not say it: `{0}` stands for the name of operand 0, and
   * what stands between `«` and `»` is shortened in the middle like a constant.
   */
  readonly text?: string;
}

export type GraphNode = ConstantNode | InputNode | OperationNode;

/** Ids of the nodes whose values `node` reads, in order. */
export function operandsOf(node: GraphNode): readonly number[] {
  return node.kind === "operation" ? node.operands : [];
}

/** How error messages call a node: `matmul`, `constant`, `input "x"`, with tag and source line. */
export function nodePath(node: GraphNode): string {
  const name =
    node.kind === "operation"
      ? node.name
      : node.kind === "input"
        ? `input "${node.name}"`
        : "constant";
  return placedName(name, node);
}

/** A name with tag and source line. */
export function placedName(
  name: string,
  { tag, location }: Pick<NodeFields, "tag" | "location">,
): string {
  const tagged = tag === "" ? name : `${name} @ ${tag}`;
  return location === "" ? tagged : `${tagged} (${location})`;
}
