import { VelumError } from "../../base/error.js";
import { type Shape, sameShape, scalar, type Tensor } from "../../base/tensor.js";
import { isPlainData, readsClear } from "../../graph/clear-part.js";
import { Graph } from "../../graph/graph.js";
import { minimalIntegerType } from "../../graph/integer-type.js";
import { type GraphNode, nodePath, type OperationNode } from "../../graph/node.js";
import type { ExtremumForm } from "../../op-spec/extremum-form.js";
import { listProducts, type SumsOfProducts } from "../../op-spec/products.js";
import type { OpSpec } from "../../op-spec/spec.js";
import { opSpec } from "../../ops/registry.js";
import type { RoundingRule } from "../rounding-rule.js";
import { chooseElements } from "./choose-elements.js";
import { type ChosenExtremum, chosenExtremum } from "./chosen-extremum.js";
import { lookUpExtremum } from "./extremum-tree.js";
import { FunctionLookups } from "./function-look-ups.js";
import { LookupBuilder } from "./look-up-builder.js";
import { type LookupLimits, largestComputedBits } from "./look-up-limits.js";

import { LoweredValues } from "./lowered-values.js";
import { packedTensor } from "./packed-look-up.js";
import { select } from "./pair-choice.js";
import { compareWithConstant, extremum } from "./pair-comparison.js";
import { buildPair } from "./pair-strategies.js";
import { sumProducts } from "./sum-products.js";
import { lookUpTrees } from "./tree-look-ups.js";
import { isTensor, type Value } from "./value.js";
import { wideWays } from "./wide-tables.js";

/**
 * How far to go: "look-ups" leaves only linear operations and look-ups, for the plan; "gates" also decision trees that ask parameters;
 * "dialect" keeps what the FHE and FHELinalg dialects can say, which is also functions of one value and products.
 */
export type LowerTarget = "look-ups" | "gates" | "dialect";

/** Rewrites one graph, node by node: each becomes values of a new one. */
export class Lowering {
  private readonly graph: Graph;
  private readonly target: LowerTarget;
  private readonly builder: LookupBuilder;
  private readonly values: LoweredValues;
  private readonly functions: FunctionLookups;

  constructor(graph: Graph, limits: LookupLimits, target: LowerTarget, rounding: RoundingRule) {
    this.graph = graph;
    this.target = target;
    const inPlain = target !== "dialect" && readsClear(graph);
    this.builder = new LookupBuilder(limits, wideWays, target !== "dialect", inPlain);
    this.values = new LoweredValues(graph, inPlain);
    this.functions = new FunctionLookups(graph, this.builder, this.values, rounding);
  }

  /** Nodes whose look-ups could be taken apart. */
  get wideNodes(): number {
    return this.builder.wide.size;
  }

  run(): Graph {
    for (const node of this.graph.nodes) {
      this.builder.from(node, nodePath(node));
      this.values.set(node.id, this.rewrite(node));
    }
    const idOf = (id: number): number => this.values.idOf(id);
    const { name, inputs, outputs } = this.graph;
    return new Graph(name, this.builder.nodes, inputs.map(idOf), outputs.map(idOf));
  }

