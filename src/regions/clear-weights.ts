import { sizeOf } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import type { GraphNode, OperationNode } from "../graph/node.js";
import { type AffineMap, rowTerms } from "../program/affine.js";

/** Which encrypted values of a graph have weights or constants that clear parameters decide, and which elements of them are the same. */
export class ClearWeights {
  readonly #graph: Graph;
  /** For each such value a number for each element: equal numbers, equal elements. */
  readonly #rows = new Map<number, Int32Array>();
  readonly #keys = new Map<number, number>();
  readonly #known = new Map<string, number>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** True if the value is clear, or `add` was told of it. */
  areIn(node: GraphNode): boolean {
    return isClear(node) || this.#rows.has(node.id);
  }

  /** True if an operand is such a value. */
  areRead(node: OperationNode): boolean {
    return node.operands.some((id) => this.areIn(this.#graph.node(id)));
  }

  /** A value that reads one, linear by `local` in its encrypted operands. */
  add(node: OperationNode, local: AffineMap): void {
    const operands = node.operands.map((id) => this.#graph.node(id));
    const moved = operands.some(isClear) ? undefined : this.#moved(operands, local);
    const key = this.#keyOf(node.id);
    this.#rows.set(
      node.id,
      moved ??
        Int32Array.from({ length: local.outputs }, (_, row) => this.#number(`${key} ${row}`)),
    );
  }

  /** The elements' numbers; undefined for values without clear weights. */
  rowsOf(node: GraphNode): Int32Array | undefined {
    return this.#rows.get(node.id);
  }

  /** The encrypted nodes without clear weights that the numbers of `targets` start from. */
  leavesOf(targets: readonly number[]): number[] {
    const leaves = new Set<number>();
    const seen = new Set<number>();
    const visit = (id: number): void => {
      if (seen.has(id)) return;
      seen.add(id);
      const node = this.#graph.node(id);
      if (node.kind === "constant" || isClear(node)) return;
      if (node.kind === "operation" && this.#rows.has(id)) node.operands.forEach(visit);
      else leaves.add(id);
    };
    targets.forEach(visit);
    return [...leaves];
  }

  /** Numbers of a value that is made of elements of its operands as they are; undefined for others. */
  #moved(operands: readonly GraphNode[], local: AffineMap): Int32Array | undefined {
    const elements = operands
      .filter((node) => node.kind !== "constant")
      .flatMap((node) => {
        const size = sizeOf(node.output.shape);
        const own = this.#rows.get(node.id);
        return Array.from(
          { length: size },
          (_, i) => own?.[i] ?? this.#number(`node ${node.id} ${i}`),
        );
      });
    const numbers = new Int32Array(local.outputs);
    for (let row = 0; row < local.outputs; row++) {
      const [first, second] = [...rowTerms(local, row)];
      if (first?.[1] !== 1 || second !== undefined || local.constant[row] !== 0) return undefined;
      numbers[row] = elements[first[0]] ?? 0;
    }
    return numbers;
  }

  /** Equal for values that are computed alike. */
  #keyOf(id: number): number {
    const known = this.#keys.get(id);
    if (known !== undefined) return known;
    const node = this.#graph.node(id);
    const own = this.#number(this.#text(node));
    this.#keys.set(id, own);
    return own;
  }

  #text(node: GraphNode): string {
    if (node.kind === "constant") return `${node.value.shape} ${node.value.data.join()}`;
    const computed =
      node.kind === "operation" &&
      (isClear(node) || node.operands.some((id) => this.areIn(this.#graph.node(id))));
    if (!computed) return `node ${node.id}`;
    const operands = node.operands.map((id) => this.#keyOf(id));
    return `${node.name} ${operands.join()} ${JSON.stringify(node.attributes)}`;
  }

  #number(text: string): number {
    const known = this.#known.get(text) ?? this.#known.size;
    this.#known.set(text, known);
    return known;
  }
}

/** Clear, and known only at run time. */
export function isClear(node: GraphNode): boolean {
  return node.kind !== "constant" && !node.output.encrypted;
}

/** Weights without their signs, no constants: sums of them are as large as any with smaller weights. */
export function magnitudes(map: AffineMap): AffineMap {
  return {
    ...map,
    weight: map.weight.map(Math.abs),
    constant: new Float64Array(map.constant.length),
  };
}
