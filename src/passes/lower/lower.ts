import { VelumError } from "../../base/error.js";
import { type Shape, sameShape, scalar, type Tensor } from "../../base/tensor.js";
import { isPlainData, readsClear } from "../../graph/clear-part.js";
import { Graph } from "../../graph/graph.js";
import { type GraphNode, nodePath, type OperationNode } from "../../graph/node.js";
import type { ExtremumForm } from "../../ops/extremum-form.js";
import { listProducts, type SumsOfProducts } from "../../ops/products.js";
import { opSpec } from "../../ops/registry.js";
import type { OpSpec } from "../../ops/spec.js";
import { fuseIntegers } from "../fuse.js";
import { removeDeadCode } from "../remove-dead-code.js";
import { defaultRounding, inBandOf, type RoundingRule } from "../rounding-rule.js";
import { BitChains } from "./bit-chains.js";
import { chooseElements } from "./choose-elements.js";
import { type ChosenExtremum, chosenExtremum } from "./chosen-extremum.js";
import { domainOf } from "./domain.js";
import { type ElementFunction, ElementFunctions } from "./element-functions.js";
import { lookUpExtremum } from "./extremum-tree.js";
import { LookupBuilder } from "./look-up-builder.js";
import type { LookupLimits } from "./look-up-limits.js";
import { packedTensor } from "./packed-look-up.js";
import { select } from "./pair-choice.js";
import { extremum } from "./pair-comparison.js";
import { buildPair } from "./pair-strategies.js";
import { withPossibleBounds } from "./possible-bounds.js";
import { reduced } from "./reduced-argument.js";
import { lookUpRounded } from "./rounded-look-up.js";
import { sumProducts } from "./sum-products.js";
import { lookUpTrees } from "./tree-look-ups.js";
import { isTensor, type Value } from "./value.js";
import { wideWays } from "./wide-tables.js";

/**
 * How far to go: "look-ups" leaves only linear operations and look-ups, for the plan; "gates" also decision trees that ask parameters;
 * "dialect" keeps what the FHE and FHELinalg dialects can say, which is also functions of one value and products.
 */
export type LowerTarget = "look-ups" | "gates" | "dialect";

/**
 * Rewrites every operation into linear ones and table look-ups with arguments of at most `limit` bits, without changing any
 * result for inputs that keep the promise of the inputset. The graph needs bounds; the result has them too, sound for all such
 * inputs. Arguments of up to `several` bits are taken apart into windows of bits. Errors: `not-compiled` without bounds, `unsupported-op` for floating-point values, `width-too-wide`.
 */
export function lower(
  graph: Graph,
  limit: number,
  target: LowerTarget,
  several: number = limit,
  rounding: RoundingRule = defaultRounding,
): Graph {
  return lowerings(graph, limit, target, several, rounding).apart;
}

/** Most bits of an argument that may be looked up at once so that its look-ups share a bootstrap. */
const wholeBits = 9;

/**
 * `lower`, and what it would be if arguments of up to 9 bits were looked up at once: that may be faster where several look-ups then
 * share a bootstrap. Undefined where fewer than two could.
 */
export function lowerings(
  graph: Graph,
  limit: number,
  target: LowerTarget,
  several: number,
  rounding: RoundingRule,
): { readonly apart: Graph; readonly whole: (() => Graph) | undefined } {
  checkIntegers(graph, target);
  const source = target === "dialect" ? graph : fuseCones(withPossibleBounds(graph), limit);
  const limits = { single: limit, several };
  const lowering = new Lowering(source, limits, target, rounding);
  const apart = removeDeadCode(lowering.run());
  if (lowering.wideNodes < 2) return { apart, whole: undefined };
  const whole = (): Graph =>
    removeDeadCode(new Lowering(source, { ...limits, whole: wholeBits }, target, rounding).run());
  return { apart, whole };
}

/** Operations on several values that all come from one value: one look-up of that value. */
function fuseCones(graph: Graph, limit: number): Graph {
  return fuseIntegers(graph, (node, start) => {
    const { min, max } = domainOf(graph.node(start));
    return max - min < 2 ** limit && opSpec(node.name, nodePath(node)).pair !== undefined;
  });
}

class Lowering {
  private readonly graph: Graph;
  private readonly target: LowerTarget;
  private readonly builder: LookupBuilder;
  private readonly newIds = new Map<number, number>();
  private readonly taken = new Set<number>();
  /** What depends on clear parameters alone is computed in plain, and weights of encrypted values may be. */
  private readonly inPlain: boolean;
  private readonly functions: ElementFunctions;
  private readonly bits: BitChains | undefined;
  /** What the look-ups of functions of one value take, by node. */
  private readonly costs = new Map<number, number>();

