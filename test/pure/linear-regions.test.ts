import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Tensor, toTensor } from "../../src/base/tensor.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { isIdentityMap, rowTerms } from "../../src/program/affine.js";
import { linearRegions } from "../../src/regions/linear-regions.js";
import type { RegionProgram } from "../../src/regions/region-program.js";
import { matmul } from "../../src/trace/functions.js";
import { LookupTable, tablesPerElement } from "../../src/trace/lookup-table.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import type { Tracer } from "../../src/trace/tracer.js";
import { randomProgram } from "../support/random-programs.js";
import { runRegions } from "../support/run-regions.js";

test("random programs compute the same as regions", () => {
  fc.assert(
    fc.property(randomProgram, ({ graph, inputset }) => {
      const program = linearRegions(assignBitWidths(graph));
      program.values.forEach((value, i) => {
        assert.equal(value.id, i);
      });
      for (const inputs of inputset) {
        const expected = evaluateGraph(graph, inputs).map((result) => [...result.data]);
        assert.deepEqual(runRegions(program, inputs), expected);
      }
    }),
    { numRuns: 200 },
  );
});

function regionsOf(fn: (...x: Tracer[]) => Tracer | Tracer[], samples: Tensor[][]): RegionProgram {
  const names = Object.fromEntries(
    (samples[0] ?? []).map((_, i) => [`x${i}`, "encrypted"] as const),
  );
  const graph = traceFunction("f", names, fn, samples[0] ?? []);
  return linearRegions(assignBitWidths(measureBounds(graph, samples)));
}

test("a chain of linear operations is one map with merged weights", () => {
  const program = regionsOf(
    (x) =>
      x
        ? matmul(
            [
              [1, 2],
              [3, 4],
            ],
            x,
          )
            .add(x)
            .sub([5, 6])
            .mul(2)
        : [],
    [[toTensor([1, 2])], [toTensor([3, 0])]],
  );
  assert.equal(program.steps.length, 1);
  const [step] = program.steps;
  assert.ok(step?.kind === "affine");
  assert.deepEqual(
    [...rowTerms(step.map, 0)],
    [
      [0, 4],
      [1, 4],
    ],
  );
  assert.deepEqual(
    [...rowTerms(step.map, 1)],
    [
      [0, 6],
      [1, 10],
    ],
  );
  assert.deepEqual([...step.map.constant], [-10, -12]);
  assert.deepEqual(program.outputs, [{ value: 1, node: 7, shape: [2] }]);
});

test("look-ups of an input and of a computed value, and a skip connection", () => {
  const table = new LookupTable([0, 1, 4, 9, 16, 25, 36, 49]);
  const program = regionsOf(
    (x, y) => {
      assert.ok(x && y);
      const squares = table.apply(x);
      return [squares.add(y).add(x), table.apply(x.add(y))];
    },
    [
      [toTensor([1, 2]), toTensor(3)],
      [toTensor([3, 0]), toTensor(0)],
    ],
  );
  assert.deepEqual(
    program.steps.map((step) => step.kind),
    ["affine", "lookup", "affine", "lookup", "affine"],
  );
  assert.deepEqual(
    program.inputs.map(({ name, start, shape }) => [name, start, shape]),
    [
      ["x0", 0, [2]],
      ["x1", 2, []],
    ],
  );
  const last = program.steps[4];
  assert.ok(last?.kind === "affine");
  assert.deepEqual(last.sources, [0, 2]);
  assert.deepEqual(
    [...rowTerms(last.map, 0)],
    [
      [0, 1],
      [2, 1],
      [3, 1],
    ],
  );
  assert.ok(program.steps.slice(0, 4).every((s) => s.kind !== "affine" || !isIdentityMap(s.map)));
});

