import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VelumError } from "../../src/base/error.js";
import { type Tensor, toTensor } from "../../src/base/tensor.js";
import { simulateGraph } from "../../src/circuit/run/simulate.js";
import { Simulator } from "../../src/circuit/run/simulator.js";
import type { Graph } from "../../src/graph/graph.js";
import { fhe } from "../../src/index.js";
import { evaluateNodes } from "../../src/ops/evaluate.js";
import { PreparedGraph } from "../../src/ops/prepared-graph.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { fuse } from "../../src/passes/fuse.js";
import { lower } from "../../src/passes/lower/lower.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import type { Tracer } from "../../src/trace/tracer.js";
import {
  compiledGraph,
  programGroups,
  readPrograms,
  samplesOf,
} from "../compile/concrete-programs.js";
import { lookupPrograms } from "../support/lookup-programs.js";
import { allFamilies, shapePrograms } from "../support/shape-programs.js";
import { nested } from "../support/shape-step.js";

/** All values of one evaluation made ready, twice in a row, against those of the plain one. */
function compare(graph: Graph, samples: readonly (readonly Tensor[])[]): void {
  const prepared = new PreparedGraph(graph);
  for (const sample of [...samples, ...samples]) {
    const plain = evaluateNodes(graph, sample);
    prepared.run(sample);
    for (const node of graph.nodes) {
      assert.deepEqual([...prepared.valueOf(node.id)], [...plain.of(node).data], node.kind);
    }
  }
}

for (const group of programGroups) {
  test(`prepared graphs of the ${group ?? "first"} programs have the plain values, fused and lowered`, () => {
    for (const program of readPrograms(group)) {
      const graph = compiledGraph(program);
      const samples = samplesOf(program);
      compare(graph, samples);
      const lowered = assignBitWidths(lower(graph, 12, "look-ups"));
      compare(lowered, samples);
      const simulator = new Simulator(lowered);
      for (const sample of samples) {
        assert.deepEqual(simulator.run(sample), simulateGraph(lowered, sample), program.name);
      }
    }
  });
}

test("prepared random programs have the plain values", () => {
  fc.assert(
    fc.property(lookupPrograms(5, 8, 8), ({ names, trace, inputset }) => {
      const samples = inputset.map((sample) => sample.map((value) => toTensor(value)));
      compare(fuse(traceFunction("f", names, trace, samples[0] ?? [])), samples);
    }),
    { numRuns: 60 },
  );
  fc.assert(
    fc.property(shapePrograms(allFamilies, 5), (program) => {
      const samples = program.samples.map((sample) => [toTensor(nested(sample))]);
      const traced = (x: Tracer): Tracer[] => program.trace(x);
      compare(traceFunction("f", { x: "encrypted" }, traced, samples[0] ?? []), samples);
    }),
    { numRuns: 60 },
  );
});

function traced(fn: (x: Tracer) => Tracer, samples: readonly (readonly Tensor[])[]): Graph {
  return measureBounds(fuse(traceFunction("f", { x: "encrypted" }, fn, samples[0] ?? [])), samples);
}

function errorOf(run: () => unknown): VelumError {
  try {
    run();
  } catch (error) {
    if (error instanceof VelumError) return error;
  }
  throw new Error("no error");
}

test("values beyond the inputset, and inexact ones, have the plain way's errors", () => {
  const samples = [[toTensor([0, 3])], [toTensor([1, 2])]];
  const table = new fhe.LookupTable([3, 1, 2, 0]);
  const graph = traced((x) => fhe.lookup(table, x.mul(2).sub(x)).add(1), samples);
  const lowered = assignBitWidths(lower(graph, 12, "look-ups"));
  const simulator = new Simulator(lowered);
  for (const input of [
    [toTensor([0, 4])],
    [toTensor([-1, 0])],
    [toTensor([1])],
    [],
    [toTensor([0.5, 1])],
  ]) {
    const [own, plain] = [
      errorOf(() => simulator.run(input)),
      errorOf(() => simulateGraph(lowered, input)),
    ];
    assert.equal(own.message, plain.message);
  }
  const large = traced((x) => x.mul(3).sum(), [[toTensor([2, 1])]]);
  const wide = [toTensor([2 ** 52, -(2 ** 52)])];
  assert.equal(
    errorOf(() => new PreparedGraph(large).run(wide)).message,
    errorOf(() => evaluateNodes(large, wide)).message,
  );
  const product = traced((x) => x.matmul([2 ** 30, 2 ** 30]), [[toTensor([2, 1])]]);
  assert.equal(
    errorOf(() => new PreparedGraph(product).run([toTensor([2 ** 25, -(2 ** 25)])])).message,
    errorOf(() => evaluateNodes(product, [toTensor([2 ** 25, -(2 ** 25)])])).message,
  );
});

test("two results of a simulator are apart", () => {
  const samples = [[toTensor([0, 3])], [toTensor([1, 2])]];
  const lowered = assignBitWidths(
    lower(
      traced((x) => x.add(1), samples),
      12,
      "look-ups",
    ),
  );
  const simulator = new Simulator(lowered);
  const [first] = simulator.run([toTensor([0, 3])]);
  simulator.run([toTensor([1, 2])]);
  assert.deepEqual([...(first?.data ?? [])], [1, 4]);
});