  private readonly rounding: RoundingRule;

  constructor(graph: Graph, limits: LookupLimits, target: LowerTarget, rounding: RoundingRule) {
    this.graph = graph;
    this.target = target;
    this.rounding = rounding;
    this.functions = new ElementFunctions(graph, rounding);
    this.inPlain = target !== "dialect" && readsClear(graph);
    this.builder = new LookupBuilder(limits, wideWays, target !== "dialect", this.inPlain);
    this.bits = this.builder.takesApart
      ? new BitChains(this.builder, graph, this.functions)
      : undefined;
  }

  /** Nodes whose look-ups could be taken apart. */
  get wideNodes(): number {
    return this.builder.wide.size;
  }

  run(): Graph {
    for (const node of this.graph.nodes) {
      this.builder.from(node, nodePath(node));
      const id = this.rewrite(node);
      this.newIds.set(node.id, id);
      this.taken.add(id);
    }
    const idOf = (id: number): number => this.newIds.get(id) ?? 0;
    const { name, inputs, outputs } = this.graph;
    return new Graph(name, this.builder.nodes, inputs.map(idOf), outputs.map(idOf));
  }

  /** Id of the node's value in the new graph. */
  private rewrite(node: GraphNode): number {
    if (node.kind !== "operation") return this.builder.push(node);
    const spec = opSpec(node.name, nodePath(node));
    if (this.isClear(node.id) && isPlainData(node.attributes)) return this.copy(node);
    const form = this.extremumOf(node, spec);
    if (form !== undefined && !(this.target === "dialect" && form.inDialect)) {
      return this.measured(node, () =>
        lookUpExtremum(this.builder, this.valueOf(node.operands[0] ?? 0), form),
      );
    }
    const trees = spec.trees(node.attributes);
    if (trees !== undefined) {
      const [operand = 0] = node.operands;
      const fresh = this.graph.node(operand).kind === "input" && this.target === "gates";
      if (fresh) return this.copy(node);
      return this.builder.orTooWide(() => lookUpTrees(this.builder, this.valueOf(operand), trees))
        .id;
    }
    const variables = [...new Set(node.operands)].filter((id) => !this.isConstant(id));
    const [first = 0, second = first] = node.operands;
    const weighted = this.isClear(first) !== this.isClear(second);
    const onlyProduct =
      spec.pair?.kind === "product" && (weighted || (variables.length < 2 && !isSquare(node)));
    const shapes = node.operands.map((id) => this.graph.node(id).output.shape);
    const choice = spec.choice(node.attributes, shapes, nodePath(node));
    const sums = this.sumsOf(node, spec, shapes);
    if (sums !== undefined) return this.measured(node, () => this.sumsOfProducts(node, sums));
    const wide = this.target !== "dialect" && this.isTable(node);
    const linear = !spec.tabulated && spec.pair === undefined && choice === undefined && !wide;
    if (linear || onlyProduct || variables.length === 0) return this.copy(node);
    const single = variables.length === 1 || spec.pair?.kind === "product";
    if (this.target === "dialect" && (single || choice !== undefined)) return this.copy(node);
    return this.measured(node, () =>
      choice === undefined
        ? this.value(node, spec, variables)
        : chooseElements(
            this.builder,
            choice,
            choice.parts.map((part) => this.side(node.operands[part] ?? 0)),
            choice.indices.map((index) => this.valueOf(node.operands[index] ?? 0)),
          ),
    );
  }

  private extremumOf(node: OperationNode, spec: OpSpec): ExtremumForm | undefined {
    const [operand = 0] = node.operands;
    return spec.extremum(node.attributes, this.graph.node(operand).output.shape, nodePath(node));
  }

  /** The products of a node whose first two operands are both encrypted; the dialect has a matrix product for them. */
  private sumsOf(
    node: OperationNode,
    spec: OpSpec,
    shapes: readonly Shape[],
  ): SumsOfProducts | undefined {
    const [left = 0, right = 0] = node.operands;
    if (this.target === "dialect" || this.isConstant(left) || this.isConstant(right)) return;
    if (this.isClear(left) || this.isClear(right)) return;
    return spec.products(node.attributes, shapes, nodePath(node));
  }

