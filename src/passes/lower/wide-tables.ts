import { scalar } from "../../base/tensor.js";
import { extremes } from "../../graph/builder.js";
import { minimalIntegerType } from "../../graph/integer-type.js";
import type { Tables } from "../../op-spec/tabulate.js";
import { changeWays } from "./few-changes.js";
import type { LookupBuilder, WideWays } from "./look-up-builder.js";
import { bitsOf, type Domain, type Value } from "./value.js";
import { cutBelow, narrowWindow, withoutBit } from "./windows.js";

/**
 * Ways to look up a wide value that read it in windows of bits, from what the tables are like: halves that add up, periods, and with
 * `deep` steps at multiples of a power of two, blocks that are straight lines, or nothing in particular.
 */
export const wideWays: WideWays = (b, a, found, deep) => {
  const domain = b.domainOf(a);
  const whole = bitsOf(domain.count) <= b.wholeBits;
  const ways =
    deep && !whole ? [...changeWays(b, a, found, domain), ...stepWays(b, a, found, domain)] : [];
  const [table] = found.tables;
  if (table === undefined || found.tables.length > 1) return { ways, otherwise: [] };
  ways.push(...periodWays(b, a, table, domain));
  if (!deep || whole) return { ways, otherwise: [] };
  ways.push(...blockWays(b, a, table, domain));
  return { ways, otherwise: [() => manyBlocks(b, a, table, domain)] };
};

/**
 * All tables change only at places that are congruent modulo a power of two: lower bits are removed first (after a shift that takes
 * the places to multiples), and a few remain to be looked up.
 */
function stepWays(
  b: LookupBuilder,
  a: Value,
  { tables, tableOf }: Tables,
  { first, low, count }: Domain,
): (() => Value)[] {
  const steps: number[] = [];
  for (let i = 1; i < count; i++) {
    if (tables.some((table) => table[i] !== table[i - 1])) steps.push(i);
  }
  const [start] = steps;
  if (start === undefined) return [];
  let most = bitsOf(count) - 1;
  for (const step of steps) while ((step - start) % 2 ** most !== 0) most--;
  return Array.from({ length: most }, (_, i) => low + 1 + i).map((to) => () => {
    const unit = 2 ** to;
    const up = unit - 1 - modulo(first + start * 2 ** low - 1, unit);
    const shift = narrower(a, up, up - unit);
    const { high } = cutBelow(b, b.plus(a, scalar(shift)), to, false);
    const domain = b.domainOf(high);
    // The last value of a block stands for all of them.
    const last = (i: number): number => domain.first + (i + 1) * unit - shift - 2 ** low;
    const remaining = tables.map((table) =>
      Float64Array.from({ length: domain.count }, (_, i) => {
        const at = Math.round((last(i) - first) / 2 ** low);
        return table[Math.min(Math.max(at, 0), count - 1)] ?? 0;
      }),
    );
    return b.lookUpTables(high, { tables: remaining, tableOf }, a.shape);
  });
}

/** Of two shifts, the one that leaves the value in fewer bits. */
function narrower({ bounds: { min, max } }: Value, one: number, other: number): number {
  const bits = (shift: number): number => minimalIntegerType(min + shift, max + shift).bits;
  return bits(one) <= bits(other) ? one : other;
}

/** The table depends on some lowest bits alone, if not on all: they are read as one window, if its halves add up to one number. */
function periodWays(
  b: LookupBuilder,
  a: Value,
  table: Float64Array,
  { first, low, count }: Domain,
): (() => Value)[] {
  const all = bitsOf(count);
  const ways: (() => Value)[] = [];
  for (let bits = 1; bits <= all; bits++) {
    const size = 2 ** bits;
    const entries = new Array<number | undefined>(size);
    const start = first / 2 ** low;
    const repeats = table.every((entry, i) => {
      const at = modulo(start + i, size);
      entries[at] ??= entry;
      return entries[at] === entry;
    });
    if (!repeats) continue;
    const whole = completed(entries);
    if (whole !== undefined) {
      const bounds = extremes({ shape: [table.length], data: table });
      ways.push(() => b.window(a, whole, low, bounds));
      break;
    }
    // More bits may leave entries free that make the halves add up, as in a comparison with one value.
    if (ways.length === 0 && bits < all) {
      ways.push(() =>
        narrowWindow(b, withoutBit(b, a, low, low + bits), low, bits, (value) => {
          return entries[value / 2 ** low] ?? 0;
        }),
      );
    }
  }
  return ways;
}

