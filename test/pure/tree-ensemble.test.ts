import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VelumError } from "../../src/base/error.js";
import type { Tensor } from "../../src/base/tensor.js";
import type { Graph } from "../../src/graph/graph.js";
import { mlirModule } from "../../src/mlir/module-text.js";
import { type IntegerTrees, treeAttributes } from "../../src/op-spec/integer-trees.js";
import { evaluateGraph } from "../../src/ops/evaluate.js";
import { treeBounds } from "../../src/ops/tree-ensemble/tree-ensemble.js";
import { assignBitWidths } from "../../src/passes/assign-bit-widths.js";
import { lower } from "../../src/passes/lower/lower.js";
import { measureBounds } from "../../src/passes/measure-bounds.js";
import { linearRegions } from "../../src/regions/linear-regions.js";
import { traceFunction } from "../../src/trace/trace-function.js";
import { treeEnsemble } from "../../src/trace/tree-ensemble.js";
import { flatTrees, randomTrees } from "../support/random-trees.js";

const shape = { features: 3, outputs: 2, trees: 4, depth: 3, largestThreshold: 6, largestValue: 9 };

/** Rows that reach every answer to every threshold. */
const rows: Tensor[][] = Array.from({ length: 40 }, (_, i) => [
  { shape: [3], data: Float64Array.of(i % 7, (i * 3) % 7, (i * 5) % 7) },
]);

function traced(trees: IntegerTrees): Graph {
  return measureBounds(
    traceFunction("trees", { x: "encrypted" }, (x) => treeEnsemble(trees, x), rows[0] ?? []),
    rows,
  );
}

function plain(trees: IntegerTrees, x: ArrayLike<number>): number[] {
  const sums = new Array<number>(trees.outputs).fill(0);
  for (const root of trees.roots) {
    let node = root;
    while ((trees.feature[node] ?? -1) >= 0) {
      const goesRight = (x[trees.feature[node] ?? 0] ?? 0) >= (trees.threshold[node] ?? 0);
      node = (goesRight ? trees.right[node] : trees.left[node]) ?? 0;
    }
    for (let k = 0; k < sums.length; k++)
      sums[k] = (sums[k] ?? 0) + (trees.values[node * trees.outputs + k] ?? 0);
  }
  return sums;
}

test("an ensemble adds the leaves that x reaches, in the graph and lowered to look-ups", () => {
  fc.assert(
    fc.property(randomTrees(shape), (trees) => {
      const graph = traced(trees);
      const lowered = lower(graph, 8, "look-ups");
      for (const [x] of rows) {
        if (x === undefined) continue;
        const expected = plain(trees, x.data);
        assert.deepEqual([...(evaluateGraph(graph, [x])[0]?.data ?? [])], expected);
        assert.deepEqual([...(evaluateGraph(lowered, [x])[0]?.data ?? [])], expected);
      }
      const { low, high } = treeBounds(trees);
      for (const [x] of rows) {
        plain(trees, x?.data ?? []).forEach((value, k) => {
          assert.ok(value >= (low.data[k] ?? 0) && value <= (high.data[k] ?? 0));
        });
      }
      assert.ok(lowered.nodes.every((n) => n.kind !== "operation" || n.name !== "tree_ensemble"));
    }),
    { numRuns: 60 },
  );
});

const small = flatTrees(2, 1, [
  {
    feature: 1,
    threshold: 3,
    left: [5],
    right: { feature: 0, threshold: 1, left: [-2], right: [4] },
  },
]);

const samples = [
  [0, 0],
  [1, 3],
  [0, 5],
].map((x) => [{ shape: [2], data: Float64Array.from(x) }]);

/** `small` on a parameter, with bounds. */
function smallGraph(): Graph {
  const graph = traceFunction(
    "t",
    { x: "encrypted" },
    (x) => treeEnsemble(small, x),
    samples[0] ?? [],
  );
  return measureBounds(graph, samples);
}

test("on a parameter the trees stay one step that names its columns", () => {
  const graph = smallGraph();
  const lowered = assignBitWidths(lower(graph, 8, "gates"));
  const { steps } = linearRegions(lowered);
  assert.equal(steps.length, 1);
  const [step] = steps;
  assert.ok(step?.kind === "ensemble");
  assert.deepEqual([...step.columns], [0, 1]);
  assert.match(graph.format(), /= tree_ensemble\(%0, trees=1\)/);
});

test("the dialects get look-ups and matrix products", () => {
  const text = mlirModule(assignBitWidths(lower(smallGraph(), 16, "dialect")));
  assert.match(text, /FHELinalg\.apply_mapped_lookup_table/);
  assert.match(text, /FHELinalg\.(dot|matmul)/);
});

test("malformed trees are refused with what is wrong", () => {
  const refuse = (change: Partial<IntegerTrees>, problem: RegExp): void => {
    assert.throws(
      () => traced({ ...small, features: 3, ...change }),
      (error: unknown) =>
        error instanceof VelumError && error.code === "bad-argument" && problem.test(error.message),
    );
  };
  refuse({ left: Int32Array.of(0, 0, 0, 0, 0) }, /children do not come after it/);
  refuse({ roots: Int32Array.of() }, /has no roots/);
  refuse({ feature: Int32Array.of(7, -1, 0, -1, -1) }, /asks for feature 7 of 3/);
  assert.throws(
    () => traced({ ...small, features: 4 }),
    /the trees ask a vector of 4 numbers and got the shape \(3,\)/,
  );
  assert.deepEqual(Object.keys(treeAttributes(small)), ["features", "nodes", "roots", "values"]);
});
