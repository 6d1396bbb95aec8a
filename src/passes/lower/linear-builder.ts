import { type Shape, scalar, type Tensor } from "../../base/tensor.js";
import { extremes, type Origin } from "../../graph/builder.js";
import { minimalIntegerType } from "../../graph/integer-type.js";
import type { Attributes, Bounds, GraphNode } from "../../graph/node.js";
import { broadcastShapes } from "../../op-spec/broadcast.js";
import { zeroBits } from "./table-facts.js";
import type { Domain, Value } from "./value.js";

/**
 * Makes graphs of linear operations, with sound bounds from those of the operands, and knows lowest bits that are zero. What is computed
 * from clear parameters alone costs nothing and may be as wide as it likes: the server computes it in plain.
 */
export class LinearBuilder {
  readonly nodes: GraphNode[] = [];
  readonly #inPlain: boolean;
  /** For each node, how many lowest bits of its value are known to be zero; absent for none. */
  readonly #lows: number[] = [];
  /** Nodes by `sharingKey`; those of ways that were tried out may have gone. */
  readonly #byKey = new Map<string, number>();
  #origin: Origin = { tag: "", location: "" };
  #path = "";
  #nodesBegun = 0;

  /** Look-ups read what their arguments are multiples of, and equal sums are made once. */
  readonly reduces: boolean;

  /** `reduces`: in favour of few look-ups, not of what people wrote. `inPlain`: false where clear parameters count as encrypted. */
  constructor(reduces: boolean, inPlain: boolean) {
    this.reduces = reduces;
    this.#inPlain = inPlain;
  }

  /** Names the node under construction in errors. */
  get path(): string {
    return this.#path;
  }

  /** How often `from` was called. */
  get nodesBegun(): number {
    return this.#nodesBegun;
  }

  /** The server computes the value in plain. */
  isClear({ id }: { readonly id: number }): boolean {
    return this.#inPlain && this.nodes[id]?.output.encrypted === false;
  }

  /** Lowest bits of the value that are known to be zero. */
  lowOf({ id }: { readonly id: number }): number {
    return this.#lows[id] ?? 0;
  }

  /** The same value, of which `low` lowest bits are zero. */
  withLow(value: Value, low: number): Value {
    this.#lows[value.id] = low;
    return value;
  }

  /** The values that a look-up of `a` must have entries for. */
  domainOf(a: Value): Domain {
    const low = this.lowOf(a);
    const first = Math.ceil(a.bounds.min / 2 ** low) * 2 ** low;
    return { first, low, count: Math.max(1, Math.floor((a.bounds.max - first) / 2 ** low) + 1) };
  }

  /** Nodes from now on come from here; `path` names it in errors. */
  from(origin: Origin, path: string): void {
    this.#origin = { tag: origin.tag, location: origin.location };
    this.#path = path;
    this.#nodesBegun++;
  }

