import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Tensor, toTensor } from "../../src/base/tensor.js";
import type { Graph } from "../../src/graph/graph.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { opSpec } from "../../src/ops/registry.js";
import { fuse } from "../../src/passes/fuse.js";
import { lower } from "../../src/passes/lower/lower.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { LookupTable, tablesPerElement } from "../../src/trace/lookup-table.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import { type Operand, record, type Tracer } from "../../src/trace/tracer.js";

function grid(...ranges: readonly (readonly [number, number])[]): Tensor[][] {
  return ranges
    .reduce<number[][]>(
      (tuples, [low, high]) =>
        tuples.flatMap((tuple) =>
          Array.from({ length: high - low + 1 }, (_, i) => [...tuple, low + i]),
        ),
      [[]],
    )
    .map((tuple) => tuple.map((value) => toTensor(value)));
}

function measured(fn: (...x: Tracer[]) => Tracer | Tracer[], samples: Tensor[][]): Graph {
  const names = Object.fromEntries(
    (samples[0] ?? []).map((_, i) => [`x${i}`, "encrypted"] as const),
  );
  return measureBounds(fuse(traceFunction("f", names, fn, samples[0] ?? [])), samples);
}

/** Only linear operations and look-ups of at most `limit` bits, with the same results on every sample. */
function checkLowered(graph: Graph, samples: readonly Tensor[][], limit: number): void {
  const lowered = lower(graph, limit, "look-ups");
  for (const node of lowered.nodes) {
    if (node.kind !== "operation") continue;
    const { tabulated, pair } = opSpec(node.name);
    const variables = node.operands.filter((id) => lowered.node(id).kind !== "constant");
    assert.ok(!tabulated && (pair === undefined || variables.length === 1), node.name);
    if (node.name !== "tlu") continue;
    const { table } = node.attributes;
    assert.ok(typeof table === "object" && table !== null && "shape" in table);
    const entries = "data" in table ? table.data.length : (table.items[0]?.data.length ?? 0);
    assert.ok(entries <= 2 ** limit, `${entries} entries`);
  }
  for (const sample of samples) {
    assert.deepEqual(evaluateGraph(lowered, sample), evaluateGraph(graph, sample));
    // Bounds hold, so nothing leaves the widths that are reserved.
    const again = measureBounds(lowered, [sample]);
    for (const node of lowered.nodes) {
      const own = again.node(node.id).bounds;
      assert.ok(own && node.bounds && own.min >= node.bounds.min && own.max <= node.bounds.max);
    }
  }
}

const ofTwo = [
  ...["multiply", "maximum", "minimum", "fmax", "fmin"],
  ...["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"],
  ...["bitwise_and", "bitwise_or", "bitwise_xor", "logical_and", "logical_or", "logical_xor"],
  ...["floor_divide", "remainder", "fmod", "gcd", "lcm"],
];
const ranges: readonly (readonly [readonly [number, number], readonly [number, number]])[] = [
  [
    [0, 7],
    [0, 7],
  ],
  [
    [-4, 3],
    [-4, 3],
  ],
  [
    [-4, 3],
    [0, 7],
  ],
  [
    [0, 15],
    [-2, 1],
  ],
  [
    [3, 5],
    [-9, -2],
  ],
  [
    [0, 1],
    [0, 1],
  ],
  [
    [0, 1],
    [-8, 7],
  ],
];

for (const name of ofTwo) {
  test(`${name} of two encrypted values is exact for every pair and sign`, () => {
    for (const [a, b] of ranges) {
      const samples = grid(a, b);
      const graph = measured((x, y) => record(name, [x as Tracer, y as Tracer]), samples);
      checkLowered(graph, samples, 8);
    }
  });
}

for (const name of [...ofTwo.slice(0, 14), "left_shift", "right_shift", "power"]) {
  test(`${name} with look-ups of few bits only: wide operands are cut`, () => {
    const shift = /shift|power/.test(name);
    const pairs: typeof ranges = shift
      ? [
          [
            [0, 7],
            [0, 3],
          ],
          [
            [-4, 3],
            [0, 2],
          ],
        ]
      : [
          [
            [0, 15],
            [0, 15],
          ],
          [
            [-8, 7],
            [-8, 7],
          ],
          [
            [-8, 7],
            [0, 15],
          ],
          [
            [0, 31],
            [0, 3],
          ],
        ];
    for (const [a, b] of pairs) {
      const samples = grid(a, b);
      const graph = measured((x, y) => record(name, [x as Tracer, y as Tracer]), samples);
      for (const limit of [8, 6, 5]) checkLowered(graph, samples, limit);
    }
  });
}

