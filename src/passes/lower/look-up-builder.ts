import { VelumError } from "../../base/error.js";
import { type Shape, sameShape, scalar, sizeOf, type Tensor } from "../../base/tensor.js";
import type { Bounds } from "../../graph/node.js";
import type { Tables } from "../../op-spec/tabulate.js";
import { closedBits } from "../../ops/tlu/closed-table.js";
import { LinearBuilder } from "./linear-builder.js";
import { totalCost } from "./look-up-cost.js";
import { type LookupLimits, TooWide } from "./look-up-limits.js";
import { reduced } from "./reduced-argument.js";
import { boundsOfTables, type Line, lineThrough, zeroBits } from "./table-facts.js";
import { asAttribute, tablesAt } from "./tables-at.js";
import { bitsOf, type Domain, type Value } from "./value.js";

/** Largest slope that is cheaper than a look-up: noise grows by as much. */
const largestSlope = 8;

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

/** Makes graphs of linear operations and look-ups, and takes the cheapest of several ways to build a value. */
export class LookupBuilder extends LinearBuilder {
  readonly #limits: LookupLimits;
  readonly #wideWays: WideWays;
  /** Inside one of the wide ways. */
  #inside = false;
  /** For each look-up its bits and elements. */
  readonly #lookups: (readonly [number, number])[] = [];
  /** Nodes whose look-ups have arguments that could be taken apart, by their order. */
  readonly wide = new Set<number>();

  /** `wideWays`: how wide arguments are taken apart. `reduces` and `inPlain`: see `LinearBuilder`. */
  constructor(limits: LookupLimits, wideWays: WideWays, reduces: boolean, inPlain = false) {
    super(reduces, inPlain);
    this.#limits = limits;
    this.#wideWays = wideWays;
  }

  /** Values wider than one look-up can be taken apart. */
  get takesApart(): boolean {
    return this.#limits.several > this.#limits.single;
  }

  /** Most bits of an argument that is not taken apart for what that saves. */
  get wholeBits(): number {
    return this.#limits.whole ?? 0;
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
    const { value, factor, offset } = forced
      ? { value: a, factor: 1, offset: 0 }
      : reduced(this, a);
    const plain = factor === 1 && offset === 0;
    const whole = (operand: Tensor): Tensor =>
      fn({ ...operand, data: operand.data.map((item) => factor * item + offset) });
    const tables = this.tablesOf(value, plain ? fn : whole, shape, uniform);
    return this.lookUpTables(value, tables, shape, forced);
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
    this.wide.add(this.nodesBegun);
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
    const { first, count } = domain;
    // Of zero all bits are zero, more than are there to be left away.
    const low = count === 1 ? 0 : domain.low;
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
      this.forget(nodes);
      this.#lookups.length = lookups;
    }
  }

  /** Relative time of all look-ups so far. */
  cost(): number {
    return totalCost(this.#lookups);
  }

  /** Runs `build` and turns a look-up that is too wide into `width-too-wide`, which names the node. */
  orTooWide(build: () => Value): Value {
    try {
      return build();
    } catch (error) {
      if (!(error instanceof TooWide)) throw error;
      throw new VelumError({
        code: "width-too-wide",
        path: this.path,
        problem: `it needs a look-up with an argument of ${error.bits} bits, and look-ups take at most ${error.limit}`,
        limit: error.limit,
        actual: error.bits,
        cure: "Quantize inputs or weights to fewer bits, clip or shift values before, or remove their lowest bits",
      });
    }
  }
}
