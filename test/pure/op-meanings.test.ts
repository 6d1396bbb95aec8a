import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VelumError } from "../../src/base/error.js";
import { type Shape, scalar, sizeOf, type Tensor, toTensor } from "../../src/base/tensor.js";
import type { Attributes } from "../../src/graph/node.js";
import type { Interval } from "../../src/op-spec/interval.js";
import type { LinearOperand } from "../../src/op-spec/spec.js";
import { allOps, opSpec } from "../../src/ops/registry.js";
import { evaluateMap } from "../../src/program/affine.js";

/** Element at `index` of a tensor that broadcasts: axes align at the end and length 1 stretches. */
function at(tensor: Tensor, index: readonly number[]): number {
  const own = tensor.shape.length === 0 ? [] : index.slice(-tensor.shape.length);
  let position = 0;
  own.forEach((i, axis) => {
    const length = tensor.shape[axis] ?? 1;
    position = position * length + (length === 1 ? 0 : i);
  });
  return tensor.data[position] ?? Number.NaN;
}

/** All multi-indices of `shape`, row-major. */
function indicesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (all, length) =>
      all.flatMap((index) => Array.from({ length }, (_, position) => [...index, position])),
    [[]],
  );
}

const path = "op";
const none: Attributes = {};

function tensorOf(shape: Shape, low = -20, high = 20): fc.Arbitrary<Tensor> {
  return fc
    .array(fc.integer({ min: low, max: high }), {
      minLength: sizeOf(shape),
      maxLength: sizeOf(shape),
    })
    .map((items) => ({ shape, data: Float64Array.from(items) }));
}

/** Two shapes that broadcast: parts of one shape with some axes set to 1. */
const broadcastPair = fc
  .array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 })
  .chain((shape) => {
    const part = fc
      .tuple(
        fc.integer({ min: 0, max: shape.length }),
        fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
      )
      .map(([dropped, ones]) => shape.map((n, i) => (ones[i] ? 1 : n)).slice(dropped));
    return fc.tuple(part, part);
  })
  .chain(([a, b]) => fc.tuple(tensorOf(a), tensorOf(b)));

const elementwise: Readonly<Record<string, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  subtract: (x, y) => x - y,
  multiply: (x, y) => x * y,
};

for (const [name, meaning] of Object.entries(elementwise)) {
  test(`${name} broadcasts and combines element by element`, () => {
    fc.assert(
      fc.property(broadcastPair, ([a, b]) => {
        const axes = Math.max(a.shape.length, b.shape.length);
        const shape = Array.from({ length: axes }, (_, i) => {
          const left = a.shape[a.shape.length - axes + i] ?? 1;
          const right = b.shape[b.shape.length - axes + i] ?? 1;
          return Math.max(left, right);
        });
        const result = opSpec(name).evaluate(none, [a, b], path);
        assert.deepEqual(result.shape, shape);
        assert.deepEqual(opSpec(name).shape(none, [a.shape, b.shape], path), shape);
        const expected = indicesOf(shape).map((index) => meaning(at(a, index), at(b, index)) + 0);
        assert.deepEqual([...result.data], expected);
      }),
    );
  });
}

test("negative changes every sign and leaves zero", () => {
  const result = opSpec("negative").evaluate(
    none,
    [
      toTensor([
        [1, 0],
        [-3, 4],
      ]),
    ],
    path,
  );
  assert.deepEqual(
    result,
    toTensor([
      [-1, 0],
      [3, -4],
    ]),
  );
});

interface MatrixCase {
  readonly a: Tensor;
  readonly b: Tensor;
}

const matrixCase: fc.Arbitrary<MatrixCase> = fc
  .record({
    rows: fc.integer({ min: 1, max: 3 }),
    inner: fc.integer({ min: 1, max: 4 }),
    columns: fc.integer({ min: 1, max: 3 }),
    left: fc.constantFrom<Shape>([], [2], [1], [3, 2], [3, 1]),
    right: fc.constantFrom<Shape>([], [2], [1], [3, 2], [1, 2]),
    leftVector: fc.boolean(),
    rightVector: fc.boolean(),
  })
  .chain((c) =>
    fc.record({
      a: tensorOf(c.leftVector ? [c.inner] : [...c.left, c.rows, c.inner]),
      b: tensorOf(c.rightVector ? [c.inner] : [...c.right, c.inner, c.columns]),
    }),
  );

