import fc from "fast-check";
import type { NestedArray } from "../../src/base/tensor.js";
import { fhe } from "../../src/index.js";
import { tablesPerElement } from "../../src/trace/lookup-table.js";
import type { Tracer } from "../../src/trace/tracer.js";

/** A function written twice: for the tracer, and on plain arrays, without any code of the compiler. */
export interface PlainProgram {
  readonly text: string;
  readonly names: Readonly<Record<string, "encrypted">>;
  trace(...inputs: Tracer[]): Tracer[];
  /** Flattened results. */
  plain(inputs: readonly (readonly number[])[]): number[][];
  /** For every sample one flattened list an input. */
  readonly samples: readonly (readonly (readonly number[])[])[];
  readonly shapes: readonly (readonly number[])[];
}

export interface PlainLimits {
  /** Widest input, bits. */
  readonly inputBits: number;
  /** Widest argument of a look-up, bits; 0 for programs without look-ups. */
  readonly lookupBits: number;
  readonly steps: number;
  readonly samples: number;
}

/** A value of a program in both forms; its elements stay within `low` and `high`. */
interface Twin {
  readonly traced: Tracer | undefined;
  readonly plain: readonly number[];
  readonly shape: readonly number[];
  readonly low: number;
  readonly high: number;
}

const draw = fc.record({
  op: fc.constantFrom("add", "subtract", "negate", "scale", "multiply", "matmul", "dot", "shift"),
  lookup: fc.integer({ min: 0, max: 1 }),
  first: fc.nat(1000),
  second: fc.nat(1000),
  seed: fc.integer(),
  tableBits: fc.integer({ min: 1, max: 6 }),
  perElement: fc.boolean(),
  signed: fc.boolean(),
});
type Draw = typeof draw extends fc.Arbitrary<infer Item> ? Item : never;

const inputDraw = (bits: number) =>
  fc.record({
    shape: fc.constantFrom<readonly number[]>([], [1], [3], [5], [2, 3], [3, 3]),
    bits: fc.integer({ min: 1, max: bits }),
    signed: fc.boolean(),
    seed: fc.integer(),
  });

/** Random programs over one or two encrypted inputs with one to three results. */
export function plainPrograms(limits: PlainLimits): fc.Arbitrary<PlainProgram> {
  return fc
    .record({
      inputs: fc.array(inputDraw(limits.inputBits), { minLength: 1, maxLength: 2 }),
      draws: fc.array(draw, { minLength: 1, maxLength: limits.steps }),
      results: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ inputs, draws, results }) => {
      const evaluate = (
        traced: readonly Tracer[],
        values: readonly (readonly number[])[],
      ): Twin[] => {
        const twins = inputs.map(
          ({ shape, bits, signed }, index): Twin => ({
            traced: traced[index],
            plain: values[index] ?? [],
            shape,
            low: signed ? -(2 ** (bits - 1)) : 0,
            high: signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1,
          }),
        );
        for (const own of draws) {
          const made = step(twins, own, limits);
          if (made !== undefined) twins.push(made);
        }
        const made = twins.slice(inputs.length);
        return made.length === 0 ? twins.slice(0, 1) : made.slice(-results);
      };
      const samples = Array.from({ length: limits.samples }, (_, sample) =>
        inputs.map(({ shape, bits, signed, seed }) => {
          const low = signed ? -(2 ** (bits - 1)) : 0;
          const next = numbers(seed + sample);
          const pick = (): number => low + Math.floor(next() * 2 ** bits);
          const values = Array.from({ length: size(shape) }, pick);
          if (sample === 0) values.fill(low);
          if (sample === 1) values.fill(low + 2 ** bits - 1);
          return values;
        }),
      );
      return {
        text: JSON.stringify({ inputs, draws, results }),
        names: Object.fromEntries(inputs.map((_, i) => [`x${i}`, "encrypted"] as const)),
        trace: (...traced) =>
          evaluate(traced, []).flatMap(({ traced: own }) => (own === undefined ? [] : [own])),
        plain: (values) => evaluate([], values).map(({ plain }) => [...plain]),
        samples,
        shapes: inputs.map(({ shape }) => shape),
      };
    });
}