  /** Id of what `make` makes for the node. */
  private measured(node: OperationNode, make: () => Value): number {
    const value = this.builder.orTooWide(make);
    // The measured bounds may be narrower: the inputset promises them.
    const bounds = node.bounds ?? value.bounds;
    const made = this.builder.nodes[value.id];
    if (made !== undefined && this.isNew(value.id)) {
      this.builder.nodes[value.id] = {
        ...made,
        bounds,
        output: { ...made.output, type: node.output.type },
        ...(node.hintBits === undefined ? {} : { hintBits: node.hintBits }),
      };
    }
    return value.id;
  }

  private value(node: OperationNode, spec: OpSpec, variables: readonly number[]): Value {
    const path = nodePath(node);
    const meaning = (operands: readonly Tensor[]): Tensor =>
      spec.evaluate(node.attributes, operands, path);
    const { shape } = node.output;
    const [first, second] = variables;
    if (first === undefined) throw new Error(`${path} has no variable operand`);
    const constants = node.operands.map((id) => this.constantOf(id));
    const within = (values: ReadonlyMap<number, Tensor>): Tensor =>
      meaning(node.operands.map((id, k) => values.get(id) ?? constants[k] ?? scalar(0)));
    const [a, b] = node.operands.map((id) => this.graph.node(id).output.shape);
    if (spec.contraction !== undefined && !spec.elementwise && a !== undefined && b !== undefined) {
      return this.sumsOfProducts(node, listProducts(spec.contraction(a, b, path)));
    }
    if (variables.length === 1) return this.ofOne(node);
    const operands = variables.map((id) => this.valueOf(id));
    if (spec.pair?.kind === "select") return this.select(node);
    const [x, y] = operands;
    if (node.operands.length === 2 && second !== undefined && x !== undefined && y !== undefined) {
      return buildPair(this.builder, spec.pair, x, y, (u, v) => scalarOf(meaning, u, v));
    }
    return packedTensor(
      this.builder,
      operands,
      (tensors) => within(new Map(variables.map((id, k) => [id, tensors[k] ?? scalar(0)]))),
      shape,
    );
  }

  /**
   * A function of one value. Where nothing else reads the functions before it, they become one look-up with it, unless the look-ups one
   * by one take less. A rounding that may be approximate must come first in a look-up.
   */
  private ofOne(node: OperationNode): Value {
    const bit = this.bits?.of(node, (id) => this.valueOf(id));
    if (bit !== undefined) return this.counted(node, 0, bit);
    const forced = node.attributes["force_noise_refresh"] === true;
    const chains = this.functions.chains(node).slice(0, forced ? 1 : undefined);
    const last = chains.length - 1;
    const ways = chains
      .map((chain, i) => ({
        // What was spent on values that the look-ups before this node alone need.
        spent: i === last ? 0 : this.spentOn(chain.of),
        build: this.lookUp(chain, node.output.shape, forced),
        wanted: i === 0 || i === last || chain.roughLsbs !== undefined,
      }))
      .filter(({ wanted }) => wanted)
      .reverse();
    let [best] = ways;
    if (best === undefined) throw new Error(`${nodePath(node)} is no function of one value`);
    let least = Number.POSITIVE_INFINITY;
    for (const way of ways.length === 1 ? [] : ways) {
      const cost = this.builder.costOf(way.build);
      if (typeof cost !== "number" || cost + way.spent >= least) continue;
      least = cost + way.spent;
      best = way;
    }
    return this.counted(node, best.spent, best.build);
  }

  private spentOn(id: number): number {
    const through = this.functions.argumentOfLine(id);
    return this.costs.get(id) ?? (through === undefined ? 0 : this.spentOn(through));
  }

  private lookUp(own: ElementFunction, shape: Shape, forced: boolean): () => Value {
    const exactly = (): Value => this.lookUpExactly(own, shape, forced);
    const { roughLsbs, fn, uniform } = own;
    if (roughLsbs === undefined || this.isClear(own.of)) return exactly;
    const rounding = { lsbs: roughLsbs, inBand: inBandOf(roughLsbs, this.rounding) };
    const way = lookUpRounded(this.builder, this.valueOf(own.of), { fn, uniform, shape }, rounding);
    return way === undefined ? exactly : () => this.builder.cheapest([exactly, way]);
  }