test("matmul is the sum over the inner axis, with batches and vectors", () => {
  fc.assert(
    fc.property(matrixCase, ({ a, b }) => {
      const left = a.shape.length === 1 ? { ...a, shape: [1, ...a.shape] } : a;
      const right = b.shape.length === 1 ? { ...b, shape: [...b.shape, 1] } : b;
      const inner = a.shape[a.shape.length - 1] ?? 0;
      const batch = opSpec("add").shape(
        none,
        [left.shape.slice(0, -2), right.shape.slice(0, -2)],
        path,
      );
      const rows = left.shape[left.shape.length - 2] ?? 1;
      const columns = right.shape[right.shape.length - 1] ?? 1;
      const expected = indicesOf([...batch, rows, columns]).map((index) => {
        const [row, column] = index.slice(-2);
        const lead = index.slice(0, -2);
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          sum += at(left, [...lead, row ?? 0, k]) * at(right, [...lead, k, column ?? 0]);
        }
        return sum + 0;
      });
      const result = opSpec("matmul").evaluate(none, [a, b], path);
      assert.deepEqual([...result.data], expected);
      const shape = [
        ...batch,
        ...(a.shape.length === 1 ? [] : [rows]),
        ...(b.shape.length === 1 ? [] : [columns]),
      ];
      assert.deepEqual(result.shape, shape);
    }),
  );
});

test("dot: scalars multiply, vectors and matrices contract, more axes pair up", () => {
  const dot = (a: Tensor, b: Tensor): Tensor => opSpec("dot").evaluate(none, [a, b], path);
  assert.deepEqual(dot(scalar(3), toTensor([1, -2])), toTensor([3, -6]));
  assert.deepEqual(dot(toTensor([1, 2, 3]), toTensor([4, 5, 6])), toTensor(32));
  assert.deepEqual(
    dot(
      toTensor([1, 2]),
      toTensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ),
    toTensor([9, 12, 15]),
  );
  assert.deepEqual(
    dot(
      toTensor([
        [1, 2],
        [3, 4],
      ]),
      toTensor([1, -1]),
    ),
    toTensor([-1, -1]),
  );
  const cube: Tensor = { shape: [2, 2, 2], data: Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8]) };
  const result = dot(toTensor([[1, 10]]), cube);
  assert.deepEqual(result.shape, [1, 2, 2]);
  assert.deepEqual([...result.data], [31, 42, 75, 86]);
});

test("tlu indexes like Python", () => {
  const table = { table: toTensor([5, 6, 7]) };
  const look = (x: number): number | undefined =>
    opSpec("tlu").evaluate(table, [scalar(x)], path).data[0];
  assert.deepEqual([0, 1, 2, -1, -2, -3].map(look), [5, 6, 7, 7, 6, 5]);
  for (const x of [3, -4]) {
    assert.throws(() => look(x), {
      code: "out-of-range",
      message: `op: index ${x} lies outside a table of 3 entries. Give the table an entry for every value that its input can take`,
    });
  }
});

for (const [name, a, b, problem] of [
  ["add", [2], [3], "shapes (2,) and (3,) do not broadcast (lengths 2 and 3)"],
  ["subtract", [2, 3], [2, 1, 2], "shapes (2, 3) and (2, 1, 2) do not broadcast (lengths 3 and 2)"],
  ["multiply", [4], [5], "shapes (4,) and (5,) do not broadcast (lengths 4 and 5)"],
  ["matmul", [], [2], "shapes () and (2,) do not fit: a scalar is no matrix"],
  ["matmul", [2], [3], "shapes (2,) and (3,) do not fit: rows of 2 meet columns of 3"],
  ["matmul", [2, 2, 3], [3, 3, 2], "shapes (2,) and (3,) do not broadcast (lengths 2 and 3)"],
  ["dot", [2], [3, 2], "shapes (2,) and (3, 2) do not fit: rows of 2 meet columns of 3"],
] as const) {
  test(`${name} refuses shapes (${a}) and (${b})`, () => {
    assert.throws(
      () => opSpec(name).shape(none, [a, b], path),
      (error) =>
        error instanceof VelumError &&
        error.code === "bad-shape" &&
        error.message.startsWith(`op: ${problem}. `),
    );
  });
}

test("results beyond 2^53 are refused, also inside a sum that cancels", () => {
  const huge = toTensor([2 ** 52, 2 ** 52]);
  assert.throws(() => opSpec("add").evaluate(none, [huge, huge], path), { code: "out-of-range" });
  const opposite = toTensor([4, -4]);
  assert.throws(() => opSpec("dot").evaluate(none, [huge, opposite], path), {
    code: "out-of-range",
    limit: Number.MAX_SAFE_INTEGER,
  });
  assert.throws(() => opSpec("add").evaluate(none, [toTensor(Number.NaN), scalar(1)], path), {
    code: "not-a-number",
  });
});

