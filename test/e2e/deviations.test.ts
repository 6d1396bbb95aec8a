import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type NestedArray, toTensor } from "../../src/base/tensor.js";
import { type Encryption, fhe } from "../../src/index.js";
import type { Tracer } from "../../src/trace/tracer.js";

/** An entry of docs/deviations.md. */
interface Case {
  readonly inputs: number;
  readonly inputset: readonly (readonly NestedArray[])[];
  trace(x: Tracer, y: Tracer): Tracer | readonly Tracer[];
  /** All results, flattened. */
  plain(x: number[], y: number[]): number[];
  /** Absent: as it is cheapest. */
  readonly form?: "numbers";
  /** Of the second input; absent: encrypted. */
  readonly second?: "clear";
  /** Not run encrypted: wide look-ups take seconds. */
  readonly slow?: true;
}

const scalars = (...samples: number[][]): number[][] => samples;
const floor = Math.floor;

const cases: Readonly<Record<string, Case>> = {
  "Products of mixed sign": {
    inputs: 2,
    inputset: scalars([13, -8], [0, 7], [15, 3], [2, -1]),
    trace: (x, y) => x.mul(y),
    plain: ([x = 0], [y = 0]) => [x * y + 0],
  },
  "Negative constant results": {
    inputs: 1,
    inputset: scalars([0], [3]),
    trace: (x) => [fhe.constant(-97), x.mul(0).sub(97)],
    plain: () => [-97, -97],
  },
  "Relu of a rounded value": {
    inputs: 1,
    inputset: scalars([-8], [-3], [2], [5], [7]),
    trace: (x) => fhe.relu(fhe.roundBitPattern(x, 2)),
    plain: ([x = 0]) => [Math.max(0, floor((x + 2) / 4) * 4)],
  },
  "Sums of comparisons": {
    inputs: 2,
    inputset: scalars([7, 2], [0, 0], [4, -1]),
    trace: (x, y) => x.greater(3).add(y.greater(0)),
    plain: ([x = 0], [y = 0]) => [Number(x > 3) + Number(y > 0)],
  },
  "Rounding far from ties": {
    inputs: 1,
    // Six values an eighth of a step and less from a multiple: none may be wrong.
    inputset: [[[8, 7, 16, 23, 24, 15]], [[0, 7, 8, 15, 31, 16]], [[0, 0, 0, 31, 31, 31]]],
    trace: (x) => fhe.roundBitPattern(x.add(x), 4, true, "approximate").add(1),
    plain: (x) => x.map((value) => floor((2 * value + 8) / 16) * 16 + 1),
    form: "numbers",
  },
  "Sums over two different axes": {
    inputs: 1,
    inputset: [
      [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ],
      [
        [
          [0, 0, 1],
          [7, 0, 2],
        ],
      ],
    ],
    trace: (x) => [x.sum(0), x.sum(1)],
    plain: ([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0]) => [
      a + d,
      b + e,
      c + f,
      a + b + c,
      d + e + f,
    ],
  },
  "Large factors": {
    inputs: 1,
    inputset: scalars([0], [3], [7]),
    trace: (x) => x.mul(1000).add(x),
    plain: ([x = 0]) => [1001 * x],
  },
  "Hints below the measured width": {
    inputs: 1,
    inputset: scalars([0], [9], [15]),
    trace: (x) => fhe.square(fhe.hint(x, 2)),
    plain: ([x = 0]) => [x * x],
  },
  "Minimum of hinted values": {
    inputs: 2,
    inputset: scalars([0, 500], [511, 3], [256, 255]),
    trace: (x, y) => fhe.minimum(fhe.hint(x, 10), y),
    plain: ([x = 0], [y = 0]) => [Math.min(x, y)],
    slow: true,
  },
  "Shifts after a comparison of squares": {
    inputs: 2,
    inputset: scalars([0, 30], [31, 3], [20, 20]),
    trace: (x, y) => fhe.square(x).greater(fhe.square(y)).leftShift(3),
    plain: ([x = 0], [y = 0]) => [Number(x * x > y * y) * 8],
    slow: true,
  },
  "Bits downwards to just above the lowest": {
    inputs: 1,
    inputset: scalars([0], [5], [7], [2]),
    trace: (x) => fhe.bits(x).slice(2, 0, -1),
    plain: ([x = 0]) => [((x >> 2) & 1) + 2 * ((x >> 1) & 1)],
  },
  "Ellipsis and new axes in an index": {
    inputs: 1,
    inputset: [
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [
        [
          [0, 7],
          [5, 6],
        ],
      ],
    ],
    trace: (x) => [x.at(fhe.ellipsis, 0), x.at(fhe.newAxis, 1).sum(0)],
    plain: ([a = 0, , c = 0, d = 0]) => [a, c, c, d],
  },
  "Choices between clear outcomes": {
    inputs: 2,
    inputset: scalars([3, 1], [0, -2], [7, 4]),
    trace: (x, y) => [fhe.where(y.greater(0), 5, -2), fhe.where(x.greater(2), x, -3)],
    plain: ([x = 0], [y = 0]) => [y > 0 ? 5 : -2, x > 2 ? x : -3],
  },
  "Logical or and xor of two encrypted values": {
    inputs: 2,
    inputset: scalars([3, 1], [0, -2], [0, 0], [7, 0]),
    trace: (x, y) => [fhe.logicalOr(x, y), fhe.logicalXor(x, y), fhe.logicalAnd(x, y)],
    plain: ([x = 0], [y = 0]) => [
      Number(x !== 0 || y !== 0),
      Number((x !== 0) !== (y !== 0)),
      Number(x !== 0 && y !== 0),
    ],
  },
  "Padded convolutions": {
    inputs: 1,
    inputset: [[[[[1, 2, 3]]]], [[[[3, 0, 1]]]]],
    trace: (x) => fhe.conv(x, [[[1, 2, -1]]], null, { pads: [1, 1] }),
    plain: ([a = 0, b = 0, c = 0]) => [2 * a - b, a + 2 * b - c, b + 2 * c],
  },
  "Padded maxima of windows": {
    inputs: 1,
    inputset: [[[[[-1, -2, -3]]]], [[[[3, 0, 1]]]]],
    trace: (x) => fhe.maxPool(x, [2], { pads: [1, 0] }),
    plain: ([a = 0, b = 0, c = 0]) => [a, Math.max(a, b), Math.max(b, c)],
  },
  "Arrays of mixed sign": {
    inputs: 2,
    inputset: scalars([3, 1], [0, 2], [7, 0]),
    trace: (x, y) => fhe.array([x, y.neg(), 3]),
    plain: ([x = 0], [y = 0]) => [x, 0 - y, 3],
  },
  "Dot products of matrices": {
    inputs: 1,
    inputset: [
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      [
        [
          [0, 7],
          [5, 6],
        ],
      ],
    ],
    trace: (x) => [fhe.dot(x, [2, -1]), fhe.dot([1, 1], x)],
    plain: ([a = 0, b = 0, c = 0, d = 0]) => [2 * a - b, 2 * c - d, a + c, b + d],
  },
  "Tables on wide values of narrow range": {
    inputs: 1,
    inputset: scalars([0], [5], [15]),
    trace: (x) => fhe.univariate((v) => (v * v) % 7)(x.add(1000)),
    plain: ([x = 0]) => [((x + 1000) * (x + 1000)) % 7],
  },
  "Bits and shifts of negative values": {
    inputs: 2,
    inputset: scalars([-4, 3], [3, -1], [-1, 0], [2, 2]),
    trace: (x, y) => [x.and(y), x.xor(y), x.rightShift(1)],
    plain: ([x = 0], [y = 0]) => [x & y, x ^ y, x >> 1],
  },
  "Truncation of all bits": {
    inputs: 1,
    inputset: scalars([0], [3], [2]),
    trace: (x) => fhe.truncateBitPattern(x, 2),
    plain: () => [0],
  },
  "Quotients, remainders and powers of two encrypted values": {
    inputs: 2,
    inputset: scalars([0, 1], [7, 3], [5, 2], [6, 1]),
    trace: (x, y) => [x.floorDivide(y), x.mod(y), y.pow(x)],
    plain: ([x = 0], [y = 1]) => [floor(x / y), x % y, y ** x],
  },
  "Conditions of several bits": {
    inputs: 2,
    inputset: scalars([0, 1], [3, 3], [2, 0]),
    trace: (x, y) => fhe.where(x, y, y.add(4)),
    plain: ([x = 0], [y = 0]) => [x === 0 ? y + 4 : y],
  },
  "Values stretched by constants": {
    inputs: 1,
    inputset: scalars([0], [3], [7]),
    trace: (x) => [x.greater([3, 3, 3]), x.mul([0.5, 1.5]).astype("int64")],
    plain: ([x = 0]) => [...[0, 0, 0].fill(Number(x > 3)), floor(x * 0.5), floor(x * 1.5)],
  },
  "Slices beyond the axis": {
    inputs: 1,
    inputset: [[[1, 2, 3]], [[0, 7, 5]]],
    trace: (x) => [x.at(fhe.slice(-100, 2)), x.at(fhe.slice(1, 100))],
    plain: ([a = 0, b = 0, c = 0]) => [a, b, b, c],
  },
  "Largest of one element": {
    inputs: 1,
    inputset: [[[[1], [2]]], [[[7], [0]]]],
    trace: (x) => [x.max(1), x.at(0).max(), x.min(1, true)],
    plain: ([a = 0, b = 0]) => [a, b, a, a, b],
  },
  "Axes counted from the last in transpose": {
    inputs: 1,
    inputset: [[[[1, 2]]], [[[7, 0]]]],
    trace: (x) => fhe.transpose(x, [-1, 0]),
    plain: ([a = 0, b = 0]) => [a, b],
  },
  "One run-time position read with several widths": {
    inputs: 2,
    inputset: [
      [[1, 2, 3], 0],
      [[0, 7, 3], 1],
      [[7, 7, 7], 2],
    ],
    trace: (x, i) => [x.at(i), x.at(i).add(1)],
    plain: (x, [i = 0]) => [x[i] ?? 0, (x[i] ?? 0) + 1],
  },
  "Operations on clear parameters": {
    inputs: 2,
    inputset: scalars([0, 0], [3, 3], [2, 1], [1, 3]),
    trace: (x, y) => [
      y.mul(y).add(x),
      fhe.where(y.greater(1), x, fhe.square(y)),
      fhe.maximum(x, y).add(x.less(y)),
      x.floorDivide(y.add(1)),
    ],
    plain: ([x = 0], [y = 0]) => [
      ...[y * y + x, y > 1 ? x : y * y],
      ...[Math.max(x, y) + Number(x < y), floor(x / (y + 1))],
    ],
    second: "clear",
  },
  "Comparisons with an encrypted value and itself shifted": {
    inputs: 1,
    inputset: scalars([0], [3], [7]),
    trace: (x) => x.less(x.mul(2).sub(3)),
    plain: ([x = 0]) => [Number(x < 2 * x - 3)],
  },
  "Truth values as data": {
    inputs: 1,
    inputset: [[[0, 3]], [[2, 1]], [[3, 0]]],
    trace: (x) => [x.mul(true), fhe.where([true, false], x, 0), x.matmul([true, false])],
    plain: ([x = 0, y = 0]) => [x, y, x, 0, x],
  },
};

