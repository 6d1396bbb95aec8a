// Random trees on whole numbers through the whole path: in clear, simulated, on ciphertexts.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileCoded } from "../../src/models/compile-coded.js";
import { runRows } from "../../src/models/prediction-mode.js";
import { codedEnsemble, randomEnsembles } from "../support/random-ensembles.js";

const options = { runtime: "wasm" } as const;

test("any ensemble: all modes equal, missing values and ties included", async () => {
  await fc.assert(
    fc.asyncProperty(randomEnsembles({ depth: 5, trees: 5 }), async ({ ensemble, rows }) => {
      const coded = codedEnsemble(ensemble, rows, "thresholds");
      const q = coded.coding.quantize(rows);
      const clear = coded.evaluate(q);
      const circuit = await compileCoded(coded, q, options, []);
      assert.deepEqual(await runRows(circuit, q, { fhe: "simulate" }, "test"), clear);
      const few = { shape: [2, q.shape[1] ?? 0], data: q.data.slice(0, 2 * (q.shape[1] ?? 0)) };
      const encrypted = await runRows(circuit, few, { fhe: "execute" }, "test");
      assert.deepEqual(encrypted.data, clear.data.slice(0, encrypted.data.length));
      await circuit.close();
    }),
    { numRuns: 12 },
  );
});

test("deep and narrow trees, down to depth 10", async () => {
  await fc.assert(
    fc.asyncProperty(randomEnsembles({ depth: 10, trees: 2 }), async ({ ensemble, rows }) => {
      const coded = codedEnsemble(ensemble, rows, "thresholds");
      const q = coded.coding.quantize(rows);
      const circuit = await compileCoded(coded, q, options, []);
      const width = q.shape[1] ?? 0;
      const one = { shape: [1, width], data: q.data.slice(0, width) };
      const encrypted = await runRows(circuit, one, { fhe: "execute" }, "test");
      assert.deepEqual(encrypted.data, coded.evaluate(one).data);
      await circuit.close();
    }),
    { numRuns: 4 },
  );
});

test("grids: all modes equal", async () => {
  await fc.assert(
    fc.asyncProperty(
      randomEnsembles({ depth: 3, trees: 3 }),
      fc.integer({ min: 1, max: 6 }),
      async ({ ensemble, rows }, bits) => {
        const coded = codedEnsemble(ensemble, rows, bits);
        const q = coded.coding.quantize(rows);
        const clear = coded.evaluate(q);
        assert.ok(q.data.every((point) => Number.isInteger(point) && point >= 0));
        const circuit = await compileCoded(coded, q, options, []);
        assert.deepEqual(await runRows(circuit, q, { fhe: "simulate" }, "test"), clear);
        const width = q.shape[1] ?? 0;
        const one = { shape: [1, width], data: q.data.slice(0, width) };
        const encrypted = await runRows(circuit, one, { fhe: "execute" }, "test");
        assert.deepEqual(encrypted.data, clear.data.slice(0, encrypted.data.length));
        await circuit.close();
      },
    ),
    { numRuns: 8 },
  );
});