/** Entries that are free are chosen so that the halves add up to one number; undefined if they cannot. */
function completed(entries: readonly (number | undefined)[]): Float64Array | undefined {
  const half = entries.length / 2;
  let total: number | undefined;
  for (let i = 0; i < half; i++) {
    const [one, other] = [entries[i], entries[i + half]];
    if (one === undefined || other === undefined) continue;
    total ??= one + other;
    if (total !== one + other) return undefined;
  }
  const sum = total ?? 0;
  const whole = new Float64Array(entries.length);
  for (let i = 0; i < half; i++) {
    const one = entries[i] ?? sum - (entries[i + half] ?? 0);
    whole[i] = one;
    whole[i + half] = sum - one;
  }
  return whole;
}

/**
 * On every block of 2^k values the table is constant or a straight line of one slope, as in a rectifier: what the upper bits give,
 * and the lower bits where the upper ones let them pass.
 */
function blockWays(
  b: LookupBuilder,
  a: Value,
  table: Float64Array,
  { first, low, count }: Domain,
): (() => Value)[] {
  const ways: (() => Value)[] = [];
  for (let to = low + 2; to < low + bitsOf(count); to++) {
    const lines = blockLines(table, { first, low, count }, to);
    if (lines === undefined) break;
    const { blocks, line, slope } = lines;
    ways.push(() => {
      const { high, digits } = cutBelow(b, a, to, true);
      const base = b.lookUp(high, (value) => blocks.get(value)?.base ?? 0);
      const passes = b.lookUp(high, (value) => (blocks.get(value)?.passes ? 1 : 0));
      const steep = digits.reduce((total, digit) => {
        const unit = 2 ** b.lowOf(digit);
        // The condition takes the bit below the digit's lowest.
        const place = Math.max(1, unit / 2);
        const wide = b.scale(digit, scalar((2 * place) / unit));
        const both = b.add(wide, b.scale(passes, scalar(place)));
        const gated = (value: number): number => {
          const reads = Math.round(value / place);
          return reads % 2 === 1 ? ((reads - 1) / 2) * unit * slope : 0;
        };
        return b.add(total, b.lookUp(both, gated));
      }, base);
      return line === 0 ? steep : b.addScaled(steep, a, line);
    });
  }
  return ways;
}

/** A table as `line * x + base of the block + (slope * place in the block where it passes)`. */
interface BlockLines {
  readonly line: number;
  readonly slope: number;
  /** By the block's first value. */
  readonly blocks: ReadonlyMap<number, { readonly base: number; readonly passes: boolean }>;
}

/** The lines through the blocks of 2^to values; undefined where a block is none, or where there are more than two slopes. */
function blockLines(table: Float64Array, domain: Domain, to: number): BlockLines | undefined {
  const { first, low, count } = domain;
  const unit = 2 ** to;
  const step = 2 ** low;
  const found: { block: number; from: number; start: number; own: number | undefined }[] = [];
  const end = first + count * step;
  for (let block = Math.floor(first / unit) * unit; block < end; block += unit) {
    const from = Math.max(block, first);
    const at = (from - first) / step;
    const size = (Math.min(block + unit, end) - from) / step;
    const start = table[at] ?? 0;
    const own = size === 1 ? undefined : ((table[at + 1] ?? 0) - start) / step;
    if (!Number.isInteger(own ?? 0)) return undefined;
    for (let i = 2; i < size; i++) {
      if (table[at + i] !== start + (own ?? 0) * i * step) return undefined;
    }
    found.push({ block, from, start, own });
  }
  const slopes = [...new Set(found.flatMap(({ own }) => own ?? []))];
  const [one = 0, other = 0] = slopes.includes(0) ? [0, slopes.find((own) => own !== 0)] : slopes;
  // The line is added to the result with its noise.
  const line = Math.abs(one) <= 1 ? one : other;
  if (slopes.length > 2 || Math.abs(line) > 1) return undefined;
  const slope = (line === one ? other : one) - line;
  const blocks = new Map(
    found.map(({ block, from, start, own = line }) => [
      block,
      { base: start - line * from - (own - line) * (from - block), passes: own !== line },
    ]),
  );
  return { line, slope, blocks };
}

