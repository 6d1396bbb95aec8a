import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fhe } from "../../src/circuit/fhe.js";
import type { IntegerTrees } from "../../src/ops/tree-ensemble/integer-trees.js";
import { randomTrees } from "../support/random-trees.js";

const rows = Array.from({ length: 40 }, (_, i) => [i % 10, (i * 3) % 10, (i * 7 + 2) % 10]);
const shape = { features: 3, outputs: 2, trees: 5, depth: 3, largestThreshold: 9, largestValue: 6 };

/** Which of two sums is greater, beside a look-up of their sum; and the first input, which travels as a number. */
function compile(trees: IntegerTrees) {
  return fhe
    .compiler({ x: "encrypted" }, (x) => {
      const sums = fhe.treeEnsemble(trees, x);
      return [sums.greater(0), sums.sum().floorDivide(3), x.at(0).add(sums.at(1).floorDivide(2))];
    })
    .compile(rows);
}

test("look-ups behind trees: bits and numbers in one request give the integers of the simulation", async () => {
  await fc.assert(
    fc.asyncProperty(randomTrees(shape), async (trees) => {
      const circuit = await compile(trees);
      for (const x of [rows[1], rows[7], rows[38]]) {
        assert.deepEqual(await circuit.encryptRunDecrypt(x ?? []), circuit.simulate(x ?? []));
      }
      await circuit.close();
    }),
    { numRuns: 3, endOnFailure: true },
  );
});

test("trees in front of look-ups cost CMUX gates, not bootstraps", async () => {
  const [trees] = fc.sample(randomTrees(shape), { numRuns: 1, seed: 3 });
  assert.ok(trees !== undefined);
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x).greater(0))
    .compile(rows);
  assert.equal(circuit.plan.bootstraps, 2);
  assert.equal(circuit.plan.input.length, 0);
  assert.ok(circuit.plan.failure.worstLog2 <= -64);
  const x = [3, 8, 1];
  assert.deepEqual(await circuit.encryptRunDecrypt(x), circuit.simulate(x));
  await circuit.close();
});
