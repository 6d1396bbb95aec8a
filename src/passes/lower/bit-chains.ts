import type { Graph } from "../../graph/graph.js";
import { type OperationNode, operandsOf } from "../../graph/node.js";
import { domainOf } from "./domain.js";
import type { ElementFunctions } from "./element-functions.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { relativeCost } from "./look-up-cost.js";
import type { Value } from "./value.js";
import { withoutBit } from "./windows.js";

/** Values of fewer bits have no bits to save; values of more are too noisy for their low bits to be used again. */
const fewestBits = 4;
const mostBits = 10;

/** A function of one bit of a value. */
interface BitFunction {
  readonly of: number;
  readonly bit: number;
  /** Results for 0 and 1. */
  readonly results: readonly [number, number];
}

/**
 * Bits of one value that several functions ask for: each is read once the bits below it are taken off, so that all look-ups are of one
 * bit. A single function would rather read all bits up to its own at once.
 */
export class BitChains {
  readonly #builder: LookupBuilder;
  readonly #functions = new Map<number, BitFunction>();
  /** By value: what is left when its lowest bits are taken off, none first. */
  readonly #rests = new Map<number, Value[]>();

  constructor(builder: LookupBuilder, graph: Graph, functions: ElementFunctions) {
    this.#builder = builder;
    const found = new Map<number, Map<number, BitFunction>>();
    const reads = new Map<number, number>();
    for (const id of graph.nodes.flatMap(operandsOf)) reads.set(id, (reads.get(id) ?? 0) + 1);
    for (const node of graph.nodes) {
      if (node.kind !== "operation" || !node.output.encrypted) continue;
      const several = (id: number): boolean =>
        (reads.get(id) ?? 0) > 1 && graph.node(id).kind !== "constant";
      if (!node.operands.some(several)) continue;
      const own = this.#bitFunction(graph, node, functions);
      if (own === undefined) continue;
      const known = found.get(own.of) ?? new Map<number, BitFunction>();
      found.set(own.of, known.set(node.id, own));
    }
    for (const nodes of found.values()) {
      const bits = new Set([...nodes.values()].map(({ bit }) => bit));
      const apart = [...bits].reduce((sum, bit) => sum + relativeCost(bit), 0);
      if ((Math.max(...bits) + 1) * relativeCost(0) >= apart) continue;
      for (const [node, own] of nodes) this.#functions.set(node, own);
    }
  }

  /** How to build the node's value from the one that it reads; undefined where it is no bit of a chain. */
  of(node: OperationNode, read: (node: number) => Value): (() => Value) | undefined {
    const own = this.#functions.get(node.id);
    if (own === undefined) return undefined;
    const value = read(own.of);
    if (this.#builder.lowOf(value) > 0) return undefined;
    return () => {
      const b = this.#builder;
      const rests = this.#rests.get(own.of) ?? [value];
      this.#rests.set(own.of, rests);
      for (let bit = rests.length - 1; bit < own.bit; bit++) {
        rests.push(withoutBit(b, rests[bit] ?? value, bit, bit));
      }
      const [zero, one] = own.results;
      const bounds = { min: Math.min(zero, one), max: Math.max(zero, one) };
      return b.window(rests[own.bit] ?? value, Float64Array.of(zero, one), own.bit, bounds);
    };
  }

  #bitFunction(
    graph: Graph,
    node: OperationNode,
    functions: ElementFunctions,
  ): BitFunction | undefined {
    if (operandsOf(node).length > 2 || node.attributes["force_noise_refresh"] === true) return;
    const own = functions.of(node);
    if (own === undefined || !own.uniform || own.roughLsbs !== undefined) return undefined;
    const { min, max } = domainOf(graph.node(own.of));
    const count = max - min + 1;
    if (count <= 2 ** (fewestBits - 1) || count > 2 ** mostBits) return undefined;
    const { shape } = node.output;
    const value = { id: -1, bounds: { min, max }, shape };
    const [table = new Float64Array()] = this.#builder.tablesOf(value, own.fn, shape, true).tables;
    for (let bit = 0; 2 ** bit < count; bit++) {
      const results: [number | undefined, number | undefined] = [undefined, undefined];
      const depends = table.every((entry, i) => {
        const at = Math.floor((min + i) / 2 ** bit) & 1;
        results[at] ??= entry;
        return results[at] === entry;
      });
      const [zero, one] = results;
      if (!depends || zero === undefined || one === undefined || zero === one) continue;
      return { of: own.of, bit, results: [zero, one] };
    }
    return undefined;
  }
}
