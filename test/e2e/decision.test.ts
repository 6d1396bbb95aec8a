import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fhe } from "../../src/circuit/fhe.js";
import type { IntegerTrees } from "../../src/ops/tree-ensemble/integer-trees.js";
import { randomTrees } from "../support/random-trees.js";

const rows = Array.from({ length: 40 }, (_, i) => [i % 10, (i * 3) % 10, (i * 7 + 2) % 10]);

function compile(trees: IntegerTrees) {
  return fhe.compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x)).compile(rows);
}

test("random ensembles on encrypted bits give the integers of the simulation", async () => {
  const shape = {
    features: 3,
    outputs: 2,
    trees: 6,
    depth: 4,
    largestThreshold: 9,
    largestValue: 30000,
  };
  await fc.assert(
    fc.asyncProperty(randomTrees(shape), async (trees) => {
      const circuit = await compile(trees);
      assert.equal(circuit.sizes.evaluationKeyBytes, 0);
      for (const x of [rows[1], rows[7], [9, 0, 9], [0, 9, 4]]) {
        assert.deepEqual(await circuit.encryptRunDecrypt(x ?? []), circuit.simulate(x ?? []));
      }
      await circuit.close();
    }),
    { numRuns: 8 },
  );
});