/** Every binary operation with operands that fit. */
const binaryCase = fc.oneof(
  fc.tuple(fc.constantFrom("add", "subtract", "multiply"), broadcastPair),
  fc.tuple(
    fc.constant("matmul"),
    matrixCase.map(({ a, b }): [Tensor, Tensor] => [a, b]),
  ),
  fc.tuple(
    fc.constant("dot"),
    fc
      .integer({ min: 1, max: 5 })
      .chain((n) => fc.tuple(tensorOf([n]), fc.oneof(tensorOf([n]), tensorOf([n, 2])))),
  ),
);

function encrypted(tensor: Tensor): LinearOperand {
  return { kind: "encrypted", shape: tensor.shape };
}

function clear(value: Tensor): LinearOperand {
  return { kind: "clear", value };
}

test("affine forms compute what the operations mean", () => {
  fc.assert(
    fc.property(binaryCase, ([name, [a, b]]) => {
      const spec = opSpec(name);
      const expected = [...spec.evaluate(none, [a, b], path).data];
      const forms: readonly [LinearOperand[], number[]][] = [
        [[encrypted(a), clear(b)], [...a.data]],
        [[clear(a), encrypted(b)], [...b.data]],
        [
          [encrypted(a), encrypted(b)],
          [...a.data, ...b.data],
        ],
      ];
      for (const [operands, values] of forms) {
        const map = spec.affine(none, operands);
        const product = name !== "add" && name !== "subtract";
        if (product && operands.every((operand) => operand.kind === "encrypted")) {
          assert.equal(map, undefined);
          continue;
        }
        assert.ok(map);
        assert.equal(map.inputs, values.length);
        assert.deepEqual(
          [...evaluateMap(map, values)].map((value) => value + 0),
          expected,
        );
      }
    }),
  );
});

/** A tensor with bounds around it. */
function around(tensor: Tensor, widths: readonly number[]): Interval {
  const shifted = (sign: number): Tensor => ({
    shape: tensor.shape,
    data: tensor.data.map((value, i) => value + sign * (widths[i % widths.length] ?? 0)),
  });
  return { low: shifted(-1), high: shifted(1) };
}

test("ranges hold for every value within the operands' ranges, and are reached by a corner", () => {
  const widths = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(binaryCase, widths, widths, ([name, [a, b]], left, right) => {
      const spec = opSpec(name);
      const { low, high } = spec.range(none, [around(a, left), around(b, right)], path);
      const result = spec.evaluate(none, [a, b], path);
      assert.deepEqual(low.shape, result.shape);
      result.data.forEach((value, i) => {
        assert.ok((low.data[i] ?? 0) <= value && value <= (high.data[i] ?? 0));
      });
      const exact = spec.range(none, [around(a, [0]), around(b, [0])], path);
      assert.deepEqual(exact.low, result);
      assert.deepEqual(exact.high, result);
    }),
  );
});

test("the range of a sum, a difference, a product and a look-up", () => {
  const x: Interval = { low: toTensor([-2]), high: toTensor([3]) };
  const y: Interval = { low: toTensor([-4]), high: toTensor([1]) };
  const range = (name: string, operands: Interval[], attributes = none): (number | undefined)[] => {
    const { low, high } = opSpec(name).range(attributes, operands, path);
    return [low.data[0], high.data[0]];
  };
  assert.deepEqual(range("add", [x, y]), [-6, 4]);
  assert.deepEqual(range("subtract", [x, y]), [-3, 7]);
  assert.deepEqual(range("multiply", [x, y]), [-12, 8]);
  assert.deepEqual(range("negative", [x]), [-3, 2]);
  const table = { table: toTensor([9, 1, 2, 3, 100, 5, 4]) };
  assert.deepEqual(range("tlu", [x], table), [1, 9]);
  assert.throws(() => range("tlu", [{ low: toTensor([0]), high: toTensor([7]) }], table), {
    code: "out-of-range",
  });
});

test("an unknown operation is refused with the list of known ones", () => {
  assert.throws(() => opSpec("conv"), {
    code: "unsupported-op",
    message: `conv: there is no operation "conv". Use one of ${allOps.map((op) => op.name).join(", ")}`,
  });
});
