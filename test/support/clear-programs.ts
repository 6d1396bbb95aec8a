import fc from "fast-check";
import type { CompileOptions } from "../../src/circuit/compile-options.js";
import { type Circuit, type Encryption, fhe, VelumError } from "../../src/index.js";
import type { Sample } from "../../src/trace/inputset.js";
import type { Tracer } from "../../src/trace/tracer.js";
import { nest } from "./plain-programs.js";

/** A function of encrypted and clear vectors, written twice: for the tracer, and on plain numbers. */
export interface ClearProgram {
  readonly text: string;
  readonly parameters: Readonly<Record<string, Encryption>>;
  trace(...inputs: Tracer[]): Tracer[];
  /** Flattened results. */
  plain(inputs: readonly (readonly number[])[]): number[][];
  /** For every sample one flattened list an input. */
  readonly samples: readonly (readonly (readonly number[])[])[];
  readonly shapes: readonly (readonly number[])[];
}

/** A value in both forms, a scalar, a vector of `length` or a square matrix. */
interface Twin {
  readonly traced: Tracer | undefined;
  readonly plain: readonly number[];
  readonly shape: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly encrypted: boolean;
}

const length = 3;
/** Largest magnitude of a value that is computed with. */
const most = 60;
const table = [3, 0, 2, 7, 1, 1, 6, 4];

const draw = fc.record({
  op: fc.constantFrom(
    ...(["add", "subtract", "multiply", "dot", "where", "less", "maximum", "lookup"] as const),
    ...(["element", "combine", "divide", "concatenate", "negate", "multiply", "dot"] as const),
    ...(["place", "root", "mask", "shift", "sum", "convolve", "equal"] as const),
  ),
  picks: fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000)),
});
type Draw = typeof draw extends fc.Arbitrary<infer Item> ? Item : never;

const inputDraw = fc.record({
  shape: fc.constantFrom<readonly number[]>([], [length], [length], [length, length]),
  bits: fc.integer({ min: 1, max: 3 }),
  signed: fc.boolean(),
  seed: fc.array(fc.nat(7), { minLength: 40, maxLength: 40 }),
});

/** Random programs over one encrypted and one or two clear inputs, in any order, with one to three results. */
export function clearPrograms(steps: number): fc.Arbitrary<ClearProgram> {
  return fc
    .record({
      inputs: fc.array(inputDraw, { minLength: 2, maxLength: 3 }),
      encrypted: fc.nat(2),
      draws: fc.array(draw, { minLength: 2, maxLength: steps }),
      results: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ inputs, encrypted, draws, results }) => {
      const isEncrypted = (index: number): boolean => index === encrypted % inputs.length;
      const rangeOf = ({ bits, signed }: (typeof inputs)[number]): readonly [number, number] =>
        signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
      const evaluate = (traced: readonly Tracer[], values: readonly (readonly number[])[]) => {
        const twins = inputs.map((input, index): Twin => {
          const [low, high] = rangeOf(input);
          const own = { traced: traced[index], plain: values[index] ?? [], shape: input.shape };
          return { ...own, low, high, encrypted: isEncrypted(index) };
        });
        for (const own of draws) {
          const made = step(twins, own);
          if (made !== undefined && Math.max(-made.low, made.high) <= most) twins.push(made);
        }
        const made = twins.slice(inputs.length);
        const first = twins.filter(({ encrypted }) => encrypted).slice(0, 1);
        return made.length === 0 ? first : made.slice(-results);
      };
      const samples = Array.from({ length: 4 }, (_, sample) =>
        inputs.map((input) => {
          const [low, high] = rangeOf(input);
          const count = input.shape.reduce((product, own) => product * own, 1);
          if (sample < 2) return new Array<number>(count).fill(sample === 0 ? low : high);
          return Array.from(
            { length: count },
            (_, i) => low + ((input.seed[i + 9 * sample] ?? 0) % (high - low + 1)),
          );
        }),
      );
      return {
        text: JSON.stringify({ inputs, encrypted, draws, results }),
        parameters: Object.fromEntries(
          inputs.map((_, i) => [`x${i}`, isEncrypted(i) ? "encrypted" : "clear"] as const),
        ),
        trace: (...traced) =>
          evaluate(traced, []).flatMap(({ traced: own }) => (own === undefined ? [] : [own])),
        plain: (values) => evaluate([], values).map(({ plain }) => plain.map((own) => own + 0)),
        samples,
        shapes: inputs.map(({ shape }) => shape),
      };
    });
}

/** Elements of `twin` stretched to `shape`, by NumPy's rules. */
function at(twin: Twin, shape: readonly number[], index: number): number {
  if (twin.shape.length === 0) return twin.plain[0] ?? 0;
  return twin.plain[twin.shape.length < shape.length ? index % length : index] ?? 0;
}

