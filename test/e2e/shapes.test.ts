import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientValue } from "../../src/client/check-inputs.js";
import { fhe } from "../../src/index.js";
import type { Sample } from "../../src/trace/inputset.js";
import type { Tracer } from "../../src/trace/tracer.js";
import { runEverywhere } from "../support/run-circuit.js";

interface Case {
  readonly inputs?: readonly string[];
  readonly fn: (...tracers: Tracer[]) => Tracer | readonly Tracer[];
  /** One entry a sample, each with one value an input. */
  readonly samples: readonly (readonly ClientValue[])[];
  /** Flattened results of one sample. */
  readonly wanted: (...values: number[][]) => readonly (readonly number[])[];
  readonly program?: RegExp;
}

async function agree({ inputs = ["x"], fn, samples, wanted, program }: Case): Promise<void> {
  const names = Object.fromEntries(inputs.map((name) => [name, "encrypted"] as const));
  const inputset = samples.map(
    (sample): Sample => (sample.length === 1 ? (sample[0] ?? 0) : sample),
  );
  const circuit = await fhe.compiler(names, fn).compile(inputset, { inputForm: "numbers" });
  if (program !== undefined) assert.match(circuit.program, program);
  const flat = (value: ClientValue): number[] => [value].flat(9) as number[];
  const expected = samples.map((sample) => wanted(...sample.map(flat)));
  for (const [runtime, results] of await runEverywhere(circuit, samples)) {
    assert.deepEqual(results, expected, runtime);
  }
}

function pattern(length: number, modulus: number, factor = 7): number[] {
  return Array.from({ length }, (_, i) => (i * factor + (i >> 3)) % modulus);
}

const sumOf = (weights: readonly number[], x: readonly number[]): number =>
  x.reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0);
const weights3000 = pattern(3000, 5).map((weight) => weight - 2);
const rows = (count: number, length: number): number[][] =>
  Array.from({ length: count }, (_, row) => pattern(length, 7, row + 3).map((w) => w - 3));

test("a vector over several ciphertexts, linear", async () => {
  await agree({
    fn: (x) => x.dot(weights3000).add(17),
    samples: [[pattern(3000, 4)], [pattern(3000, 3)], [new Array<number>(3000).fill(0)]],
    wanted: (x = []) => [[sumOf(weights3000, x) + 17]],
    program: /fresh\[0\.\.[2-9]\]/,
  });
});

test("a vector over several ciphertexts, several results", async () => {
  const matrix = rows(5, 2500);
  await agree({
    fn: (x) => fhe.matmul(matrix, x),
    samples: [[pattern(2500, 4)], [pattern(2500, 2)]],
    wanted: (x = []) => [matrix.map((row) => sumOf(row, x))],
  });
});

