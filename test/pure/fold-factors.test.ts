import assert from "node:assert/strict";
import { test } from "node:test";
import { type Tensor, toTensor } from "../../src/base/tensor.js";
import { fhe } from "../../src/index.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { lower } from "../../src/passes/lower/lower.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { linearRegions } from "../../src/regions/linear-regions.js";
import { refreshInputs } from "../../src/regions/refresh-inputs.js";
import type { RegionProgram } from "../../src/regions/region-program.js";
import { matmul } from "../../src/trace/functions.js";
import { LookupTable } from "../../src/trace/lookup-table.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import type { Tracer } from "../../src/trace/tracer.js";
import { runRegions } from "../support/run-regions.js";

/** Regions of a function of two numbers, compared with the exact results on all pairs below 2^bits. */
function checked(
  bits: number,
  fn: (x: Tracer, y: Tracer) => Tracer | Tracer[],
  shift = 0,
): RegionProgram {
  const numbers = Array.from({ length: 2 ** bits }, (_, i) => i - shift);
  const samples: Tensor[][] = numbers.flatMap((x) =>
    numbers.map((y) => [toTensor(x), toTensor(y)]),
  );
  const traced = traceFunction(
    "f",
    { x: "encrypted", y: "encrypted" },
    (x, y) => (x === undefined || y === undefined ? [] : fn(x, y)),
    samples[0] ?? [],
  );
  const graph = measureBounds(traced, samples);
  const program = linearRegions(assignBitWidths(lower(graph, 8, "look-ups", 16)));
  for (const inputs of samples) {
    const wanted = evaluateGraph(graph, inputs).map((result) => [...result.data]);
    assert.deepEqual(runRegions(program, inputs), wanted);
  }
  return program;
}

/** Magnitudes of the weights on look-up results, ascending, and the largest entry of all tables. */
function weightsOf({ steps, values }: RegionProgram): { weights: number[]; entry: number } {
  const looked = new Set(steps.flatMap((step) => (step.kind === "lookup" ? [step.result] : [])));
  const weights = new Set<number>();
  let entry = 0;
  for (const step of steps) {
    if (step.kind === "affine") {
      const columns = step.sources.flatMap((source) =>
        Array.from({ length: values[source]?.size ?? 0 }, () => looked.has(source)),
      );
      for (const [at, weight] of step.map.weight.entries()) {
        if (columns[step.map.column[at] ?? -1]) weights.add(Math.abs(weight));
      }
    }
    if (step.kind !== "lookup") continue;
    for (const table of step.tables) entry = Math.max(entry, ...table.entries.map(Math.abs));
  }
  return { weights: [...weights].sort((a, b) => a - b), entry };
}

const cube = new LookupTable([0, 1, 8, 27, 64, 125, 216, 343]);

/** Of another program with the same meaning. */
function same(program: RegionProgram, other: RegionProgram | undefined, top: number): void {
  assert.ok(other);
  for (let x = 0; x < top; x++) {
    for (let y = 0; y < top; y++) {
      const inputs = [toTensor(x), toTensor(y)];
      assert.deepEqual(runRegions(other, inputs), runRegions(program, inputs));
    }
  }
}

test("inputs under large weights can be looked up, those under small ones stay", () => {
  const program = checked(3, (x, y) => [fhe.maximum(x, y).mul(1000).add(x), cube.apply(y)]);
  const other = refreshInputs(program);
  same(program, other, 8);
  const weights = other?.steps.flatMap((step) =>
    step.kind === "affine" ? [...step.map.weight] : [],
  );
  assert.ok(weights?.every((weight) => Math.abs(weight) === 1));
  const looked = other?.steps.flatMap((step) => (step.kind === "lookup" ? [...step.origins] : []));
  assert.deepEqual(
    [looked?.length, new Set(looked).size],
    [3, 2],
    "both look-ups of y share noise",
  );
  assert.equal(refreshInputs(checked(3, (x, y) => cube.apply(x).add(y.mul(15)))), undefined);
});

test("factors of products, extrema and tables go into the tables", () => {
  for (const shift of [0, 3]) {
    assert.deepEqual(weightsOf(checked(3, (x, y) => x.mul(y).mul(100), shift)).weights, [1]);
    const largest = checked(3, (x, y) => fhe.maximum(x, y).mul(-1000).add(7), shift);
    assert.deepEqual(weightsOf(largest).weights, [1]);
  }
  const table = checked(3, (x, y) => cube.apply(x).mul(-30).sub(5).add(y));
  assert.deepEqual(weightsOf(table), { weights: [1], entry: 343 * 30 });
});

test("what all sums share is moved, and the rest stays a weight", () => {
  const shared = checked(3, (x) => [cube.apply(x).mul(12), cube.apply(x).mul(18).add(1)]);
  assert.deepEqual(weightsOf(shared), { weights: [2, 3], entry: 343 * 6 });
  const apart = checked(3, (x) => {
    const table = cube.apply(x);
    return [table.mul(12), table];
  });
  assert.deepEqual(weightsOf(apart).entry, 343);
  const read = checked(2, (x) => {
    const table = new LookupTable([3, 1, 0, 2]).apply(x);
    return [table.mul(12), new LookupTable([5, 9, 0, 7]).apply(table)];
  });
  assert.deepEqual(weightsOf(read), { weights: [1, 12], entry: 9 });
});

test("elements of one look-up have factors of their own", () => {
  const found = checked(2, (x, y) => {
    const both = new LookupTable([1, 0, 5, 2]).apply(
      x
        .add([0, 0])
        .mul([1, 0])
        .add(y.mul([0, 1])),
    );
    return matmul(both, [
      [100, 200],
      [-7, 21],
    ]);
  });
  assert.deepEqual(weightsOf(found), { weights: [1, 2, 3], entry: 500 });
});