test("choices with conditions and outcomes of every kind", () => {
  const samples = grid([-1, 2], [-2, 3], [0, 5]);
  const programs: readonly ((c: Tracer, x: Tracer, y: Tracer) => Operand[])[] = [
    (c, x, y) => [c, x, y],
    (c, x, y) => [c.greater(0), x, y],
    (c, x) => [c.greater(0), x, 3],
    (c, _, y) => [c, -2, y],
    (c) => [c.equal(1), 7, -7],
    (_, x, y) => [[1, 0, 1], x, y],
    (c, x) => [c, x, [1, 2, 3]],
  ];
  for (const program of programs) {
    const graph = measured(
      (c, x, y) => record("where", program(c as Tracer, x as Tracer, y as Tracer)),
      samples,
    );
    for (const limit of [8, 4]) checkLowered(graph, samples, limit);
  }
});

test("sums of products of encrypted tensors", () => {
  const number = fc.integer({ min: -3, max: 3 });
  const list = fc.array(number, { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(list, list, (a, b) => {
      const left = toTensor([a.slice(0, 3), a.slice(3)]);
      const right = toTensor([b.slice(0, 2), b.slice(2, 4), b.slice(4)]);
      const samples = [[left, right]];
      checkLowered(
        measured((x, y) => (x as Tracer).matmul(y as Tracer), samples),
        samples,
        8,
      );
      const vectors = [[toTensor(a), toTensor(b)]];
      checkLowered(
        measured((x, y) => (x as Tracer).dot(y as Tracer), vectors),
        vectors,
        8,
      );
    }),
    { numRuns: 30 },
  );
});

test("several values of one origin become one look-up", () => {
  const samples = grid([-3, 4]);
  const graph = measured(
    (x) =>
      x ? [x.and(x.rightShift(1)), x.mul(x.add(1)), x.mul(x), record("maximum", [x, x.neg()])] : [],
    samples,
  );
  const lowered = lower(graph, 8, "look-ups");
  checkLowered(graph, samples, 8);
  const lookups = lowered.nodes.filter((node) => node.kind === "operation" && node.name === "tlu");
  assert.equal(lookups.length, 4);
});

test("tables that are straight lines need no look-up", () => {
  const samples = grid([0, 7]);
  const graph = measured(
    (x) => (x ? [x.abs(), x.clip(0, 9), x.mod(8), x.invert(), x.less(9)] : []),
    samples,
  );
  const lowered = lower(graph, 8, "look-ups");
  checkLowered(graph, samples, 8);
  assert.doesNotMatch(lowered.format(), /tlu/);
});

test("tables for each element, joined with other functions of the same value", () => {
  const tables = Array.from({ length: 3 }, (_, i) =>
    Array.from({ length: 8 }, (__, v) => (v * (i + 2) + i) % 5),
  );
  const own = new LookupTable(tablesPerElement([3], tables));
  const programs: readonly ((x: Tracer) => Tracer)[] = [
    (x) => own.apply(x).mul(x),
    (x) => own.apply(x).rightShift(1).and(x),
    (x) => own.apply(x).greater(x).add(own.apply(x)),
    (x) => own.apply(x).div(2).add(x).astype("int64"),
  ];
  // As many values as elements, fewer, and more.
  for (const largest of [1, 2, 7]) {
    const vectors = Array.from({ length: (largest + 1) ** 3 }, (_, i) =>
      [i, i / (largest + 1), i / (largest + 1) ** 2].map((v) => Math.floor(v) % (largest + 1)),
    );
    const samples = vectors.map((vector) => [toTensor(vector)]);
    for (const program of programs) {
      const graph = measured((x) => (x === undefined ? [] : program(x)), samples);
      checkLowered(graph, samples, 8);
    }
  }
});
