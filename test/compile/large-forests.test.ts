// Forests whose look-ups nobody could run or read: they compile as gates, and their dialect text says why it is missing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe } from "../../src/circuit/fhe.js";
import { flatTrees } from "../support/random-trees.js";

type Node = Parameters<typeof flatTrees>[2][number];

/** Full trees of depth 5 that ask 31 questions each, all different. */
const trees = flatTrees(
  1,
  1,
  Array.from({ length: 70 }, (_, tree) => {
    const node = (low: number, high: number): Node => {
      const middle = (low + high) >> 1;
      if (middle === low) return [tree + low];
      const threshold = 31 * tree + middle;
      return { feature: 0, threshold, left: node(low, middle), right: node(middle, high) };
    };
    return node(0, 32);
  }),
);
const samples = [[0], [2500]];

test("a large forest compiles without a text of its look-ups", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x))
    .compile(samples);
  assert.notEqual(circuit.plan.lane, "bootstrap");
  assert.match(circuit.mlir, /^\/\/ tree_ensemble.*: as look-ups, 2170 questions and 2240 leaves/);
  assert.ok(circuit.mlir.length < 1000);
  await circuit.close();
});

test("a forest of computed values with as many is refused before it takes the memory", async () => {
  const wider = flatTrees(1, 1, [
    ...Array.from(
      { length: 6000 },
      (_, i): Node => ({
        ...{ feature: 0, threshold: i + 1, left: [0], right: [1] },
      }),
    ),
  ]);
  const compiler = fhe.compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(wider, x.mul(x)));
  await assert.rejects(compiler.compile([[0], [90]]), {
    code: "no-parameters",
    limit: 2 ** 25,
    actual: 6000 * 12000,
  });
});
