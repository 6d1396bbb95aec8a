import { VelumError } from "../../base/error.js";
import { type Shape, scalar, sizeOf, type Tensor } from "../../base/tensor.js";
import { extremes, type Origin } from "../../graph/builder.js";
import { minimalIntegerType } from "../../graph/integer-type.js";
import type { Attributes, Bounds, GraphNode } from "../../graph/node.js";
import { broadcastShapes } from "../../ops/broadcast.js";
import { nearestKnown, tabulate } from "../../ops/tabulate.js";

/** An encrypted value of the graph under construction. */
export interface Value {
  readonly id: number;
  /** Hold for all inputs that keep the promise of the inputset. */
  readonly bounds: Bounds;
  readonly shape: Shape;
}

/** A look-up with an argument of more bits than the plan can do; strategies that need one are dropped. */
class TooWide extends Error {
  readonly bits: number;

  constructor(bits: number) {
    super();
    this.bits = bits;
  }
}

/** Rough time of one look-up by bits of its argument, relative to one of 4 bits: every bit above doubles it. */
function relativeCost(bits: number): number {
  return bits <= 2 ? 0.5 : bits === 3 ? 0.8 : 2 ** (bits - 4);
}

/** Makes graphs of linear operations and look-ups, with sound bounds from those of the operands. */
export class LookupBuilder {
  readonly nodes: GraphNode[] = [];
  readonly #limit: number;
  /** For each look-up its bits and elements. */
  readonly #lookups: (readonly [number, number])[] = [];
  #origin: Origin = { tag: "", location: "" };
  #path = "";

  /** `limit`: most bits of a look-up's argument. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Nodes from now on come from here; `path` names it in errors. */
  from(origin: Origin, path: string): void {
    this.#origin = { tag: origin.tag, location: origin.location };
    this.#path = path;
  }

  /** Adds a node that is built already; its operands must be ids of this graph. */
  push(node: GraphNode): number {
    const id = this.nodes.length;
    this.nodes.push({ ...node, id });
    return id;
  }

