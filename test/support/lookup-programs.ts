import fc from "fast-check";
import type { NestedArray } from "../../src/base/tensor.js";
import { fhe } from "../../src/index.js";
import type { Operand, Tracer } from "../../src/trace/tracer.js";

/** An operation for the tracer, and on plain numbers without any code of the compiler. */
interface TwinOp {
  readonly name: string;
  trace(a: Tracer, b: Operand): Tracer;
  plain(a: number, b: number): number;
  /** Values of the second operand that the operation takes; absent for all. */
  readonly second?: (b: number) => boolean;
}

const floor = Math.floor;

/** Operations on two operands of which the second may be a constant. */
export const twinOps: readonly TwinOp[] = [
  { name: "add", trace: (a, b) => a.add(b), plain: (a, b) => a + b },
  { name: "sub", trace: (a, b) => a.sub(b), plain: (a, b) => a - b },
  { name: "mul", trace: (a, b) => a.mul(b), plain: (a, b) => a * b },
  { name: "maximum", trace: fhe.maximum, plain: Math.max },
  { name: "minimum", trace: fhe.minimum, plain: Math.min },
  { name: "equal", trace: (a, b) => a.equal(b), plain: (a, b) => Number(a === b) },
  { name: "notEqual", trace: (a, b) => a.notEqual(b), plain: (a, b) => Number(a !== b) },
  { name: "less", trace: (a, b) => a.less(b), plain: (a, b) => Number(a < b) },
  { name: "lessEqual", trace: (a, b) => a.lessEqual(b), plain: (a, b) => Number(a <= b) },
  { name: "greater", trace: (a, b) => a.greater(b), plain: (a, b) => Number(a > b) },
  { name: "greaterEqual", trace: (a, b) => a.greaterEqual(b), plain: (a, b) => Number(a >= b) },
  { name: "and", trace: (a, b) => a.and(b), plain: (a, b) => a & b },
  { name: "or", trace: (a, b) => a.or(b), plain: (a, b) => a | b },
  { name: "xor", trace: (a, b) => a.xor(b), plain: (a, b) => a ^ b },
  { name: "logicalAnd", trace: fhe.logicalAnd, plain: (a, b) => Number(a !== 0 && b !== 0) },
  { name: "logicalXor", trace: fhe.logicalXor, plain: (a, b) => Number((a !== 0) !== (b !== 0)) },
  {
    name: "floorDivide",
    trace: (a, b) => a.floorDivide(b),
    plain: (a, b) => floor(a / b),
    second: (b) => b !== 0,
  },
  {
    name: "mod",
    trace: (a, b) => a.mod(b),
    plain: (a, b) => a - b * floor(a / b),
    second: (b) => b !== 0,
  },
  {
    name: "leftShift",
    trace: (a, b) => a.leftShift(b),
    plain: (a, b) => a * 2 ** b,
    second: (b) => b >= 0 && b <= 3,
  },
  {
    name: "rightShift",
    trace: (a, b) => a.rightShift(b),
    plain: (a, b) => floor(a / 2 ** b),
    second: (b) => b >= 0 && b <= 3,
  },
  {
    name: "where",
    trace: (a, b) => fhe.where(a.greater(0), b, a.neg()),
    plain: (a, b) => (a > 0 ? b : -a),
  },
  {
    name: "multivariate",
    trace: (a, b) => fhe.multivariate((u = 0, v = 0) => ((u * 3 + v * 5) & 7) - 2)(a, b),
    plain: (a, b) => ((a * 3 + b * 5) & 7) - 2,
  },
  { name: "abs", trace: (a) => a.abs(), plain: (a) => (a < 0 ? -a : a) },
  { name: "sign", trace: (a) => fhe.sign(a), plain: (a) => (a > 0 ? 1 : a < 0 ? -1 : 0) },
  { name: "relu", trace: (a) => fhe.relu(a), plain: (a) => Math.max(a, 0) },
  { name: "clip", trace: (a) => a.clip(-2, 5), plain: (a) => Math.max(Math.min(a, 5), -2) },
  { name: "square", trace: (a) => fhe.square(a), plain: (a) => a * a },
  { name: "bits", trace: (a) => fhe.bits(a).slice(1, 3), plain: (a) => (a >> 1) & 3 },
  {
    name: "round",
    trace: (a) => fhe.roundBitPattern(a, 2),
    plain: (a) => floor((a + 2) / 4) * 4,
  },
  { name: "truncate", trace: (a) => fhe.truncateBitPattern(a, 2), plain: (a) => floor(a / 4) * 4 },
  { name: "refresh", trace: (a) => fhe.refresh(a), plain: (a) => a },
  {
    name: "floats",
    trace: (a) => fhe.sqrt(a.abs().mul(2.5)).add(0.25).astype("int64"),
    plain: (a) => Math.trunc(Math.sqrt(Math.abs(a) * 2.5) + 0.25),
  },
  {
    name: "fused",
    trace: (a) =>
      fhe
        .floor(fhe.tanh(a.div(4)).mul(5))
        .astype("int64")
        .add(a),
    plain: (a) => floor(Math.tanh(a / 4) * 5) + a,
  },
];

