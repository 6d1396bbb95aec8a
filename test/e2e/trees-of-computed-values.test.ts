// Trees whose inputs are computed from encrypted values: no bits of those travel, so the trees become look-ups.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Tensor } from "../../src/base/tensor.js";
import { fhe } from "../../src/circuit/fhe.js";
import { codeTrees } from "../../src/models/trees/trees-coded.js";
import { type IntegerTrees, leafPaths } from "../../src/op-spec/integer-trees.js";
import { type RandomEnsemble, randomEnsembles } from "../support/random-ensembles.js";
import { flatTrees } from "../support/random-trees.js";

const options = { runtime: "wasm" } as const;

/** Of 5 bits a leaf: results are sums of look-ups here, and have to fit one value. */
function code({ ensemble, rows }: RandomEnsemble) {
  const none = { classes: new Float64Array(), featureImportances: new Float64Array() };
  const fitted = { ensemble, meaning: "identity", ...none } as const;
  const [height = 0, width = 0] = rows.shape;
  const matrix = { ...rows, rows: height, columns: width };
  return codeTrees(fitted, { features: "thresholds", leaves: 5 }, matrix);
}

/** With a way of `depth` questions. */
function ensembles(shape: { readonly depth: number; readonly trees: number }) {
  return randomEnsembles(shape).filter((random) =>
    leafPaths(code(random).trees).some(({ steps }) => steps.length >= shape.depth),
  );
}

function rowsOf({ shape, data }: Tensor): number[][] {
  const [count = 0, width = 0] = shape;
  return Array.from({ length: count }, (_, i) => [...data.slice(i * width, (i + 1) * width)]);
}

/** Two parts whose sum is the row. */
function cut(row: readonly number[], salt: number): [number[], number[]] {
  const first = row.map((value, i) => (salt * 5 + i * 3) % (value + 1));
  return [first, row.map((value, i) => value - (first[i] ?? 0))];
}

for (const { depth, trees, numRuns } of [
  { depth: 1, trees: 4, numRuns: 2 },
  { depth: 3, trees: 2, numRuns: 2 },
  { depth: 10, trees: 1, numRuns: 1 },
]) {
  test(`trees of depth ${depth} on sums of two vectors: in clear, simulated and encrypted the same`, async () => {
    await fc.assert(
      fc.asyncProperty(ensembles({ depth, trees }), async (random) => {
        const coded = code(random);
        const rows = rowsOf(coded.coding.quantize(random.rows));
        const due = rowsOf(coded.evaluate(coded.coding.quantize(random.rows)));
        const parts = rows.map((row, i) => cut(row, i));
        const circuit = await fhe
          .compiler({ x: "encrypted", y: "encrypted" }, (x, y) =>
            fhe.treeEnsemble(coded.trees, x.add(y)),
          )
          .compile(parts, options);
        assert.equal(circuit.plan.bits, undefined);
        for (const [i, [x, y]] of parts.entries()) {
          assert.deepEqual([circuit.simulate(x, y)].flat(), due[i]);
        }
        const [x, y] = parts[0] ?? [[], []];
        assert.deepEqual([await circuit.encryptRunDecrypt(x, y)].flat(), due[0]);
        await circuit.close();
      }),
      { numRuns, seed: 11, endOnFailure: true },
    );
  });
}

/** Asks one question twice, one whose answer is known, and one that all rows answer alike. */
const trees: IntegerTrees = flatTrees(2, 1, [
  {
    feature: 0,
    threshold: 2,
    left: { feature: 0, threshold: 3, left: [1], right: [9] },
    right: { feature: 1, threshold: 1, left: [4], right: [7] },
  },
  {
    feature: 1,
    threshold: 1,
    left: [0],
    right: { feature: 0, threshold: 7, left: [2], right: [3] },
  },
  [5],
]);

test("trees on results of look-ups, and trees on fresh values beside them", async () => {
  const inputs = Array.from({ length: 16 }, (_, i) => [i % 8, (i * 3) % 8]);
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => [
      fhe.treeEnsemble(trees, x.floorDivide(2)),
      fhe.treeEnsemble(trees, x),
    ])
    .compile(inputs, options);
  for (const [a = 0, b = 0] of inputs) {
    const plain = (p: number, q: number): number =>
      5 + (p >= 2 ? (q >= 1 ? 7 : 4) : 1) + (q >= 1 ? (p >= 7 ? 3 : 2) : 0);
    const due = [plain(a >> 1, b >> 1), plain(a, b)];
    assert.deepEqual([circuit.simulate([a, b])].flat(3), due);
  }
  for (const x of [inputs[3] ?? [], inputs[13] ?? []]) {
    assert.deepEqual(await circuit.encryptRunDecrypt(x), circuit.simulate(x));
  }
  await circuit.close();
});
