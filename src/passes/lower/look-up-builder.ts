import { VelumError } from "../../base/error.js";
import { type Shape, sameShape, scalar, sizeOf, type Tensor } from "../../base/tensor.js";
import { extremes, type Origin } from "../../graph/builder.js";
import { minimalIntegerType } from "../../graph/integer-type.js";
import type { Attributes, Bounds, GraphNode } from "../../graph/node.js";
import { broadcastShapes } from "../../ops/broadcast.js";
import type { Tables } from "../../ops/tabulate.js";
import { closedBits } from "../../ops/tlu/closed-table.js";
import { combinationOf, commonFactor, differenceOf } from "./combination.js";
import { domainOf } from "./domain.js";
import { totalCost } from "./look-up-cost.js";
import { boundsOfTables, type Line, lineThrough, zeroBits } from "./table-facts.js";
import { asAttribute, tablesAt } from "./tables-at.js";

/** A value of the graph under construction: encrypted, or computed from clear parameters alone. */
export interface Value {
  readonly id: number;
  /** Hold for all inputs that keep the promise of the inputset. */
  readonly bounds: Bounds;
  readonly shape: Shape;
}

/** Arguments of a look-up: `first + i * 2^low` for i below `count`. */
export interface Domain {
  readonly first: number;
  readonly low: number;
  readonly count: number;
}

/** A look-up of blocks of values. */
export interface BlockReading {
  readonly first: number;
  readonly lsbs: number;
  readonly inBand: number;
  readonly bits: number;
}

/** Ways to look up `a` in windows of bits, and costly ones for want of others; not `deep` where that is done already. */
export type WideWays = (
  b: LookupBuilder,
  a: Value,
  found: Tables,
  deep: boolean,
) => { readonly ways: readonly (() => Value)[]; readonly otherwise: readonly (() => Value)[] };

/** A look-up with an argument of more bits than the plan can do; strategies that need one are dropped. */
class TooWide extends Error {
  readonly bits: number;
  readonly limit: number;

  constructor(bits: number, limit: number) {
    super();
    this.bits = bits;
    this.limit = limit;
  }
}

/** How wide look-ups may be, and whether wide ones may be taken apart into windows of bits. */
export interface LookupLimits {
  /** Most bits of the argument of one look-up. */
  readonly single: number;
  /** Most bits of an argument that may be looked up in several steps; `single` where only single look-ups are wanted. */
  readonly several: number;
  /** Arguments of up to so many bits are looked up at once, whatever it would save to take them apart; absent for none. */
  readonly whole?: number;
}

/**
 * Makes graphs of linear operations and look-ups, with sound bounds from those of the operands. What is computed from clear parameters
 * alone costs nothing and may be as wide as it likes: the server computes it in plain.
 */
export class LookupBuilder {
  readonly nodes: GraphNode[] = [];
  readonly #limits: LookupLimits;
  readonly #wideWays: WideWays;
  readonly #inPlain: boolean;
  /** Inside one of the wide ways. */
  #inside = false;
  /** For each node, how many lowest bits of its value are known to be zero; absent for none. */
  readonly #lows: number[] = [];
  /** For each look-up its bits and elements. */
  readonly #lookups: (readonly [number, number])[] = [];
  /** Nodes by `sharingKey`; those of ways that were tried out may have gone. */
  readonly #byKey = new Map<string, number>();
  #origin: Origin = { tag: "", location: "" };
  #path = "";

  /** Look-ups read what their arguments are multiples of, and equal sums are made once. */
  readonly reduces: boolean;

  /**
   * `wideWays`: how wide arguments are taken apart. `reduces`: in favour of few look-ups, not of what people wrote. `inPlain`: false where
   * clear parameters count as encrypted.
   */
  constructor(limits: LookupLimits, wideWays: WideWays, reduces: boolean, inPlain = false) {
    this.#limits = limits;
    this.#wideWays = wideWays;
    this.reduces = reduces;
    this.#inPlain = inPlain;
  }

  /** The server computes the value in plain. */
  isClear({ id }: { readonly id: number }): boolean {
    return this.#inPlain && this.nodes[id]?.output.encrypted === false;
  }

  /** Values wider than one look-up can be taken apart. */
  get takesApart(): boolean {
    return this.#limits.several > this.#limits.single;
  }

  /** Most bits of an argument that is not taken apart for what that saves. */
  get wholeBits(): number {
    return this.#limits.whole ?? 0;
  }