test("a value that is looked up twice and returned is computed once", () => {
  const a = new LookupTable([1, 2, 3, 4, 5, 6, 7, 8]);
  const b = new LookupTable([0, 0, 1, 1, 2, 2, 3, 3]);
  const program = regionsOf(
    (x) => {
      assert.ok(x);
      const sum = x.dot([1, 1]);
      return [a.apply(sum), b.apply(sum), sum];
    },
    [[toTensor([1, 2])], [toTensor([3, 4])]],
  );
  assert.deepEqual(
    program.steps.map((step) => [step.kind, step.result]),
    [
      ["affine", 1],
      ["lookup", 2],
      ["lookup", 3],
    ],
  );
  assert.deepEqual(
    program.outputs.map(({ value }) => value),
    [2, 3, 1],
  );
});

test("tables cover the measured type, with the nearest entry where there is none", () => {
  const table = new LookupTable([3, 1, 4, 1, 5, -9]);
  const program = regionsOf((x) => (x ? table.apply(x) : []), [[toTensor([-3, 5])]]);
  const [, step] = program.steps;
  assert.ok(step?.kind === "lookup");
  const [own] = step.tables;
  // The argument counts from -8.
  assert.deepEqual(
    [...(program.steps[0]?.kind === "affine" ? program.steps[0].map.constant : [])],
    [8, 8],
  );
  assert.equal(own?.first, 0);
  // Values -8 and -7 have no entry: -6, the nearest, has 3. Values 6 and 7 take the entry of 5.
  assert.deepEqual([...(own?.entries ?? [])], [3, 3, 3, 1, 4, 1, 5, -9, 3, 1, 4, 1, 5, -9, -9, -9]);
});

test("a narrow range inside a wide type is read in as few bits as it needs", () => {
  const table = new LookupTable([3, 1, 4, 1, 5, -9]);
  const program = regionsOf(
    (x) => (x ? [table.apply(x), x.add(1000)] : []),
    [[toTensor([-3, 4])], [toTensor([0, 1])]],
  );
  const [argument, step] = program.steps;
  assert.ok(argument?.kind === "affine" && step?.kind === "lookup");
  assert.deepEqual([...argument.map.constant], [3, 3]);
  // The sum needs 10 bits and shares its encoding with x, whose argument needs 3.
  assert.equal(argument.scaleLog2, 7);
  assert.equal(program.values[argument.result]?.assignedBits, 3);
  assert.deepEqual([...(step.tables[0]?.entries ?? [])], [1, 5, -9, 3, 1, 4, 1, 5]);
});

test("one table for each element, equal ones kept once", () => {
  const tables = tablesPerElement(
    [3],
    [
      [0, 1],
      [1, 0],
      [0, 1],
    ],
  );
  const program = regionsOf(
    (x) => (x ? new LookupTable(tables).apply(x) : []),
    [[toTensor([0, 0, 0])], [toTensor([1, 1, 1])]],
  );
  const [, step] = program.steps;
  assert.ok(step?.kind === "lookup");
  assert.deepEqual([...step.tableOf], [0, 1, 0]);
  assert.equal(step.tables.length, 2);
});

test("products of encrypted values are refused by name; clear values of run time are weights", () => {
  const samples = [[toTensor([1, 2]), toTensor([3, 4])]];
  assert.throws(() => regionsOf((x, y) => (x && y ? x.mul(y) : []), samples), {
    code: "unsupported-op",
    message:
      /^multiply \(.*linear-regions\.test\.js:\d+\): products of two encrypted values cannot/,
  });
  const graph = traceFunction(
    "f",
    { x: "encrypted", w: "clear" },
    (x, w) => (x && w ? x.dot(w) : []),
    samples[0] ?? [],
  );
  const [step] = linearRegions(measureBounds(graph, samples)).steps;
  assert.ok(step?.kind === "affine");
  // The largest magnitudes of uint3.
  assert.deepEqual([...step.map.weight], [7, 7]);
  assert.equal(step.clear?.first, 0);
  assert.throws(() => linearRegions(graph), { code: "not-compiled" });
});