  /** Adds a node that is built already; its operands must be ids of this graph. */
  push(node: GraphNode): number {
    const id = this.nodes.length;
    this.nodes.push({ ...node, id });
    const key = this.reduces ? sharingKey(node) : undefined;
    if (key !== undefined && this.#shared(key) === undefined) this.#byKey.set(key, id);
    return id;
  }

  /** An earlier node that is made like this, unless it was only tried out. */
  #shared(key: string): GraphNode | undefined {
    const node = this.nodes[this.#byKey.get(key) ?? -1];
    return node !== undefined && sharingKey(node) === key ? node : undefined;
  }

  add(a: Value, b: Value): Value {
    const bounds = { min: a.bounds.min + b.bounds.min, max: a.bounds.max + b.bounds.max };
    const low = Math.min(this.lowOf(a), this.lowOf(b));
    return this.withLow(this.operation("add", [a, b], {}, bounds, this.#together(a, b)), low);
  }

  subtract(a: Value, b: Value): Value {
    const bounds = { min: a.bounds.min - b.bounds.max, max: a.bounds.max - b.bounds.min };
    const low = Math.min(this.lowOf(a), this.lowOf(b));
    return this.withLow(this.operation("subtract", [a, b], {}, bounds, this.#together(a, b)), low);
  }

  /** `a + factor * b`. */
  addScaled(a: Value, b: Value, factor: number): Value {
    if (factor === 1) return this.add(a, b);
    if (factor === -1) return this.subtract(a, b);
    if (factor < 0) return this.subtract(a, this.scale(b, scalar(-factor)));
    return this.add(a, this.scale(b, scalar(factor)));
  }

  /** `a * factors`, element by element. */
  scale(a: Value, factors: Tensor): Value {
    if (factors.data.every((factor) => factor === 1) && factors.shape.length === 0) return a;
    const { min, max } = extremes(factors);
    const corners = [a.bounds.min, a.bounds.max].flatMap((x) => [x * min + 0, x * max + 0]);
    const bounds = { min: Math.min(...corners), max: Math.max(...corners) };
    return this.withLow(
      this.#withConstant("multiply", a, factors, bounds),
      this.lowOf(a) + zeroBits(factors.data),
    );
  }

  /** `a + terms`, element by element. */
  plus(a: Value, terms: Tensor): Value {
    if (terms.data.every((term) => term === 0) && terms.shape.length === 0) return a;
    const { min, max } = extremes(terms);
    const bounds = { min: a.bounds.min + min, max: a.bounds.max + max };
    return this.withLow(
      this.#withConstant("add", a, terms, bounds),
      Math.min(this.lowOf(a), zeroBits(terms.data)),
    );
  }

  /** A value less a clear tensor. */
  minus(a: Value, terms: Tensor): Value {
    return this.plus(a, { ...terms, data: terms.data.map((value) => 0 - value) });
  }

  /** `a` modulo 2^bits, for look-ups of windows alone: noise that is added to it counts at `bits` bits. */
  lowBits(a: Value, bits: number): Value {
    const bounds = { min: 0, max: 2 ** bits - 1 };
    return this.withLow(this.operation("low_bits", [a], { bits }, bounds, a.shape), this.lowOf(a));
  }

  /** Drops the nodes from `known` on. */
  forget(known: number): void {
    this.nodes.length = known;
    this.#lows.length = Math.min(this.#lows.length, known);
  }

  /** The same value, known to lie in `bounds`. */
  within(value: Value, known: Bounds): Value {
    const min = Math.max(value.bounds.min, known.min);
    const max = Math.min(value.bounds.max, known.max);
    const node = this.nodes[value.id];
    if (node !== undefined) {
      const type = minimalIntegerType(min, max);
      this.nodes[value.id] = { ...node, bounds: { min, max }, output: { ...node.output, type } };
    }
    return { ...value, bounds: { min, max } };
  }

  operation(
    name: string,
    operands: readonly { readonly id: number }[],
    attributes: Attributes,
    bounds: Bounds,
    shape: Shape,
  ): Value {
    const clear = operands.length > 0 && operands.every((operand) => this.isClear(operand));
    const node: GraphNode = {
      ...{ kind: "operation", id: 0, name, attributes, bounds, ...this.#origin },
      operands: operands.map((operand) => operand.id),
      output: { encrypted: !clear, type: minimalIntegerType(bounds.min, bounds.max), shape },
    };
    const key = sharingKey(node);
    const known = key === undefined ? undefined : this.#shared(key);
    if (known === undefined) return { id: this.push(node), bounds, shape };
    return this.within({ id: known.id, bounds: known.bounds ?? bounds, shape }, bounds);
  }

  constant(value: Tensor): number {
    const bounds = extremes(value);
    const type = minimalIntegerType(bounds.min, bounds.max);
    const output = { encrypted: false, type, shape: value.shape };
    const node: GraphNode = { kind: "constant", id: 0, value, output, bounds, ...this.#origin };
    const key = sharingKey(node);
    const known = key === undefined ? undefined : this.#shared(key);
    return known?.id ?? this.push(node);
  }

  #withConstant(name: string, a: Value, constant: Tensor, bounds: Bounds): Value {
    const shape = broadcastShapes(a.shape, constant.shape, this.#path);
    return this.operation(name, [a, { id: this.constant(constant) }], {}, bounds, shape);
  }

  #together(a: Value, b: Value): Shape {
    return broadcastShapes(a.shape, b.shape, this.#path);
  }
}

/** Equal for nodes with equal values: operations without attributes, and single numbers. Undefined for all others. */
function sharingKey(node: GraphNode): string | undefined {
  if (node.hintBits !== undefined) return undefined;
  if (node.kind === "constant") {
    const { shape, data } = node.value;
    return data.length === 1 ? `${data[0]} ${shape.join()}` : undefined;
  }
  if (node.kind === "input" || Object.keys(node.attributes).length > 0) return undefined;
  return `${node.name} ${node.operands.join()}`;
}
