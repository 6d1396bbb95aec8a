import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scalar, type Tensor, toTensor } from "../../src/base/tensor.js";
import { Graph } from "../../src/graph/graph.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { LookupBuilder } from "../../src/passes/lower/look-up-builder.js";
import { lower } from "../../src/passes/lower/lower.js";
import { isFrom, signChain } from "../../src/passes/lower/sign-chain.js";
import type { Value } from "../../src/passes/lower/value.js";
import { wideWays } from "../../src/passes/lower/wide-tables.js";
import { isAt, zeroWindows } from "../../src/passes/lower/zero-windows.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { linearRegions } from "../../src/regions/linear-regions.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import { record, type Tracer } from "../../src/trace/tracer.js";
import { runRegions } from "../support/run-regions.js";

/** Every way to cut `bits` into sizes of 1 and more. */
function cuts(bits: number): number[][] {
  if (bits === 0) return [[]];
  return Array.from({ length: bits }, (_, i) => i + 1).flatMap((first) =>
    cuts(bits - first).map((rest) => [first, ...rest]),
  );
}

/** What `build` makes of every multiple of 2^low from `min` to `max`: by the graph, and by its regions however they read between entries. */
function results(
  [min, max]: readonly [number, number],
  low: number,
  build: (b: LookupBuilder, a: Value) => Value,
): { values: number[]; found: number[][] } {
  const unit = 2 ** low;
  const values = Array.from({ length: max - min + 1 }, (_, i) => (min + i) * unit);
  const samples = [[toTensor(values)]];
  const itself = measureBounds(
    traceFunction("f", { x: "encrypted" }, (x) => x, samples[0] ?? []),
    samples,
  );
  const b = new LookupBuilder({ single: 12, several: 16 }, wideWays, true);
  const [input] = itself.nodes;
  assert.ok(input);
  const bounds = { min: min * unit, max: max * unit };
  const id = b.push(input);
  const made = build(b, b.withLow({ id, bounds, shape: [values.length] }, low));
  const graph = assignBitWidths(new Graph("f", b.nodes, [id], [made.id]));
  const again = measureBounds(graph, samples);
  for (const node of graph.nodes) {
    const own = again.node(node.id).bounds;
    assert.ok(own && node.bounds && own.min >= node.bounds.min && own.max <= node.bounds.max);
  }
  const regions = linearRegions(graph);
  const found = [
    ...evaluateGraph(graph, samples[0] ?? []).map(({ data }) => [...data]),
    ...runRegions(regions, samples[0] ?? [], [], "lower"),
    ...runRegions(regions, samples[0] ?? [], [], "upper"),
  ];
  return { values, found };
}

const widths = [1, 2, 3, 4, 5];

for (const bits of widths) {
  test(`the sign of every number of ${bits + 1} bits by every chain`, () => {
    for (const sizes of cuts(bits)) {
      for (const low of [0, 2]) {
        const ranges = [
          [-(2 ** bits), 2 ** bits - 1],
          [-1, 2 ** bits - 1],
          [-(2 ** bits), 0],
        ] as const;
        for (const range of ranges) {
          const { values, found } = results(range, low, (b, a) => signChain(b, a, sizes, [3, -4]));
          const wanted = values.map((value) => (value < 0 ? -4 : 3));
          for (const own of found) assert.deepEqual(own, wanted, `${sizes} from bit ${low}`);
        }
      }
    }
  });

  test(`zero among all numbers below 2^${bits + 1} by every choice of windows`, () => {
    for (const sizes of cuts(bits + 1)) {
      for (const low of [0, 2]) {
        const most = 2 ** (bits + 1) - 1;
        const { values, found } = results([-most, most], low, (b, a) =>
          zeroWindows(b, a, sizes, [1, 6]),
        );
        const wanted = values.map((value) => (value === 0 ? 6 : 1));
        for (const own of found) assert.deepEqual(own, wanted, `${sizes} from bit ${low}`);
      }
    }
  });
}

const comparisons = [
  "equal",
  "not_equal",
  "less",
  "less_equal",
  "greater",
  "greater_equal",
] as const;

/** The lowered graph and its regions give what the graph gives. Returns the look-ups' bits, in order. */
function checkPairs(
  fn: (x: Tracer, y: Tracer) => Tracer,
  bounds: readonly Tensor[][],
  pairs: readonly (readonly [number, number])[],
): number[] {
  const ofTwo = (...x: Tracer[]): Tracer => fn(x[0] as Tracer, x[1] as Tracer);
  const names = { x: "encrypted", y: "encrypted" } as const;
  const graph = measureBounds(traceFunction("f", names, ofTwo, bounds[0] ?? []), bounds);
  const lowered = assignBitWidths(lower(graph, 12, "look-ups", 16));
  const regions = linearRegions(lowered);
  for (const [x, y] of pairs) {
    const sample = [toTensor(x), toTensor(y)];
    const wanted = evaluateGraph(graph, sample).map(({ data }) => [...data]);
    const got = evaluateGraph(lowered, sample).map(({ data }) =>
      [...data].map((value) => value + 0),
    );
    assert.deepEqual(got, wanted, `${x} and ${y}`);
    for (const between of ["lower", "upper"] as const) {
      assert.deepEqual(runRegions(regions, sample, [], between), wanted, `${x} and ${y}`);
    }
  }
  return regions.steps.flatMap((step) => (step.kind === "lookup" ? [step.precision] : []));
}

