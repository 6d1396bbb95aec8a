import assert from "node:assert/strict";
import { test } from "node:test";
import { type Tensor, toTensor } from "../../src/base/tensor.js";
import type { Graph } from "../../src/graph/graph.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { lower } from "../../src/passes/lower/lower.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { linearRegions } from "../../src/regions/linear-regions.js";
import {
  bits,
  refresh,
  roundBitPattern,
  truncateBitPattern,
  univariate,
} from "../../src/trace/lookup-functions.js";
import { LookupTable } from "../../src/trace/lookup-table.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import { record, type Tracer } from "../../src/trace/tracer.js";
import { endlessSeconds, processorSeconds } from "../support/processor-time.js";
import { runRegions } from "../support/run-regions.js";

/** Single look-ups take so few bits here, and whole arguments so many, that everything wide is taken apart. */
const single = 5;
const several = 10;

function measured(fn: (...x: Tracer[]) => Tracer, samples: readonly Tensor[][]): Graph {
  const names = Object.fromEntries(
    (samples[0] ?? []).map((_, i) => [`x${i}`, "encrypted"] as const),
  );
  return measureBounds(traceFunction("f", names, fn, samples[0] ?? []), samples);
}

/** One sample that holds every value. */
function all(min: number, max: number): Tensor[][] {
  return [[toTensor(Array.from({ length: max - min + 1 }, (_, i) => min + i))]];
}

/** The lowered graph and its regions give what the graph gives, for every sample, and keep their bounds. Returns the look-ups. */
function checkEverywhere(graph: Graph, samples: readonly Tensor[][], limit = single): number[] {
  const lowered = assignBitWidths(lower(graph, limit, "look-ups", several));
  const regions = linearRegions(lowered);
  for (const sample of samples) {
    const wanted = evaluateGraph(graph, sample).map(({ data }) => [...data]);
    assert.deepEqual(
      evaluateGraph(lowered, sample).map(({ data }) => [...data].map((value) => value + 0)),
      wanted,
      lowered.format(),
    );
    for (const between of ["lower", "upper"] as const) {
      assert.deepEqual(runRegions(regions, sample, [], between), wanted, between);
    }
    const again = measureBounds(lowered, [sample]);
    for (const node of lowered.nodes) {
      const own = again.node(node.id).bounds;
      assert.ok(own && node.bounds && own.min >= node.bounds.min && own.max <= node.bounds.max);
    }
  }
  const found: number[] = [];
  for (const step of regions.steps) if (step.kind === "lookup") found.push(step.precision);
  // Every step looks up all values at once, so that steps count look-ups of one value.
  assert.ok(found.every((precision) => precision <= limit));
  return found;
}

const ranges: readonly (readonly [number, number])[] = [
  [0, 511],
  [-256, 255],
  [-37, 300],
  [5, 480],
];

for (const lsbs of [1, 3, 5, 7]) {
  test(`rounding and truncation of ${lsbs} bits, every value`, () => {
    for (const [min, max] of ranges) {
      const samples = all(min, max);
      const rounded = checkEverywhere(
        measured((x) => roundBitPattern(x as Tracer, lsbs), samples),
        samples,
      );
      const cut = checkEverywhere(
        measured((x) => truncateBitPattern(x as Tracer, lsbs), samples),
        samples,
      );
      // Two look-ups remove five bits; nothing is looked up after that.
      const most = 2 * Math.floor(lsbs / 5) + Math.min(2, lsbs % 5);
      assert.deepEqual([rounded.length <= most, cut.length <= most], [true, true]);
    }
  });
}

test("single bits and slices of bits, every value", () => {
  for (const [min, max] of ranges.slice(0, 2)) {
    const samples = all(min, max);
    for (const bit of [0, 3, 5, 8]) {
      checkEverywhere(
        measured((x) => bits(x as Tracer).at(bit), samples),
        samples,
      );
    }
    checkEverywhere(
      measured((x) => bits(x as Tracer).slice(2, 6), samples),
      samples,
    );
  }
});

const functions: readonly (readonly [string, (x: Tracer) => Tracer])[] = [
  ["a rectifier", (x) => record("maximum", [x, 0])],
  ["an absolute value", (x) => x.abs()],
  ["a clip", (x) => x.clip(-32, 63)],
  ["a comparison", (x) => x.less(77)],
  ["a shift", (x) => x.rightShift(4)],
  ["a leaky rectifier", (x) => univariate((v) => (v < 0 ? -3 : v))(x)],
  ["a table on rounded values", (x) => univariate((v) => Math.round(v / 32) ** 2 % 11)(x)],
];
for (const [name, fn] of functions) {
  test(`${name} of a wide value, every value`, () => {
    for (const [min, max] of ranges) {
      const samples = all(min, max);
      checkEverywhere(
        measured((x) => fn(x as Tracer), samples),
        samples,
      );
    }
  });
}