/** Bits of the lower part of a table that is like nothing in particular. */
const lowerBits = 8;

/**
 * Any table: the upper bits choose one table for the lower ones, each of which is looked up beside a bit that says whether it was
 * chosen. Twice the entries of the table are looked up in all, by many look-ups that run on all threads.
 */
function manyBlocks(
  b: LookupBuilder,
  a: Value,
  table: Float64Array,
  { first, low, count }: Domain,
): Value {
  const unit = 2 ** (low + lowerBits);
  const step = 2 ** low;
  const { high, digits } = cutBelow(b, a, low + lowerBits, true);
  const lower = digits.reduce((sum, digit) => b.add(sum, digit));
  const groups = new Map<string, { entries: number[]; blocks: Set<number> }>();
  for (let block = high.bounds.min; block <= high.bounds.max; block += unit) {
    const entries = Array.from({ length: unit / step }, (_, i) => {
      const at = Math.round((block - first) / step) + i;
      return table[Math.min(Math.max(at, 0), count - 1)] ?? 0;
    });
    const key = entries.join();
    const group = groups.get(key) ?? { entries, blocks: new Set() };
    group.blocks.add(block);
    groups.set(key, group);
  }
  const chosen = oneOf(
    b,
    high,
    unit,
    [...groups.values()].map(({ blocks }) => blocks),
  );
  const terms = [...groups.values()].map(({ entries }, k) => {
    const choice = chosen[k] ?? high;
    const both = b.add(b.scale(lower, scalar(2)), b.scale(choice, scalar(step)));
    return b.lookUp(both, (value) => {
      const reads = Math.round(value / step);
      return reads % 2 === 1 ? (entries[(reads - 1) / 2] ?? 0) : 0;
    });
  });
  return terms.reduce((sum, term) => b.add(sum, term));
}

/** For each set of multiples of `unit` a value that is 1 where `high` is one of them. */
function oneOf(
  b: LookupBuilder,
  high: Value,
  unit: number,
  sets: readonly ReadonlySet<number>[],
): Value[] {
  const bits = bitsOf((high.bounds.max - high.bounds.min) / unit + 1);
  const middle = b.lowOf(high) + Math.floor(bits / 2);
  if (bits < 5 || sets.length < 8) {
    return sets.map((set) => b.lookUp(high, (value) => (set.has(value) ? 1 : 0)));
  }
  // Ones for the upper and for the lower half of the bits; where both are one, their sum is two.
  const { high: upper, digits } = cutBelow(b, high, middle, true);
  const lower = digits.reduce((sum, digit) => b.add(sum, digit));
  const ones = (of: Value): ((value: number) => Value) => {
    const known = new Map<number, Value>();
    return (value) => {
      const one = known.get(value) ?? b.lookUp(of, (own) => (own === value ? 1 : 0));
      known.set(value, one);
      return one;
    };
  };
  const [isUpper, isLower] = [ones(upper), ones(lower)];
  return sets.map((set) => {
    const terms = [...set].map((value) => {
      const rest = modulo(value, 2 ** middle);
      const sum = b.add(isUpper(value - rest), isLower(rest));
      return b.lookUp(sum, (both) => (both === 2 ? 1 : 0));
    });
    // At most one of them is one.
    return b.within(
      terms.reduce((sum, term) => b.add(sum, term)),
      { min: 0, max: 1 },
    );
  });
}

function modulo(value: number, size: number): number {
  return value - Math.floor(value / size) * size;
}