function extremes(x: readonly [number, number], y: readonly [number, number]): Tensor[][] {
  return [0, 1].flatMap((i) => [0, 1].map((j) => [toTensor(x[i] ?? 0), toTensor(y[j] ?? 0)]));
}

for (const name of comparisons) {
  test(`${name} of pairs of 9 to 20 bits, drawn and close to each other, takes narrow look-ups`, () => {
    for (const [bits, signed] of [
      [9, false],
      [10, true],
      [12, false],
      [13, true],
      [16, false],
      [17, true],
      [20, false],
    ] as const) {
      const min = signed ? -(2 ** (bits - 1)) : 0;
      const max = min + 2 ** bits - 1;
      const value = fc.integer({ min, max });
      const clamped = (number: number): number => Math.min(Math.max(number, min), max);
      const close = fc
        .tuple(value, fc.integer({ min: 0, max: bits - 1 }), fc.integer({ min: -2, max: 2 }))
        .map(
          ([x, bit, side]) => [x, clamped(x + Math.sign(side) * 2 ** bit + (side % 2))] as const,
        );
      const drawn = fc.sample(fc.oneof(close, fc.tuple(value, value)), {
        numRuns: 150,
        seed: bits,
      });
      const ends = [
        [min, min],
        [min, max],
        [max, min],
        [max, max],
      ] as const;
      const range = [min, max] as const;
      const found = checkPairs((x, y) => record(name, [x, y]), extremes(range, range), [
        ...drawn,
        ...ends,
      ]);
      assert.ok(Math.max(...found) <= 4, `${bits} bits: ${found}`);
      assert.ok(found.length <= Math.ceil((bits + 1) / 2), `${bits} bits: ${found}`);
    }
  });
}

test("wide values of different ranges, multiples and differences of one value are compared", () => {
  const x = [0, 2 ** 14 - 1] as const;
  const y = [-300, 40] as const;
  const drawn = fc.sample(
    fc.tuple(fc.integer({ min: 0, max: x[1] }), fc.integer({ min: -300, max: 40 })),
    { numRuns: 100, seed: 5 },
  );
  const pairs = [
    ...drawn,
    ...[-300, -1, 0, 1, 40].map((value) => [Math.max(value, 0), value] as const),
  ];
  checkPairs((a, b) => a.less(b), extremes(x, y), pairs);
  checkPairs((a, b) => a.mul(4).greaterEqual(b.mul(4)), extremes(x, y), pairs);
  checkPairs((a, b) => a.mul(-6).equal(b.mul(-6)), extremes(x, y), pairs);
  checkPairs((a, b) => a.add(b).greater(a.mul(2).sub(7)), extremes(x, y), pairs);
});

test("a value of 13 bits beside constants, and functions that change at few places", () => {
  const x = [-4096, 4095] as const;
  const values = [
    ...Array.from({ length: 410 }, (_, i) => -4096 + 20 * i),
    -1,
    0,
    1,
    776,
    777,
    778,
  ];
  const pairs = values.map((value) => [value, 0] as const);
  const bounds = extremes(x, [0, 1]);
  const check = (fn: (a: Tracer) => Tracer): number[] => checkPairs((a) => fn(a), bounds, pairs);
  assert.ok(Math.max(...check((a) => a.equal(777))) <= 4);
  assert.ok(Math.max(...check((a) => record("sign", [a]))) <= 5);
  assert.ok(Math.max(...check((a) => a.greater(-5).add(a.lessEqual(777)))) <= 4);
  check((a) => a.equal(777).mul(5).sub(3));
});

test("each element of a wide tensor beside a constant of its own", () => {
  const limits = toTensor([-4000, -1, 0, 777, 4000]);
  const samples = [-4096, -4000, -3999, -1, 0, 1, 777, 778, 4000, 4095].map((value) => [
    toTensor(Array.from(limits.data, () => value)),
  ]);
  for (const name of ["less", "equal", "greater_equal"]) {
    const graph = measureBounds(
      traceFunction("f", { x: "encrypted" }, (x) => record(name, [x, limits]), samples[0] ?? []),
      samples,
    );
    const lowered = assignBitWidths(lower(graph, 12, "look-ups", 16));
    const regions = linearRegions(lowered);
    for (const sample of samples) {
      const wanted = evaluateGraph(graph, sample).map(({ data }) => [...data]);
      for (const between of ["lower", "upper"] as const) {
        assert.deepEqual(runRegions(regions, sample, [], between), wanted);
      }
    }
    for (const step of regions.steps) assert.ok(step.kind !== "lookup" || step.precision <= 4);
  }
});

test("thresholds and equalities at every place of a range, powers of two at its ends included", () => {
  for (const [min, max] of [
    [-8, 8],
    [-4, 12],
    [0, 16],
    [-3, 5],
  ] as const) {
    for (let at = min; at <= max; at++) {
      const from = results([min, max], 0, (b, a) => isFrom(b, a, scalar(at), [3, -4]));
      const wanted = from.values.map((value) => (value < at ? 3 : -4));
      for (const own of from.found) assert.deepEqual(own, wanted, `${min} to ${max}, from ${at}`);
      const equal = results([min, max], 0, (b, a) => isAt(b, a, scalar(at), [3, -4]));
      const hits = equal.values.map((value) => (value === at ? -4 : 3));
      for (const own of equal.found) assert.deepEqual(own, hits, `${min} to ${max}, at ${at}`);
    }
  }
});