test("any table of a wide value, every value", () => {
  for (const [min, max] of ranges.slice(0, 2)) {
    const samples = all(min, max);
    const graph = measured(
      (x) => univariate((v) => (v * v * 7 + v * 13) % 97)(x as Tracer),
      samples,
    );
    checkEverywhere(graph, samples, 9);
  }
});

const pairs: readonly (readonly [readonly [number, number], readonly [number, number]])[] = [
  [
    [0, 20],
    [0, 40],
  ],
  [
    [-17, 15],
    [-3, 24],
  ],
];
for (const name of ["multiply", "maximum", "minimum", "less", "equal", "bitwise_xor"]) {
  test(`${name} of two values in windows, every pair`, () => {
    for (const [[a, b], [c, d]] of pairs) {
      const size = d - c + 1;
      const grid = Array.from({ length: (b - a + 1) * size }, (_, i) => i);
      const left = toTensor(grid.map((i) => a + Math.floor(i / size)));
      const samples = [[left, toTensor(grid.map((i) => c + (i % size)))]];
      const graph = measured((x, y) => record(name, [x as Tracer, y as Tracer]), samples);
      checkEverywhere(graph, samples);
    }
  });
}

test("values wider than the limit are refused by name", () => {
  const samples = all(0, 2000);
  const graph = measured((x) => roundBitPattern(x as Tracer, 3), samples);
  assert.throws(() => lower(graph, single, "look-ups", several), {
    code: "width-too-wide",
    message: /^round_bit_pattern .*argument of 11 bits, and look-ups take at most 10/s,
  });
});

test("functions of a value that nothing else reads become one look-up, others do not", () => {
  const samples = all(-20, 43);
  const f = univariate((v) => Math.floor((v * v) / 50));
  const g = univariate((v) => (v * 5) % 7);
  const chained = measured((x) => g(f(x as Tracer).abs()), samples);
  assert.deepEqual(checkEverywhere(chained, samples, 6), [6]);
  const shared = measured((x) => {
    const first = f(x as Tracer);
    return first.add(g(first));
  }, samples);
  assert.deepEqual(checkEverywhere(shared, samples, 6), [6, 6]);
  const refreshed = measured((x) => g(refresh(f(x as Tracer))), samples);
  assert.equal(checkEverywhere(refreshed, samples, 6).length, 3);
});

test("a table that the user gives is taken apart like a function", () => {
  const samples = all(0, 511);
  const table = new LookupTable(Array.from({ length: 512 }, (_, i) => Math.floor(i / 64) ** 2));
  const found = checkEverywhere(
    measured((x) => table.apply(x as Tracer), samples),
    samples,
  );
  assert.ok(found.length <= 4, `${found}`);
});

test("bits of a value with zeros below are paired with the same bits of the other", () => {
  const pairs = Array.from({ length: 18 * 16 }, (_, i) => [Math.floor(i / 16) - 6, (i % 16) - 7]);
  const samples = [[toTensor(pairs.map(([x = 0]) => x)), toTensor(pairs.map(([, y = 0]) => y))]];
  for (const name of ["bitwise_and", "bitwise_or", "bitwise_xor", "less", "maximum"]) {
    for (const lsbs of [1, 2, 3]) {
      const graph = measured(
        (x, y) => record(name, [x as Tracer, truncateBitPattern(y as Tracer, lsbs)]),
        samples,
      );
      checkEverywhere(graph, samples);
    }
  }
});

test("operations on two values of 14 bits are lowered without trying every way to cut them", () => {
  const most = 2 ** 14 - 1;
  const samples = [
    [0, 0],
    [most, most],
    [0, most],
    [most, 0],
    [12345, 4321],
  ].map((sample) => sample.map((value) => toTensor(value)));
  for (const fn of [
    (x: Tracer, y: Tracer) => x.and(y),
    (x: Tracer, y: Tracer) => record("where", [x.and(1), x, y]),
  ]) {
    const graph = measured((...[x, y]) => {
      if (x === undefined || y === undefined) throw new Error("two parameters");
      return fn(x, y);
    }, samples);
    const started = processorSeconds();
    const lowered = lower(graph, 13, "look-ups", 16);
    // Trying all ways took minutes.
    assert.ok(processorSeconds() - started < endlessSeconds);
    for (const sample of samples) {
      assert.deepEqual(evaluateGraph(lowered, sample), evaluateGraph(graph, sample));
    }
  }
});