/** The next value of a program; `undefined` for a draw that does not fit. */
function step(twins: readonly Twin[], own: Draw, limits: PlainLimits): Twin | undefined {
  const a = twins[own.first % twins.length];
  const b = twins[own.second % twins.length];
  if (a === undefined || b === undefined) return undefined;
  if (limits.lookupBits > 0 && own.lookup === 0) return lookup(a, own, limits.lookupBits);
  const next = numbers(own.seed);
  const weight = (): number => Math.floor(next() * 7) - 3;
  const weights = (count: number): number[] => Array.from({ length: count }, weight);
  const { shape, plain } = a;
  const made = (traced: Tracer | undefined, values: readonly number[], factor: number): Twin => ({
    traced,
    plain: values,
    shape,
    low: Math.min(factor * a.low, factor * a.high),
    high: Math.max(factor * a.low, factor * a.high),
  });
  const reach = Math.max(Math.abs(a.low), Math.abs(a.high));
  if (reach > 2 ** 14) return undefined;
  switch (own.op) {
    case "add":
    case "subtract": {
      if (b.shape.join() !== shape.join()) return undefined;
      const sign = own.op === "add" ? 1 : -1;
      const bounds = [sign * b.low, sign * b.high];
      const traced =
        b.traced && (own.op === "add" ? a.traced?.add(b.traced) : a.traced?.sub(b.traced));
      return {
        traced,
        plain: plain.map((value, i) => value + sign * (b.plain[i] ?? 0)),
        shape,
        low: a.low + Math.min(...bounds),
        high: a.high + Math.max(...bounds),
      };
    }
    case "negate":
      return made(
        a.traced?.neg(),
        plain.map((value) => 0 - value),
        -1,
      );
    case "scale": {
      const factor = weight();
      return made(
        a.traced?.mul(factor),
        plain.map((value) => value * factor + 0),
        factor,
      );
    }
    case "shift": {
      const constants = weights(size(shape));
      return {
        traced: a.traced?.add(nest(constants, shape)),
        plain: plain.map((value, i) => value + (constants[i] ?? 0)),
        shape,
        low: a.low - 3,
        high: a.high + 3,
      };
    }
    case "multiply": {
      const factors = weights(size(shape));
      return {
        traced: a.traced?.mul(nest(factors, shape)),
        plain: plain.map((value, i) => value * (factors[i] ?? 0) + 0),
        shape,
        low: -3 * reach,
        high: 3 * reach,
      };
    }
    case "dot": {
      if (shape.length !== 1) return undefined;
      const vector = weights(shape[0] ?? 0);
      const bound = 3 * reach * vector.length;
      const sum = plain.reduce((total, value, i) => total + value * (vector[i] ?? 0), 0);
      return { traced: a.traced?.dot(vector), plain: [sum], shape: [], low: -bound, high: bound };
    }
    case "matmul": {
      const [rows] = shape;
      if (rows === undefined) return undefined;
      const out = 1 + (Math.abs(own.seed) % 4);
      const columns = shape[1] ?? 1;
      const matrix = Array.from({ length: out }, () => weights(rows));
      const values = matrix.flatMap((row) =>
        Array.from({ length: columns }, (_, c) =>
          row.reduce((sum, own, r) => sum + own * (plain[r * columns + c] ?? 0), 0),
        ),
      );
      const bound = 3 * reach * rows;
      return {
        traced: a.traced && fhe.matmul(matrix, a.traced),
        plain: values,
        shape: [out, ...shape.slice(1)],
        low: -bound,
        high: bound,
      };
    }
  }
}

function lookup(a: Twin, own: Draw, lookupBits: number): Twin | undefined {
  const signed = a.low < 0;
  const bits = signed
    ? 1 + Math.ceil(Math.log2(Math.max(-a.low, a.high + 1)))
    : Math.max(1, Math.ceil(Math.log2(a.high + 1)));
  if (bits > lookupBits) return undefined;
  const next = numbers(own.seed);
  const low = own.signed ? -(2 ** (own.tableBits - 1)) : 0;
  const table = (): number[] =>
    Array.from({ length: 2 ** bits }, () => low + Math.floor(next() * 2 ** own.tableBits));
  const count = size(a.shape);
  const tables = Array.from({ length: own.perElement ? count : 1 }, table);
  const entry = (value: number, element: number): number => {
    const entries = tables[own.perElement ? element : 0] ?? [];
    return entries[value < 0 ? entries.length + value : value] ?? Number.NaN;
  };
  const made = own.perElement
    ? new fhe.LookupTable(tablesPerElement(a.shape, tables))
    : new fhe.LookupTable(tables[0] ?? []);
  return {
    traced: a.traced && made.apply(a.traced),
    plain: a.plain.map(entry),
    shape: a.shape,
    low,
    high: low + 2 ** own.tableBits - 1,
  };
}

/** A repeatable stream of numbers in [0, 1) (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Flat numbers as nested arrays of `shape`. */
export function nest(flat: readonly number[], shape: readonly number[]): NestedArray {
  if (shape.length === 0) return flat[0] ?? 0;
  const [length = 0, ...rest] = shape;
  const part = size(rest);
  return Array.from({ length }, (_, i) => nest(flat.slice(i * part, (i + 1) * part), rest));
}