export interface LookupProgram {
  readonly text: string;
  readonly names: Readonly<Record<string, "encrypted">>;
  trace(...inputs: Tracer[]): Tracer[];
  readonly inputset: readonly (readonly NestedArray[])[];
  /** Flattened results, for each sample. */
  readonly results: readonly (readonly (readonly number[])[])[];
}

const draw = fc.record({
  op: fc.nat(twinOps.length - 1),
  first: fc.nat(100),
  second: fc.nat(100),
  constant: fc.option(fc.integer({ min: -4, max: 6 }), { nil: undefined }),
});

/** Random programs over two encrypted inputs of up to `inputBits` bits; no value needs more than `valueBits` bits. */
export function lookupPrograms(
  inputBits: number,
  valueBits: number,
  steps: number,
): fc.Arbitrary<LookupProgram> {
  const number = fc
    .tuple(fc.nat(2 ** inputBits - 1), fc.boolean())
    .map(([value, signed]) => (signed ? value - 2 ** (inputBits - 1) : value));
  const vector = fc.array(number, { minLength: 3, maxLength: 3 });
  return fc
    .record({
      samples: fc.array(fc.tuple(vector, number), { minLength: 3, maxLength: 3 }),
      draws: fc.array(draw, { minLength: 1, maxLength: steps }),
    })
    .map(({ samples, draws }) => {
      // For each value its elements on all samples: x is a vector, y a scalar.
      const values: (readonly (readonly number[])[])[] = [
        samples.map(([x]) => x),
        samples.map(([, y]) => [y]),
      ];
      const chosen: { op: TwinOp; a: number; b: number | undefined; constant: number }[] = [];
      for (const { op: index, first, second, constant } of draws) {
        const op = twinOps[index];
        const a = first % values.length;
        const b = constant === undefined ? second % values.length : undefined;
        const left = values[a];
        const right = b === undefined ? samples.map(() => [constant ?? 0]) : values[b];
        if (op === undefined || left === undefined || right === undefined) continue;
        if (op.second && !right.flat().every(op.second)) continue;
        const results = left.map((own, sample) => {
          const other = right[sample] ?? [];
          return Array.from({ length: Math.max(own.length, other.length) }, (_, i) => {
            const u = own[i % own.length] ?? 0;
            return op.plain(u, other[i % other.length] ?? 0) + 0;
          });
        });
        if (Math.max(...results.flat().map(Math.abs)) >= 2 ** (valueBits - 1)) continue;
        // Operations of one operand keep its shape.
        const shape = op.plain.length === 1 ? left.map((own) => own.length) : undefined;
        values.push(shape ? results.map((own, s) => own.slice(0, shape[s])) : results);
        chosen.push({ op, a, b, constant: constant ?? 0 });
      }
      const last = Math.max(2, values.length - 3);
      return {
        text: chosen
          .map(({ op, a, b, constant }) => `${op.name}(${a}, ${b ?? `const ${constant}`})`)
          .join("; "),
        names: { x: "encrypted", y: "encrypted" },
        trace: (...inputs) => {
          const traced = [...inputs];
          for (const { op, a, b, constant } of chosen) {
            const left = traced[a];
            const right = b === undefined ? constant : traced[b];
            if (left === undefined || right === undefined) throw new Error("no such value");
            traced.push(op.trace(left, right));
          }
          return traced.length > 2 ? traced.slice(last) : traced;
        },
        inputset: samples.map(([x, y]) => [x, y]),
        results: samples.map((_, sample) =>
          (values.length > 2 ? values.slice(last) : values).map((own) => own[sample] ?? []),
        ),
      };
    });
}
