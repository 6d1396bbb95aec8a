import type { Shape } from "../../base/tensor.js";
import type { Graph } from "../../graph/graph.js";
import { nodePath, type OperationNode } from "../../graph/node.js";
import { inBandOf, type RoundingRule } from "../rounding-rule.js";
import { BitChains } from "./bit-chains.js";
import { type ElementFunction, ElementFunctions } from "./element-functions.js";
import type { LookupBuilder } from "./look-up-builder.js";
import type { LoweredValues } from "./lowered-values.js";
import { reduced } from "./reduced-argument.js";
import { lookUpRounded } from "./rounded-look-up.js";
import type { Value } from "./value.js";

/** Which look-ups functions of one value become, and what they take. */
export class FunctionLookups {
  private readonly builder: LookupBuilder;
  private readonly values: LoweredValues;
  private readonly rounding: RoundingRule;
  private readonly functions: ElementFunctions;
  private readonly bits: BitChains | undefined;
  /** What the look-ups of functions of one value take, by node. */
  private readonly costs = new Map<number, number>();

  constructor(graph: Graph, builder: LookupBuilder, values: LoweredValues, rounding: RoundingRule) {
    this.builder = builder;
    this.values = values;
    this.rounding = rounding;
    this.functions = new ElementFunctions(graph, rounding);
    this.bits = builder.takesApart ? new BitChains(builder, graph, this.functions) : undefined;
  }

  /** A look-up or tabulated function of one value, a table that the user gave among them. */
  isTable(node: OperationNode): boolean {
    return this.functions.of(node) !== undefined;
  }

  /**
   * A function of one value. Where nothing else reads the functions before it, they become one look-up with it, unless the look-ups one
   * by one take less. A rounding that may be approximate must come first in a look-up.
   */
  build(node: OperationNode): Value {
    const bit = this.bits?.of(node, (id) => this.values.valueOf(id));
    if (bit !== undefined) return this.counted(node, 0, bit);
    const forced = node.attributes["force_noise_refresh"] === true;
    const chains = this.functions.chains(node).slice(0, forced ? 1 : undefined);
    const last = chains.length - 1;
    const ways = chains
      .map((chain, i) => ({
        // What was spent on values that the look-ups before this node alone need.
        spent: i === last ? 0 : this.spentOn(chain.of),
        make: this.lookUp(chain, node.output.shape, forced),
        wanted: i === 0 || i === last || chain.roughLsbs !== undefined,
      }))
      .filter(({ wanted }) => wanted)
      .reverse();
    let [best] = ways;
    if (best === undefined) throw new Error(`${nodePath(node)} is no function of one value`);
    let least = Number.POSITIVE_INFINITY;
    for (const way of ways.length === 1 ? [] : ways) {
      const cost = this.builder.costOf(way.make);
      if (typeof cost !== "number" || cost + way.spent >= least) continue;
      least = cost + way.spent;
      best = way;
    }
    return this.counted(node, best.spent, best.make);
  }

  private spentOn(id: number): number {
    const through = this.functions.argumentOfLine(id);
    return this.costs.get(id) ?? (through === undefined ? 0 : this.spentOn(through));
  }

  private lookUp(own: ElementFunction, shape: Shape, forced: boolean): () => Value {
    const exactly = (): Value => this.lookUpExactly(own, shape, forced);
    const { roughLsbs, fn, uniform } = own;
    if (roughLsbs === undefined || this.values.isClear(own.of)) return exactly;
    const rounding = { lsbs: roughLsbs, inBand: inBandOf(roughLsbs, this.rounding) };
    const way = lookUpRounded(
      this.builder,
      this.values.valueOf(own.of),
      { fn, uniform, shape },
      rounding,
    );
    return way === undefined ? exactly : () => this.builder.cheapest([exactly, way]);
  }

  private lookUpExactly(
    { of, fn, uniform }: ElementFunction,
    shape: Shape,
    forced: boolean,
  ): Value {
    const value = this.values.valueOf(of);
    const { bounds } = forced ? value : reduced(this.builder, value).value;
    this.builder.checkCount(bounds.max - bounds.min + 1, "several");
    return this.builder.lookUpTensor(value, fn, shape, forced, uniform);
  }

  /** Remembers what the node's look-ups take, with `spent` on those before it that it goes on from. */
  private counted(node: OperationNode, spent: number, build: () => Value): Value {
    const before = this.builder.cost();
    const value = build();
    this.costs.set(node.id, spent + this.builder.cost() - before);
    return value;
  }
}
