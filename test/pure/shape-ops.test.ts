import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { toTensor } from "../../src/base/tensor.js";
import type { Graph } from "../../src/graph/graph.js";
import { mlirModule } from "../../src/mlir/module-text.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { linearOperands } from "../../src/ops/linear-form.js";
import { opSpec } from "../../src/ops/registry.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { nodeIntervals } from "../../src/passes/interval-bounds.js";
import { lower } from "../../src/passes/lower/lower.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { type AffineMap, evaluateMap } from "../../src/program/affine.js";
import { linearRegions } from "../../src/regions/linear-regions.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import { allFamilies, type ShapeProgram, shapePrograms } from "../support/shape-programs.js";
import { nested } from "../support/shape-step.js";

function check(program: ShapeProgram): void {
  const samples = program.samples.map((sample) => [toTensor(nested(sample))]);
  const traced = traceFunction(
    "f",
    { x: "encrypted" },
    (x) => (x ? program.trace(x) : []),
    samples[0] ?? [],
  );
  const graph = assignBitWidths(measureBounds(traced, samples));
  const map = isLinear(graph) ? onlyMap(graph) : undefined;
  const data = program.samples.flatMap((sample) => sample.data);
  const bounds = { min: Math.min(...data), max: Math.max(...data) };
  const interval = nodeIntervals(graph, [bounds])[graph.outputs[0] ?? 0];
  program.samples.forEach((sample, i) => {
    const [wanted] = program.plain(sample);
    const [result] = evaluateGraph(graph, samples[i] ?? []);
    assert.ok(wanted !== undefined && result !== undefined);
    assert.deepEqual(result.shape, wanted.shape);
    assert.deepEqual([...result.data], [...wanted.data]);
    if (map !== undefined) {
      const mapped = Array.from(evaluateMap(map, sample.data), (value) => value + 0);
      assert.deepEqual(mapped, [...wanted.data]);
    }
    wanted.data.forEach((value, at) => {
      const low = interval?.low.data[at] ?? Number.NaN;
      const high = interval?.high.data[at] ?? Number.NaN;
      assert.ok(low <= value && value <= high);
    });
  });
  const lowered = map === undefined ? assignBitWidths(lower(graph, 16, "dialect")) : graph;
  assert.match(mlirModule(lowered), /return %/);
}

/** False where maxima compare values. */
function isLinear(graph: Graph): boolean {
  return graph.nodes.every(
    (node) =>
      node.kind !== "operation" ||
      opSpec(node.name).affine(node.attributes, linearOperands(graph, node)) !== undefined,
  );
}

function onlyMap(graph: Graph): AffineMap {
  const { steps } = linearRegions(graph);
  const [step] = steps;
  assert.ok(step?.kind === "affine" && steps.length === 1);
  return step.map;
}

describe("definitions written out, values, affine maps and intervals agree", () => {
  for (const family of allFamilies) {
    test(family, () => {
      fc.assert(fc.property(shapePrograms([family], 1), check), { numRuns: 150 });
    });
  }

  test("programs of all of them", () => {
    fc.assert(fc.property(shapePrograms(allFamilies, 6), check), { numRuns: 300 });
  });
});