  /** Id of the node's value in the new graph. */
  private rewrite(node: GraphNode): number {
    if (node.kind !== "operation") return this.builder.push(node);
    const spec = opSpec(node.name, nodePath(node));
    if (this.values.isClear(node.id) && isPlainData(node.attributes)) return this.copy(node);
    const form = this.extremumOf(node, spec);
    if (form !== undefined && !(this.target === "dialect" && form.inDialect)) {
      return this.measured(node, () =>
        lookUpExtremum(this.builder, this.values.valueOf(node.operands[0] ?? 0), form),
      );
    }
    const trees = spec.trees(node.attributes);
    if (trees !== undefined) {
      const [operand = 0] = node.operands;
      const fresh = this.graph.node(operand).kind === "input" && this.target === "gates";
      if (fresh) return this.copy(node);
      const use = this.target === "dialect" ? "text" : "run";
      return this.builder.orTooWide(() =>
        lookUpTrees(this.builder, this.values.valueOf(operand), trees, nodePath(node), use),
      ).id;
    }
    const variables = [...new Set(node.operands)].filter((id) => !this.values.isConstant(id));
    const [first = 0, second = first] = node.operands;
    const weighted = this.values.isClear(first) !== this.values.isClear(second);
    const onlyProduct =
      spec.pair?.kind === "product" && (weighted || (variables.length < 2 && !isSquare(node)));
    const shapes = node.operands.map((id) => this.graph.node(id).output.shape);
    const choice = spec.choice(node.attributes, shapes, nodePath(node));
    const sums = this.sumsOf(node, spec, shapes);
    if (sums !== undefined) {
      this.checkProduct(node);
      return this.measured(node, () => this.sumsOfProducts(node, sums));
    }
    const wide = this.target !== "dialect" && this.functions.isTable(node);
    const linear = !spec.tabulated && spec.pair === undefined && choice === undefined && !wide;
    if (linear || onlyProduct || variables.length === 0) return this.copy(node);
    if (spec.pair?.kind === "product" && variables.length > 1) this.checkProduct(node);
    const single = variables.length === 1 || spec.pair?.kind === "product";
    if (this.target === "dialect" && (single || choice !== undefined)) return this.copy(node);
    return this.measured(node, () =>
      choice === undefined
        ? this.value(node, spec, variables)
        : chooseElements(
            this.builder,
            choice,
            choice.parts.map((part) => this.values.side(node.operands[part] ?? 0)),
            choice.indices.map((index) => this.values.valueOf(node.operands[index] ?? 0)),
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
    if (this.target === "dialect" || this.values.isConstant(left) || this.values.isConstant(right))
      return;
    if (this.values.isClear(left) || this.values.isClear(right)) return;
    return spec.products(node.attributes, shapes, nodePath(node));
  }

  /** Refuses products of two encrypted values that are too wide for any parameters, before ways to build them are tried out. */
  private checkProduct(node: OperationNode): void {
    const { min, max } = node.bounds ?? { min: 0, max: 0 };
    const low = node.operands
      .slice(0, 2)
      .filter((id) => !this.values.isConstant(id))
      .reduce((sum, id) => sum + this.builder.lowOf({ id: this.values.idOf(id) }), 0);
    const { bits } = minimalIntegerType(min, max);
    if (this.target === "dialect" || bits - low <= largestComputedBits) return;
    throw new VelumError({
      code: "width-too-wide",
      path: nodePath(node),
      problem: `the product of two encrypted values has ${bits} bits, and no parameters hold more than ${largestComputedBits} bits of it`,
      limit: largestComputedBits,
      actual: bits,
      cure: "Quantize the values to fewer bits, or shift them to the right before they are multiplied",
    });
  }

  /** Id of what `make` makes for the node. */
  private measured(node: OperationNode, make: () => Value): number {
    const value = this.builder.orTooWide(make);
    // The measured bounds may be narrower: the inputset promises them.
    const bounds = node.bounds ?? value.bounds;
    const made = this.builder.nodes[value.id];
    if (made !== undefined && this.values.isNew(value.id)) {
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
    const constants = node.operands.map((id) => this.values.constantOf(id));
    const within = (values: ReadonlyMap<number, Tensor>): Tensor =>
      meaning(node.operands.map((id, k) => values.get(id) ?? constants[k] ?? scalar(0)));
    const [a, b] = node.operands.map((id) => this.graph.node(id).output.shape);
    if (spec.contraction !== undefined && !spec.elementwise && a !== undefined && b !== undefined) {
      return this.sumsOfProducts(node, listProducts(spec.contraction(a, b, path)));
    }
    if (variables.length === 1) {
      return this.comparedWithConstant(node, spec)?.() ?? this.functions.build(node);
    }
    const operands = variables.map((id) => this.values.valueOf(id));
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

  /** A comparison of a value that is too wide for tables. */
  private comparedWithConstant(node: OperationNode, spec: OpSpec): (() => Value) | undefined {
    if (spec.pair?.kind !== "difference" || node.operands.length !== 2) return undefined;
    const { of } = spec.pair;
    const [x = 0, y = 0] = node.operands;
    const [left, right] = [this.values.constantOf(x), this.values.constantOf(y)];
    if (right !== undefined) {
      return compareWithConstant(this.builder, this.values.valueOf(x), right, of);
    }
    if (left === undefined) return undefined;
    const reversed = (difference: number): number => of(0 - difference);
    return compareWithConstant(this.builder, this.values.valueOf(y), left, reversed);
  }

  private select(node: OperationNode): Value {
    const [condition = 0, a = 0, b = 0] = node.operands;
    const chooser = this.values.constantOf(condition);
    if (chooser !== undefined) {
      const ones = { ...chooser, data: chooser.data.map((value) => (value === 0 ? 0 : 1)) };
      const zeros = { ...chooser, data: ones.data.map((value) => 1 - value) };
      const masked = (value: Value | Tensor, mask: Tensor): Value => {
        if (isTensor(value)) throw new Error("a choice between constants is a constant");
        return this.builder.scale(value, mask);
      };
      return this.builder.add(
        masked(this.values.side(a), ones),
        masked(this.values.side(b), zeros),
      );
    }
    const chosen = this.target === "dialect" ? undefined : chosenExtremum(this.graph, node);
    if (chosen !== undefined) return this.chosen(chosen, node.output.shape);
    return select(
      this.builder,
      this.values.valueOf(condition),
      this.values.side(a),
      this.values.side(b),
    );
  }

  /** Stretched to the shape of the choice, which the values have together. */
  private chosen({ x, y, takes }: ChosenExtremum, shape: Shape): Value {
    const [a, b] = [this.values.valueOf(x), this.values.valueOf(y)];
    if (takes === "largest") return extremum(this.builder, a, b, (d) => Math.max(d, 0));
    if (takes === "smallest") return extremum(this.builder, a, b, (d) => Math.min(d, 0));
    const [taken, other] = takes === "x" ? [a, b] : [b, a];
    if (sameShape(taken.shape, shape)) return taken;
    return this.builder.add(taken, this.builder.scale(other, scalar(0)));
  }

  /** Sums of products of two encrypted tensors, and a further operand added to them. */
  private sumsOfProducts(node: OperationNode, plan: SumsOfProducts): Value {
    const [left = 0, right = 0, bias] = node.operands;
    const operands = [this.values.valueOf(left), this.values.valueOf(right)] as const;
    const sums = sumProducts(this.builder, ...operands, plan);
    if (bias === undefined) return sums;
    const added = this.values.side(bias);
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

  private copy(node: OperationNode): number {
    const operands = node.operands.map((id) => this.values.idOf(id));
    return this.builder.push({ ...node, operands });
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
