import type { Tensor } from "../../base/tensor.js";
import type { Graph } from "../../graph/graph.js";
import { domainOf } from "./domain.js";
import type { Value } from "./value.js";

/** What nodes of the graph that is lowered are in the new one. */
export class LoweredValues {
  readonly #graph: Graph;
  readonly #inPlain: boolean;
  readonly #newIds = new Map<number, number>();
  readonly #taken = new Set<number>();

  /** `inPlain`: what depends on clear parameters alone is computed in plain, and weights of encrypted values may be. */
  constructor(graph: Graph, inPlain: boolean) {
    this.#graph = graph;
    this.#inPlain = inPlain;
  }

  /** Node `id` is `newId` in the new graph. */
  set(id: number, newId: number): void {
    this.#newIds.set(id, newId);
    this.#taken.add(newId);
  }

  idOf(id: number): number {
    return this.#newIds.get(id) ?? 0;
  }

  /** The constant, or the value. */
  side(id: number): Value | Tensor {
    return this.constantOf(id) ?? this.valueOf(id);
  }

  /** The value within what its node may take. */
  valueOf(id: number): Value {
    const node = this.#graph.node(id);
    return { id: this.idOf(id), bounds: domainOf(node), shape: node.output.shape };
  }

  /** The server computes the value from clear parameters. */
  isClear(id: number): boolean {
    return this.#inPlain && !this.#graph.node(id).output.encrypted && !this.isConstant(id);
  }

  isConstant(id: number): boolean {
    return this.#graph.node(id).kind === "constant";
  }

  constantOf(id: number): Tensor | undefined {
    const node = this.#graph.node(id);
    return node.kind === "constant" ? node.value : undefined;
  }

  /** True unless an earlier node is that value of the new graph, too: an operand passed on unchanged keeps its own bounds. */
  isNew(newId: number): boolean {
    return !this.#taken.has(newId);
  }
}