  /** Nodes whose look-ups have arguments that could be taken apart, by their order. */
  readonly wide = new Set<number>();
  #nodesBegun = 0;

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
      this.withConstant("multiply", a, factors, bounds),
      this.lowOf(a) + zeroBits(factors.data),
    );
  }

  /** `a + terms`, element by element. */
  plus(a: Value, terms: Tensor): Value {
    if (terms.data.every((term) => term === 0) && terms.shape.length === 0) return a;
    const { min, max } = extremes(terms);
    const bounds = { min: a.bounds.min + min, max: a.bounds.max + max };
    return this.withLow(
      this.withConstant("add", a, terms, bounds),
      Math.min(this.lowOf(a), zeroBits(terms.data)),
    );
  }

  /** Refuses more values than one look-up, or several, can tell apart, before anything is made of them. */
  checkCount(values: number, by: "single" | "several"): void {
    const bits = bitsOf(values);
    if (bits > this.#limits[by]) throw new TooWide(bits, this.#limits[by]);
  }

  /** Look-up of `fn` on every element. With `forced` even where `fn` is linear. */
  lookUp(a: Value, fn: (value: number) => number, forced = false): Value {
    const whole = (operand: Tensor): Tensor => ({
      shape: operand.shape,
      data: operand.data.map((value) => fn(value)),
    });
    return this.lookUpTensor(a, whole, a.shape, forced, true);
  }

  /**
   * Look-up of an element-wise function of one tensor, which may have constants of its own that stretch to `shape`. Values
   * where it fails take the result of the nearest one. `uniform`: it is the same for every element.
   */
  lookUpTensor(
    a: Value,
    fn: (operand: Tensor) => Tensor,
    shape: Shape,
    forced: boolean,
    uniform = false,
  ): Value {
    const { value, factor, offset } = forced ? { value: a, ...itself } : this.reduced(a);
    const plain = factor === 1 && offset === 0;
    const whole = (operand: Tensor): Tensor =>
      fn({ ...operand, data: operand.data.map((item) => factor * item + offset) });
    const tables = this.tablesOf(value, plain ? fn : whole, shape, uniform);
    return this.lookUpTables(value, tables, shape, forced);
  }

  /**
   * What look-ups of `a` can read in its place, which is never wider: `a = factor * value + offset`. Multiples are divided, constants
   * left away, sums of terms that cancel become what is left.
   */
  reduced(a: Value): {
    readonly value: Value;
    readonly factor: number;
    readonly offset: number;
  } {
    const hinted = this.nodes[a.id]?.hintBits !== undefined;
    if (!this.reduces || hinted) return { value: a, ...itself };
    const combination = combinationOf(this.nodes, a.id);
    const { terms, constant } = combination;
    const [first] = [...terms].sort(([a], [b]) => a - b);
    if (first === undefined) return { value: a, ...itself };
    const common = commonFactor(combination);
    const known = this.nodes.length;
    // A difference and its opposite are one argument: the one that is there already.
    const factor = first[1] < 0 ? -common : common;
    if (terms.size > 1 && factor === 1) return { value: a, ...itself };
    if (terms.size > 1 && !sameShape(this.#sumShape(terms), a.shape))
      return { value: a, ...itself };
    const value = this.#sumOf(new Map([...terms].map(([id, weight]) => [id, weight / factor])));
    const isOpposite = terms.size > 1 && factor === -1;
    if (!sameShape(value.shape, a.shape) || (isOpposite && this.nodes.length > known)) {
      this.#forget(known);
      return { value: a, ...itself };
    }
    if (terms.size === 1) return { value, factor, offset: constant };
    const ends = [a.bounds.min, a.bounds.max].map((end) => (end - constant) / factor);
    const bounds = { min: Math.ceil(Math.min(...ends)), max: Math.floor(Math.max(...ends)) };
    return { value: this.within(value, bounds), factor, offset: constant };
  }

  /** Drops the nodes from `known` on. */
  #forget(known: number): void {
    this.nodes.length = known;
    this.#lows.length = Math.min(this.#lows.length, known);
  }

  /** `a - b` without the terms that both have. */
  difference(a: Value, b: Value): Value {
    const whole = this.subtract(a, b);
    const own = combinationOf(this.nodes, a.id);
    const other = combinationOf(this.nodes, b.id);
    const shared = [...own.terms.keys()].some((id) => other.terms.has(id));
    if (!this.reduces || !shared) return whole;
    const { terms, constant } = differenceOf(own, other);
    if (terms.size === 0) return this.within(whole, { min: constant, max: constant });
    if (!sameShape(this.#sumShape(terms), whole.shape)) return whole;
    const rest = this.plus(this.#sumOf(terms), scalar(constant));
    return this.within(rest, whole.bounds);
  }

  #valueAt(id: number): Value {
    const node = this.nodes[id];
    if (node === undefined) throw new RangeError(`node ${id}`);
    return { id, bounds: domainOf(node), shape: node.output.shape };
  }

  #sumShape(terms: ReadonlyMap<number, number>): Shape {
    return [...terms.keys()]
      .map((id) => this.#valueAt(id).shape)
      .reduce((a, b) => broadcastShapes(a, b, this.#path));
  }

  /** Weights times values; additions before subtractions. */
  #sumOf(terms: ReadonlyMap<number, number>): Value {
    const ordered = [...terms].sort(([a, v], [b, w]) => Math.sign(w) - Math.sign(v) || a - b);
    let sum: Value | undefined;
    for (const [id, weight] of ordered) {
      const term = this.#valueAt(id);
      sum =
        sum === undefined ? this.scale(term, scalar(weight)) : this.addScaled(sum, term, weight);
    }
    if (sum === undefined) throw new RangeError("a sum of nothing");
    return sum;
  }

  /** The tables of an element-wise function of one tensor over `domainOf(a)`. */
  tablesOf(a: Value, fn: (operand: Tensor) => Tensor, shape: Shape, uniform: boolean): Tables {
    const { first, low, count } = this.domainOf(a);
    const bits = bitsOf(count);
    // Differences and shifted values are a little wider than what they are made of.
    const most = this.takesApart ? this.#limits.several + 2 : this.#limits.single;
    if (bits > most) throw new TooWide(bits, most);
    const values = Array.from({ length: count }, (_, i) => first + i * 2 ** low);
    return tablesAt(a.shape, values, { fn, shape, uniform });
  }

  /** Look-up of every element in its table, which has an entry for each value of `domainOf(a)`. */
  lookUpTables(a: Value, found: Tables, shape: Shape, forced = false): Value {
    const domain = this.domainOf(a);
    const lines = forced ? undefined : this.#lines(a, found, domain, shape);
    if (lines !== undefined) return lines;
    const on = this.#stretched(a, shape);
    const single = (): Value => this.#single(on, found, domain, shape);
    if (forced || !this.takesApart || this.isClear(on)) return single();
    if (domain.count <= 16) return single();
    this.wide.add(this.#nodesBegun);
    const inside = this.#inside;
    const outside = (way: () => Value) => (): Value => {
      this.#inside = true;
      try {
        return way();
      } finally {
        this.#inside = inside;
      }
    };
    const { ways, otherwise } = this.#wideWays(this, on, found, !inside);
    return this.cheapest([single, ...ways.map(outside)], otherwise.map(outside));
  }

  /** Look-up of some bits of every element, whatever its higher bits are (the operation `window_tlu`). */
  window(a: Value, table: Float64Array, low: number, bounds: Bounds): Value {
    const bits = Math.log2(table.length) - 1;
    if (bits > this.#limits.single) throw new TooWide(bits, this.#limits.single);
    this.#lookups.push([bits, sizeOf(a.shape)]);
    const attributes = { table: { shape: [table.length], data: table }, low };
    const result = this.operation("window_tlu", [a], attributes, bounds, a.shape);
    return this.withLow(result, zeroBits(table));
  }

  /**
   * Look-up of blocks of 2^lsbs values, entry 0 for the block that begins at `first`; the `inBand` values next to a border may read
   * either block. `bits`: of the blocks' numbers, more by what the margin costs.
   */
  blocks(
    a: Value,
    found: Tables,
    shape: Shape,
    { first, lsbs, inBand, bits }: BlockReading,
  ): Value {
    if (bits > this.#limits.single) throw new TooWide(Math.ceil(bits), this.#limits.single);
    this.#lookups.push([bits, sizeOf(shape)]);
    const on = this.#stretched(a, shape);
    const attributes = { table: asAttribute(found, shape), first, low: lsbs, in_band: inBand };
    const { tables } = found;
    const result = this.operation("rounded_tlu", [on], attributes, boundsOfTables(tables), shape);
    return this.withLow(result, Math.min(...tables.map(zeroBits)));
  }

  #stretched(a: Value, shape: Shape): Value {
    if (sameShape(shape, a.shape)) return a;
    return this.plus(a, { shape, data: new Float64Array(sizeOf(shape)) });
  }

  #single(a: Value, found: Tables, domain: Domain, shape: Shape): Value {
    const { tables } = found;
    const { first, low, count } = domain;
    const clear = this.isClear(a);
    // Below that a bit saves little.
    const bits = count > 16 ? closedBits(count) : bitsOf(count);
    if (!clear) {
      if (bits > this.#limits.single) throw new TooWide(bits, this.#limits.single);
      this.#lookups.push([bits, sizeOf(shape)]);
    }
    const table = asAttribute(found, shape);
    const closes = !clear && bits < bitsOf(count) ? { closes: true } : {};
    const attributes = { table, first, ...(low === 0 ? {} : { low }), ...closes };
    const result = this.operation("tlu", [a], attributes, boundsOfTables(tables), shape);
    return this.withLow(result, Math.min(...tables.map(zeroBits)));
  }

  /** Straight lines need no look-up; undefined if one table is none. */
  #lines(a: Value, found: Tables, domain: Domain, shape: Shape): Value | undefined {
    const { tables, tableOf } = found;
    const step = 2 ** domain.low;
    const lines = tables.map((entries) =>
      lineThrough(entries, step, this.reduces ? largestSlope : 1),
    );
    if (!lines.every((line) => line !== undefined)) return undefined;
    const pick = (part: (line: Line) => number): Tensor => {
      const first = lines[0];
      if (tables.length === 1 && first && sameShape(shape, a.shape)) return scalar(part(first));
      const data = Float64Array.from(tableOf, (table) =>
        part(lines[table] ?? { slope: 0, start: 0 }),
      );
      return { shape, data };
    };
    const sloped = this.scale(
      a,
      pick(({ slope }) => slope),
    );
    const moved = this.plus(
      sloped,
      pick(({ slope, start }) => start - slope * domain.first),
    );
    return { ...moved, bounds: boundsOfTables(tables) };
  }

  /**
   * The cheapest of several ways to build the same value; if all of them need a look-up that is too wide, the cheapest of the
   * `otherwise` ones. Every way is tried out first.
   */
  cheapest(ways: readonly (() => Value)[], otherwise: readonly (() => Value)[] = []): Value {
    let best: (() => Value) | undefined;
    let least = Infinity;
    let narrowest: TooWide | undefined;
    for (const way of ways) {
      const cost = this.costOf(way);
      if (cost instanceof TooWide) {
        if (narrowest === undefined || cost.bits < narrowest.bits) narrowest = cost;
      } else if (cost < least) [best, least] = [way, cost];
    }
    if (best !== undefined) return best();
    if (otherwise.length > 0) return this.cheapest(otherwise);
    throw narrowest ?? new Error("there is no way to build the value");
  }

  /** Relative time of all look-ups once `way` is built, or why it cannot be. Leaves no trace. */
  costOf(way: () => Value): number | TooWide {
    const nodes = this.nodes.length;
    const lookups = this.#lookups.length;
    try {
      way();
      return this.cost();
    } catch (error) {
      if (!(error instanceof TooWide)) throw error;
      return error;
    } finally {
      this.#forget(nodes);
      this.#lookups.length = lookups;
    }
  }

  /** Relative time of all look-ups so far. */
  cost(): number {
    return totalCost(this.#lookups);
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

  /** Runs `build` and turns a look-up that is too wide into an error that names the node. */
  orTooWide(build: () => Value): Value {
    try {
      return build();
    } catch (error) {
      if (!(error instanceof TooWide)) throw error;
      throw new VelumError({
        code: "width-too-wide",
        path: this.#path,
        problem: `it needs a look-up with an argument of ${error.bits} bits, and look-ups take at most ${error.limit}`,
        limit: error.limit,
        actual: error.bits,
        cure: "Quantize inputs or weights to fewer bits, clip or shift values before, or remove their lowest bits",
      });
    }
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

  private withConstant(name: string, a: Value, constant: Tensor, bounds: Bounds): Value {
    const shape = broadcastShapes(a.shape, constant.shape, this.#path);
    return this.operation(name, [a, { id: this.constant(constant) }], {}, bounds, shape);
  }

  #together(a: Value, b: Value): Shape {
    return broadcastShapes(a.shape, b.shape, this.#path);
  }
}

/** Bits that count `count` values; at least one. */
export function bitsOf(count: number): number {
  return Math.max(1, Math.ceil(Math.log2(count)));
}

const itself = { factor: 1, offset: 0 } as const;

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

/** Largest slope that is cheaper than a look-up: noise grows by as much. */
const largestSlope = 8;