  private lookUpExactly(
    { of, fn, uniform }: ElementFunction,
    shape: Shape,
    forced: boolean,
  ): Value {
    const value = this.valueOf(of);
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

  private select(node: OperationNode): Value {
    const [condition = 0, a = 0, b = 0] = node.operands;
    const chooser = this.constantOf(condition);
    if (chooser !== undefined) {
      const ones = { ...chooser, data: chooser.data.map((value) => (value === 0 ? 0 : 1)) };
      const zeros = { ...chooser, data: ones.data.map((value) => 1 - value) };
      const masked = (value: Value | Tensor, mask: Tensor): Value => {
        if (isTensor(value)) throw new Error("a choice between constants is a constant");
        return this.builder.scale(value, mask);
      };
      return this.builder.add(masked(this.side(a), ones), masked(this.side(b), zeros));
    }
    const chosen = this.target === "dialect" ? undefined : chosenExtremum(this.graph, node);
    if (chosen !== undefined) return this.chosen(chosen, node.output.shape);
    return select(this.builder, this.valueOf(condition), this.side(a), this.side(b));
  }

  /** Stretched to the shape of the choice, which the values have together. */
  private chosen({ x, y, takes }: ChosenExtremum, shape: Shape): Value {
    const [a, b] = [this.valueOf(x), this.valueOf(y)];
    if (takes === "largest") return extremum(this.builder, a, b, (d) => Math.max(d, 0));
    if (takes === "smallest") return extremum(this.builder, a, b, (d) => Math.min(d, 0));
    const [taken, other] = takes === "x" ? [a, b] : [b, a];
    if (sameShape(taken.shape, shape)) return taken;
    return this.builder.add(taken, this.builder.scale(other, scalar(0)));
  }

  /** Sums of products of two encrypted tensors, and a further operand added to them. */
  private sumsOfProducts(node: OperationNode, plan: SumsOfProducts): Value {
    const [left = 0, right = 0, bias] = node.operands;
    const operands = [this.valueOf(left), this.valueOf(right)] as const;
    const sums = sumProducts(this.builder, ...operands, plan);
    if (bias === undefined) return sums;
    const added = this.side(bias);
    const shape = [...added.shape, ...plan.shape.slice(2).map(() => 1)];
    if (isTensor(added)) return this.builder.plus(sums, { shape, data: added.data });
    const placed = this.builder.operation(
      "reshape",
      [added],
      { newshape: shape },
      added.bounds,
      shape,
    );
    return this.builder.add(sums, placed);
  }

  /** A table that the user gave. */
  private isTable(node: OperationNode): boolean {
    return this.functions.of(node) !== undefined;
  }

  private copy(node: OperationNode): number {
    const operands = node.operands.map((id) => this.newIds.get(id) ?? 0);
    return this.builder.push({ ...node, operands });
  }

  private side(id: number): Value | Tensor {
    return this.constantOf(id) ?? this.valueOf(id);
  }

  private valueOf(id: number): Value {
    const node = this.graph.node(id);
    return { id: this.newIds.get(id) ?? 0, bounds: domainOf(node), shape: node.output.shape };
  }

  /** The server computes the value from clear parameters. */
  private isClear(id: number): boolean {
    return this.inPlain && !this.graph.node(id).output.encrypted && !this.isConstant(id);
  }

  private isConstant(id: number): boolean {
    return this.graph.node(id).kind === "constant";
  }

  private constantOf(id: number): Tensor | undefined {
    const node = this.graph.node(id);
    return node.kind === "constant" ? node.value : undefined;
  }

  /** True unless the value is an operand passed on unchanged, which keeps its own bounds. */
  private isNew(id: number): boolean {
    return !this.taken.has(id);
  }
}

function isSquare(node: OperationNode): boolean {
  return node.operands.length === 2 && node.operands[0] === node.operands[1];
}

function scalarOf(meaning: (operands: readonly Tensor[]) => Tensor, u: number, v: number): number {
  try {
    return meaning([scalar(u), scalar(v)]).data[0] ?? 0;
  } catch (error) {
    // No value there: the look-up takes the nearest one's.
    if (error instanceof VelumError) return Number.NaN;
    throw error;
  }
}

/** What is clear may be floating-point where the server computes it as it stands. */
function checkIntegers(graph: Graph, target: LowerTarget): void {
  const inPlain = target !== "dialect" && readsClear(graph);
  const isKept = (node: GraphNode): boolean =>
    inPlain &&
    !node.output.encrypted &&
    (node.kind !== "operation" || isPlainData(node.attributes));
  const floats = graph.nodes.filter((node) => node.output.float === true && !isKept(node));
  // An operation rather than the constant that it reads.
  const node = floats.find(({ kind }) => kind === "operation") ?? floats[0];
  if (node !== undefined) {
    throw new VelumError({
      code: "unsupported-op",
      path: nodePath(node),
      problem: "it is floating-point, and only integers can be computed on ciphertexts",
      cure: "Turn it into integers with astype, so that the floating-point part becomes a look-up",
    });
  }
}