/** The next value of a program; `undefined` for a draw that does not fit. */
function step(twins: readonly Twin[], { op, picks }: Draw): Twin | undefined {
  const [a, b, c] = picks.map((pick) => twins[pick % twins.length]);
  if (a === undefined || b === undefined || c === undefined) return undefined;
  const largest = (...own: readonly Twin[]): readonly number[] =>
    own.reduce<readonly number[]>(
      (shape, twin) => (twin.shape.length > shape.length ? twin.shape : shape),
      [],
    );
  const made = (
    own: readonly Twin[],
    traced: Tracer | undefined,
    fn: (...values: number[]) => number,
    bounds: readonly number[],
  ): Twin => {
    const shape = largest(...own);
    const count = shape.reduce((product, part) => product * part, 1);
    return {
      traced,
      plain: Array.from({ length: count }, (_, i) => fn(...own.map((twin) => at(twin, shape, i)))),
      shape,
      low: Math.min(...bounds),
      high: Math.max(...bounds),
      encrypted: own.some(({ encrypted }) => encrypted),
    };
  };
  const corners = (fn: (x: number, y: number) => number): number[] =>
    [a.low, a.high].flatMap((x) => [b.low, b.high].map((y) => fn(x, y)));
  const [x, y, z] = [a.traced, b.traced, c.traced];
  const bothEncrypted = a.encrypted && b.encrypted;
  switch (op) {
    case "add":
      return made(
        [a, b],
        x && y && x.add(y),
        (u = 0, v = 0) => u + v,
        corners((u, v) => u + v),
      );
    case "subtract":
      return made(
        [a, b],
        x && y && x.sub(y),
        (u = 0, v = 0) => u - v,
        corners((u, v) => u - v),
      );
    case "negate":
      return made([a], x?.neg(), (u = 0) => -u, [-a.low, -a.high]);
    case "multiply":
      if (bothEncrypted) return undefined;
      return made(
        [a, b],
        x && y && x.mul(y),
        (u = 0, v = 0) => u * v,
        corners((u, v) => u * v),
      );
    case "dot": {
      if (bothEncrypted || a.shape.length === 0 || b.shape.length === 0) return undefined;
      const rows = a.shape.length === 2 ? length : 1;
      const columns = b.shape.length === 2 ? length : 1;
      const sums = Array.from({ length: rows * columns }, (_, i) => {
        const [r, k] = [Math.floor(i / columns), i % columns];
        let sum = 0;
        for (let j = 0; j < length; j++) {
          sum += (a.plain[r * length + j] ?? 0) * (b.plain[j * columns + k] ?? 0);
        }
        return sum;
      });
      const bounds = corners((u, v) => length * u * v);
      const shape = [...(rows > 1 ? [length] : []), ...(columns > 1 ? [length] : [])];
      const own = { traced: x && y && x.matmul(y), plain: sums, shape };
      const range = { low: Math.min(0, ...bounds), high: Math.max(0, ...bounds) };
      return { ...own, ...range, encrypted: a.encrypted || b.encrypted };
    }
    case "less":
      return made([a, b], x && y && x.less(y), (u = 0, v = 0) => (u < v ? 1 : 0), [0, 1]);
    case "maximum":
      return made([a, b], x && y && fhe.maximum(x, y), (u = 0, v = 0) => Math.max(u, v), [
        ...[a.low, a.high, b.low, b.high],
      ]);
    case "where": {
      // Choices among wide encrypted values take many look-ups.
      if (c.high - c.low > 7) return undefined;
      const traced = x && y && z && fhe.where(z, x, y);
      return made([c, a, b], traced, (w = 0, u = 0, v = 0) => (w === 0 ? v : u), [
        ...[a.low, a.high, b.low, b.high],
      ]);
    }
    case "lookup":
      if (a.low < 0 || a.high >= table.length) return undefined;
      return made(
        [a],
        x && fhe.lookup(new fhe.LookupTable(table), x),
        (u = 0) => table[u] ?? 0,
        [0, 7],
      );
    case "combine": {
      if (a.high - a.low > 15 || b.high - b.low > 15) return undefined;
      const fn = (u = 0, v = 0): number => (((u * 3 + v * v) % 5) + 5) % 5;
      return made([a, b], x && y && fhe.multivariate(fn)(x, y), fn, [0, 4]);
    }
    case "divide": {
      // Quotients of two encrypted values take a look-up for each pair.
      if (b.encrypted || b.low < 0) return undefined;
      const traced = x && y && x.floorDivide(y.add(1));
      const fn = (u = 0, v = 0): number => Math.floor(u / (v + 1));
      return made([a, b], traced, fn, [a.low, a.high, 0]);
    }
    case "element": {
      if (a.shape.length !== 1 || b.shape.length !== 0 || b.low < 0 || b.high >= length) return;
      const own = { traced: x && y && x.at(y), plain: [a.plain[b.plain[0] ?? 0] ?? 0], shape: [] };
      return { ...a, ...own, encrypted: a.encrypted || b.encrypted };
    }
    case "place": {
      if (a.shape.length !== 1 || b.shape.length !== 0 || b.low < 0 || b.high >= length) return;
      if (c.shape.length !== 0) return;
      const plain = a.plain.map((own, i) => (i === b.plain[0] ? (c.plain[0] ?? 0) : own));
      const range = { low: Math.min(a.low, c.low), high: Math.max(a.high, c.high) };
      const own = { traced: x && y && z && x.set(y, z), plain, shape: a.shape, ...range };
      return { ...own, encrypted: a.encrypted || b.encrypted || c.encrypted };
    }
    case "root": {
      // Floating-point parts of several values are computed where all are clear.
      if (a.encrypted || b.encrypted || a.low < 0 || b.low < 0) return undefined;
      const traced = x && y && fhe.sqrt(x).mul(3).add(fhe.exp2(y).div(7)).astype("int64");
      const fn = (u = 0, v = 0): number => Math.trunc(Math.sqrt(u) * 3 + 2 ** v / 7);
      return made([a, b], traced, fn, [0, fn(a.high, b.high)]);
    }
    case "mask": {
      if (a.low < 0 || b.low < 0) return undefined;
      const high = Math.max(a.high, b.high);
      return made([a, b], x && y && x.and(y), (u = 0, v = 0) => u & v, [0, high]);
    }
    case "shift": {
      if (b.encrypted || a.low < 0 || b.low < 0 || b.high > 2) return undefined;
      const traced = x && y && x.leftShift(y);
      return made([a, b], traced, (u = 0, v = 0) => u * 2 ** v, [0, a.high * 2 ** b.high]);
    }
    case "equal":
      if (a.high - a.low > 31 || b.high - b.low > 31) return undefined;
      return made([a, b], x && y && x.equal(y), (u = 0, v = 0) => (u === v ? 1 : 0), [0, 1]);
    case "sum": {
      const plain = [a.plain.reduce((sum, own) => sum + own, 0)];
      const count = a.plain.length || a.shape.reduce((product, own) => product * own, 1);
      const range = { low: Math.min(0, count * a.low), high: Math.max(0, count * a.high) };
      return { ...a, traced: x?.sum(), plain, shape: [], ...range };
    }
    case "convolve": {
      if (bothEncrypted || a.shape.length !== 1 || b.shape.length !== 1) return undefined;
      const plain = [0, 1, 2].map((i) =>
        [0, 1, 2].reduce((sum, k) => sum + (a.plain[i + k - 1] ?? 0) * (b.plain[k] ?? 0), 0),
      );
      const [image, taps] = [x?.reshape(1, 1, length), y?.reshape(1, 1, length)];
      const traced = image && taps && fhe.conv(image, taps, null, { pads: [1, 1] });
      const bounds = corners((u, v) => length * u * v);
      const range = { low: Math.min(0, ...bounds), high: Math.max(0, ...bounds) };
      const own = { traced: traced?.reshape(length), plain, shape: [length], ...range };
      return { ...own, encrypted: a.encrypted || b.encrypted };
    }
    case "concatenate": {
      if (a.shape.length !== 1 || b.shape.length !== 1) return undefined;
      const joined = [...a.plain, ...b.plain].slice(1, 1 + length);
      const traced = x && y && fhe.concatenate([x, y]).at(fhe.slice(1, 1 + length));
      const range = { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
      return {
        traced,
        plain: joined,
        shape: [length],
        ...range,
        encrypted: a.encrypted || b.encrypted,
      };
    }
  }
}

/** The samples as values for the circuit. */
export function valuesOf({ samples, shapes }: ClearProgram) {
  return samples.map((sample) => sample.map((flat, i) => nest(flat, shapes[i] ?? [])));
}

/** Its circuit; undefined where it asks for more than can be computed, or for so many look-ups that they would take long. */
export async function circuitOf(
  { parameters, trace }: ClearProgram,
  inputs: Iterable<Sample>,
  options: Partial<CompileOptions> = {},
): Promise<Circuit | undefined> {
  try {
    const compiler = fhe.compiler(parameters, (...own) => trace(...own));
    const circuit = await compiler.compile(inputs, options);
    return circuit.sizes.bootstraps > 12 ? undefined : circuit;
  } catch (error) {
    const codes = ["width-too-wide", "no-parameters", "unsupported-op"];
    if (error instanceof VelumError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