test("a vector over several ciphertexts, with a look-up of its sum and of single numbers", async () => {
  const sparse = weights3000.map((weight, i) => (i % 500 === 499 ? weight : 0));
  const table = [5, 1, 7, 2, 0, 3, 6, 4];
  const at = (value: number): number => table.at(value) ?? Number.NaN;
  await agree({
    fn: (x) => {
      const sum = x.dot(sparse);
      return fhe.lookup(new fhe.LookupTable([...table, ...table]), sum);
    },
    samples: [[new Array<number>(3000).fill(1)], [pattern(3000, 2)]],
    wanted: (x = []) => [[at(sumOf(sparse, x))]],
    program: /extract\(linear/,
  });
});

test("many results in one response and in several", async () => {
  for (const [count, length] of [
    [3, 30],
    [64, 8],
    [65, 30],
    [150, 40],
    [7, 700],
  ] as const) {
    const matrix = rows(count, length);
    await agree({
      fn: (x) => [fhe.matmul(matrix, x).add(1), x.dot(matrix[0] ?? [])],
      samples: [[pattern(length, 4)], [pattern(length, 3, 5)]],
      wanted: (x = []) => [matrix.map((row) => sumOf(row, x) + 1), [sumOf(matrix[0] ?? [], x)]],
    });
  }
});

test("results that do not depend on the input", async () => {
  await agree({
    fn: (x) => [x.mul(0).add(5), x.mul([0, 1, 0])],
    samples: [[[1, 2, 3]], [[0, 0, 0]]],
    wanted: (x = []) => [
      [5, 5, 5],
      [0, x[1] ?? 0, 0],
    ],
  });
  await agree({
    fn: (x) => fhe.lookup(new fhe.LookupTable([3, 1]), x.mul(0)).add(x.mul(0)),
    samples: [[[1, 0]], [[0, 1]]],
    wanted: () => [[3, 3]],
  });
});

test("the input itself as a result, alone and beside a look-up of it", async () => {
  await agree({ fn: (x) => x, samples: [[[1, -2, 3]]], wanted: (x = []) => [x] });
  await agree({ fn: (x) => [x, x], samples: [[5], [0]], wanted: (x = []) => [x, x] });
  const square = new fhe.LookupTable([0, 1, 4, 9, 16, 25, 36, 49]);
  await agree({
    fn: (x) => [x, square.apply(x), square.apply(x).sub(x)],
    samples: [[[0, 7, 3]], [[1, 2, 5]]],
    wanted: (x = []) => [x, x.map((v) => v * v), x.map((v) => v * v - v)],
  });
});

test("inputs of different widths, direct, combined and looked up", async () => {
  const parity = new fhe.LookupTable(Array.from({ length: 32 }, (_, i) => i & 1));
  await agree({
    inputs: ["x", "y"],
    fn: (x, y) => {
      if (x === undefined || y === undefined) throw new Error("two inputs");
      return [parity.apply(x), y.mul(2).sub(1), parity.apply(x).add(y)];
    },
    samples: [
      [
        [31, 0],
        [1, -1],
      ],
      [
        [16, 5],
        [0, 1],
      ],
      [
        [1, 30],
        [-2, -2],
      ],
    ],
    wanted: (x = [], y = []) => [
      x.map((v) => v & 1),
      y.map((v) => 2 * v - 1),
      x.map((v, i) => (v & 1) + (y[i] ?? 0)),
    ],
  });
  await agree({
    inputs: ["x", "y"],
    fn: (x, y) => (x && y ? [x.add(y), y.mul(3)] : []),
    samples: [
      [1000, -3],
      [0, 3],
    ],
    wanted: ([x = 0] = [], [y = 0] = []) => [[x + y], [3 * y]],
  });
});

test("look-ups in a chain, each element with a table of its own", async () => {
  const tables = [
    [1, 2, 3, 0],
    [3, 2, 1, 0],
    [0, 0, 1, 1],
  ];
  const signed = new fhe.LookupTable([0, 1, -1, -2]);
  const own = new fhe.LookupTable(fhe.tablesPerElement([3], tables));
  const at = (value: number): number => [0, 1, -1, -2].at(value) ?? Number.NaN;
  await agree({
    fn: (x) => own.apply(signed.apply(own.apply(x)).add(2)),
    samples: [[[0, 1, 2]], [[3, 3, 3]], [[2, 0, 1]]],
    wanted: (x = []) => [x.map((v, i) => tables[i]?.[at(tables[i]?.[v] ?? 0) + 2] ?? Number.NaN)],
  });
});

test("look-ups of 1 to 8 bits, signed and unsigned", async () => {
  for (const bits of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const size = 2 ** bits;
    const entries = pattern(size, Math.min(size, 32), 11);
    for (const signed of bits === 4 ? [false, true] : [bits % 2 === 0]) {
      const low = signed ? -size / 2 : 0;
      const values = [low, low + size - 1, 0, Math.floor(low + size / 3)];
      await agree({
        // A table of two entries is a straight line, for which nothing is looked up unless asked for.
        fn: (x) => {
          const found = fhe.lookup(new fhe.LookupTable(entries), x);
          return bits === 1 ? fhe.refresh(found) : found;
        },
        samples: [[values]],
        wanted: (x = []) => [x.map((v) => entries.at(v) ?? Number.NaN)],
        program: new RegExp(`bits=${bits},`),
      });
    }
  }
});

test("weights beyond 32 bits are exact", async () => {
  for (const weight of [2 ** 16, 2 ** 20, 2 ** 33, -(2 ** 33) - 1]) {
    const product = fhe.compiler({ x: "encrypted" }, (x) => x.mul(weight));
    const circuit = await product.compile([0, 1]);
    for (const results of (await runEverywhere(circuit, [[1], [0]])).values()) {
      assert.deepEqual(results, [[[weight]], [[0]]]);
    }
  }
});