  add(a: Value, b: Value): Value {
    const bounds = { min: a.bounds.min + b.bounds.min, max: a.bounds.max + b.bounds.max };
    return this.operation("add", [a, b], {}, bounds, this.#together(a, b));
  }

  subtract(a: Value, b: Value): Value {
    const bounds = { min: a.bounds.min - b.bounds.max, max: a.bounds.max - b.bounds.min };
    return this.operation("subtract", [a, b], {}, bounds, this.#together(a, b));
  }

  /** `a + factor * b`. */
  addScaled(a: Value, b: Value, factor: number): Value {
    if (factor === 1) return this.add(a, b);
    if (factor === -1) return this.subtract(a, b);
    return this.add(a, this.scale(b, scalar(factor)));
  }

  /** `a * factors`, element by element. */
  scale(a: Value, factors: Tensor): Value {
    if (factors.data.every((factor) => factor === 1) && factors.shape.length === 0) return a;
    const { min, max } = extremes(factors);
    const corners = [a.bounds.min, a.bounds.max].flatMap((x) => [x * min + 0, x * max + 0]);
    const bounds = { min: Math.min(...corners), max: Math.max(...corners) };
    return this.withConstant("multiply", a, factors, bounds);
  }

  /** `a + terms`, element by element. */
  plus(a: Value, terms: Tensor): Value {
    if (terms.data.every((term) => term === 0) && terms.shape.length === 0) return a;
    const { min, max } = extremes(terms);
    return this.withConstant("add", a, terms, {
      min: a.bounds.min + min,
      max: a.bounds.max + max,
    });
  }

  /** Refuses look-ups of more values than the limit allows, before anything is made of them. */
  checkCount(values: number): void {
    const bits = bitsOf(values);
    if (bits > this.#limit) throw new TooWide(bits);
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
    const { min, max } = a.bounds;
    const count = max - min + 1;
    const bits = bitsOf(count);
    if (bits > this.#limit) throw new TooWide(bits);
    const values = Array.from({ length: count }, (_, i) => min + i);
    const { tables, tableOf } = uniform
      ? { tables: [uniformTable(fn, values)], tableOf: new Int32Array(sizeOf(shape)) }
      : tabulate(fn, a.shape, shape, values);
    const lines = tables.map(lineThrough);
    const found = tables.map((entries) => extremes({ shape: [entries.length], data: entries }));
    const bounds = {
      min: Math.min(...found.map((own) => own.min)),
      max: Math.max(...found.map((own) => own.max)),
    };
    const stretched = shape.length === a.shape.length && sizeOf(shape) === sizeOf(a.shape);
    if (!forced && lines.every((line) => line !== undefined)) {
      const pick = (part: (line: Line) => number): Tensor => {
        const first = lines[0];
        if (tables.length === 1 && first && stretched) return scalar(part(first));
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
        pick(({ slope, start }) => start - slope * min),
      );
      return { ...moved, bounds };
    }
    const on = stretched ? a : this.plus(a, { shape, data: new Float64Array(sizeOf(shape)) });
    this.#lookups.push([bits, sizeOf(shape)]);
    const asTensors = tables.map((data) => ({ shape: [count], data }));
    const [only] = asTensors;
    const table =
      asTensors.length === 1 && only !== undefined
        ? only
        : { shape, items: Array.from(tableOf, (index) => asTensors[index] ?? scalar(0)) };
    return this.operation("tlu", [on], { table, first: min }, bounds, shape);
  }

  /**
   * The cheapest of several ways to build the same value; if all of them need a look-up that is too wide, the cheapest of the
   * `otherwise` ones. Every way is tried out first.
   */
  cheapest(ways: readonly (() => Value)[], otherwise: readonly (() => Value)[] = []): Value {
    let best: (() => Value) | undefined;
    let least = Infinity;
    let narrowest = Infinity;
    for (const way of ways) {
      const nodes = this.nodes.length;
      const lookups = this.#lookups.length;
      try {
        way();
        const cost = this.#cost();
        if (cost < least) [best, least] = [way, cost];
      } catch (error) {
        if (!(error instanceof TooWide)) throw error;
        narrowest = Math.min(narrowest, error.bits);
      }
      this.nodes.length = nodes;
      this.#lookups.length = lookups;
    }
    if (best !== undefined) return best();
    if (otherwise.length > 0) return this.cheapest(otherwise);
    throw new TooWide(narrowest);
  }

  /** One parameter set serves a whole program, so that every look-up takes as long as the widest one. */
  #cost(): number {
    let size = 0;
    let widest = 0;
    for (const [bits, elements] of this.#lookups) {
      size += elements;
      widest = Math.max(widest, bits);
    }
    return size * relativeCost(widest);
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
        problem: `it needs a look-up with an argument of ${error.bits} bits, and look-ups take at most ${this.#limit}`,
        limit: this.#limit,
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
    const id = this.push({
      ...{ kind: "operation", id: 0, name, attributes, bounds, ...this.#origin },
      operands: operands.map((operand) => operand.id),
      output: { encrypted: true, type: minimalIntegerType(bounds.min, bounds.max), shape },
    });
    return { id, bounds, shape };
  }

  constant(value: Tensor): number {
    const bounds = extremes(value);
    const type = minimalIntegerType(bounds.min, bounds.max);
    const output = { encrypted: false, type, shape: value.shape };
    return this.push({ kind: "constant", id: 0, value, output, bounds, ...this.#origin });
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

/** All values at once, or one by one where the function fails for some. */
function uniformTable(fn: (operand: Tensor) => Tensor, values: readonly number[]): Float64Array {
  const entries = fn({ shape: [values.length], data: Float64Array.from(values) }).data;
  const near = nearestKnown(Array.from(entries, Number.isFinite));
  return Float64Array.from(near, (source) => (entries[source] ?? 0) + 0);
}

interface Line {
  readonly slope: number;
  /** Value at the first place. */
  readonly start: number;
}

/** The line through all entries if its slope is -1, 0 or 1: then no look-up is needed. */
function lineThrough(entries: Float64Array): Line | undefined {
  const start = entries[0] ?? 0;
  const slope = entries.length > 1 ? (entries[1] ?? 0) - start : 0;
  if (Math.abs(slope) > 1) return undefined;
  return entries.every((entry, i) => entry === start + slope * i) ? { slope, start } : undefined;
}
