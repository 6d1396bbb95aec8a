import assert from "node:assert/strict";
import { test } from "node:test";
import { type NestedArray, toTensor } from "../../src/base/tensor.js";
import { fhe } from "../../src/circuit/fhe.js";
import type { Graph } from "../../src/graph/graph.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { adjustRounders } from "../../src/passes/adjust-rounders.js";
import { fuse } from "../../src/passes/fuse.js";
import { lower } from "../../src/passes/lower/lower.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import type { Tracer } from "../../src/trace/tracer.js";

function traced(fn: (x: Tracer, y: Tracer) => Tracer | Tracer[], ...sample: NestedArray[]): Graph {
  const names = sample.length === 1 ? { x: "encrypted" } : { x: "encrypted", y: "encrypted" };
  return traceFunction(
    "f",
    names as Readonly<Record<string, "encrypted">>,
    (...tracers) => fn(tracers[0] as Tracer, tracers[1] as Tracer),
    sample.map((value) => toTensor(value)),
  );
}

test("a floating-point part of several values is refused by the names of all of them", () => {
  const graph = traced((x, y) => fhe.sin(x).mul(fhe.cos(y)).mul(10).astype("int64"), 1, 2);
  assert.throws(() => fuse(graph), {
    code: "unsupported-op",
    message:
      /^astype \(.*fuse\.test\.js:\d+\): it ends a floating-point part that depends on several values: input "x" \(.*:\d+\) and input "y" \(.*:\d+\)\. Let a floating-point part start from one integer/,
  });
});

test("a node inside a floating-point part that is not element-wise is named", () => {
  const graph = traced((x) => fhe.sum(fhe.sqrt(x)).astype("int64"), [1, 2]);
  assert.throws(() => fuse(graph), {
    code: "unsupported-op",
    message:
      /^sum \(.*\): it is not element-wise, and stands in a floating-point part from input "x" \(.*\) to astype \(.*\) that must become one table look-up\. Do it on integers/,
  });
});

test("floating-point results are refused", () => {
  const graph = measureBounds(fuse(traced((x) => fhe.sqrt(x), 2)), [[toTensor(2)]]);
  assert.throws(() => lower(graph, 8, "look-ups"), {
    code: "unsupported-op",
    message: /^sqrt \(.*\): it is floating-point, and only integers .* astype/,
  });
});