function flat(value: NestedArray): number[] {
  return [...toTensor(value).data];
}

test("every entry of the page has a test", () => {
  const page = readFileSync(new URL("../../../docs/deviations.md", import.meta.url), "utf8");
  const entries = [...page.matchAll(/^- \*\*(.*)\*\*/gm)].map(([, title]) => title);
  assert.deepEqual(entries, Object.keys(cases));
});

for (const [title, own] of Object.entries(cases)) {
  test(title, async () => {
    const { inputs, inputset, trace, plain, form, second = "encrypted", slow } = own;
    const names: Record<string, Encryption> =
      inputs === 1 ? { x: "encrypted" } : { x: "encrypted", y: second };
    const samples = inputs === 1 ? inputset.map(([x = 0]) => x) : inputset;
    const circuit = await fhe
      .compiler(names, (...[x, y]) => {
        if (x === undefined) throw new Error("no parameter");
        return trace(x, y ?? x);
      })
      .compile(samples, { inputForm: form ?? "auto" });
    const wanted = inputset.map(([x = 0, y = 0]) => plain(flat(x), flat(y)));
    for (const [i, sample] of inputset.entries()) {
      assert.deepEqual([circuit.simulate(...sample)].flat(9), wanted[i]);
    }
    for (const [i, sample] of inputset.slice(0, slow ? 0 : 2).entries()) {
      assert.deepEqual(
        [await circuit.encryptRunDecrypt(...sample)].flat(9),
        wanted[i],
        "encrypted",
      );
    }
    await circuit.close();
  });
}