test("a constant with fractions may stretch a scalar", () => {
  const graph = fuse(traced((x) => x.div([1.5, 2.5]).astype("int64"), 7));
  assert.match(graph.format(), /%1 = subgraph\(%0\) +# EncryptedTensor<uint3, shape=\(2,\)>/);
  const samples = [0, 3, 7].map((value) => [toTensor(value)]);
  const lowered = lower(measureBounds(graph, samples), 8, "look-ups");
  assert.deepEqual([...(evaluateGraph(lowered, [toTensor(7)])[0]?.data ?? [])], [4, 2]);
});

test("a look-up that is too wide names its operation, the width and the cure", () => {
  const samples = [[toTensor(0)], [toTensor(5000)]];
  const graph = measureBounds(
    traced((x) => x.floorDivide(3), 1),
    samples,
  );
  assert.throws(() => lower(graph, 12, "look-ups"), {
    code: "width-too-wide",
    limit: 12,
    actual: 13,
    message:
      /^floor_divide \(.*\): it needs a look-up with an argument of 13 bits, and look-ups take at most 12\. Quantize/,
  });
});

test("functions in TypeScript print by their names; fractions make them floating-point", () => {
  const bucket = fhe.univariate(function bucket(v) {
    return v < 3 ? 0 : 1;
  });
  const half = fhe.univariate((v) => v / 2);
  const both = fhe.multivariate((a = 0, b = 0) => a * b + 1);
  const graph = fuse(traced((x, y) => [bucket(x), half(x).astype("int64"), both(x, y)], 1, 2));
  const text = graph.format();
  assert.match(text, /= bucket\(%0\) +# EncryptedScalar<uint1>/);
  assert.match(text, /= <lambda>\(%0, %1\)/);
  assert.match(text, /%1 = <lambda>\(%0\) +# EncryptedScalar<float64>/);
  const measured = measureBounds(graph, [
    [toTensor(1), toTensor(2)],
    [toTensor(5), toTensor(-3)],
  ]);
  const lowered = lower(measured, 8, "look-ups");
  const results = evaluateGraph(lowered, [toTensor(5), toTensor(-3)]);
  assert.deepEqual(
    results.map((result) => result.data[0]),
    [1, 2, -14],
  );
});

test("a hint widens the type and every table that reads the value", () => {
  const graph = measureBounds(
    traced((x) => fhe.hint(x, 5).abs(), 1),
    [[toTensor(3)]],
  );
  assert.match(graph.format(), /%0 = x +# EncryptedScalar<uint5> +∈ \[3, 3\]/);
  assert.throws(() => traced((x) => fhe.hint(x, 0), 1), { code: "bad-argument" });
  const square = measureBounds(
    traced((x) => fhe.square(fhe.hintValue(x, 9)), 1),
    [[toTensor(3)]],
  );
  const lowered = lower(square, 8, "look-ups");
  assert.equal(evaluateGraph(lowered, [toTensor(15)])[0]?.data[0], 225);
});

test("rounders find the bits to remove on the inputset, once for all their uses", () => {
  const rounder = new fhe.AutoRounder(3);
  const samples = [0, 100, 200].map((value) => [toTensor(value)]);
  const graph = adjustRounders(
    traced(
      (x) => [fhe.roundBitPattern(x, rounder), fhe.truncateBitPattern(x.add(500), rounder)],
      0,
    ),
    samples,
  );
  const text = graph.format();
  assert.match(text, /round_bit_pattern\(%0, lsbs_to_remove=5, overflow_protection=True/);
  assert.match(text, /truncate_bit_pattern\(%\d, lsbs_to_remove=5\)/);
  assert.throws(() => new fhe.AutoRounder(0), { code: "bad-argument" });
});

test("rounders count the sign of values below 0", () => {
  const samples = [-200, 100].map((value) => [toTensor(value)]);
  const graph = adjustRounders(
    traced((x) => fhe.truncateBitPattern(x, new fhe.AutoRounder(3)), -200),
    samples,
  );
  assert.match(graph.format(), /lsbs_to_remove=6/);
});

test("bits that do not exist and slices without a start are refused", () => {
  for (const wrong of [
    (x: Tracer) => fhe.bits(x).at(-1),
    (x: Tracer) => fhe.bits(x).slice(null, 0, -1),
    (x: Tracer) => fhe.bits(x).slice(0, 3, 0),
  ]) {
    assert.throws(() => traced(wrong, 3), { code: "bad-argument", message: /Count bits from 0/ });
  }
  assert.throws(() => traced((x) => fhe.bits(x).slice(1), -3), { code: "not-a-number" });
});

test("bits by a slice of an index are those of the method", () => {
  for (const [start, stop, step] of [
    [1, 3, null],
    [null, 3, null],
    [4, 1, -2],
    [2, null, null],
  ] as const) {
    const graph = traced(
      (x) => [fhe.bits(x).at(fhe.slice(start, stop, step)), fhe.bits(x).slice(start, stop, step)],
      37,
    );
    for (const value of [0, 21, 37, 63]) {
      const [byIndex, byMethod] = evaluateGraph(graph, [toTensor(value)]);
      assert.deepEqual(byIndex, byMethod);
    }
  }
  assert.throws(() => traced((x) => fhe.bits(x).at(fhe.newAxis), 3), {
    code: "bad-argument",
    message: /is given no bit\. Give the number of a bit, counted from 0, or fhe\.slice\(0, 3\)/,
  });
});
