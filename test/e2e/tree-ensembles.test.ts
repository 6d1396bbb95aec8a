// Random trees through the whole path: quantized as they are when compiled, simulated, on ciphertexts.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Tensor } from "../../src/base/tensor.js";
import { compileCoded } from "../../src/models/compile-coded.js";
import { runRows } from "../../src/models/prediction-mode.js";
import { predictEnsemble } from "../../src/models/trees/predict-ensemble.js";
import type { TreeEnsemble } from "../../src/models/trees/tree-ensemble.js";
import { codeTrees, readTreesCoded } from "../../src/models/trees/trees-coded.js";
import { TreeCoding } from "../../src/quantize/tree-coding.js";
import { randomEnsembles } from "../support/random-ensembles.js";

const options = { runtime: "wasm" } as const;

test("any ensemble: scores within rounding, all modes equal, missing values and ties included", async () => {
  await fc.assert(
    fc.asyncProperty(
      randomEnsembles({ depth: 5, trees: 5 }),
      async ({ ensemble, rows, largest }) => {
        const coded = code(ensemble, rows, "thresholds");
        const q = coded.coding.quantize(rows);
        const clear = coded.evaluate(q);
        closeTo(
          coded.coding.scores(clear),
          predictEnsemble(ensemble, matrix(rows)),
          ensemble,
          largest,
        );
        const circuit = await compileCoded(coded, q, options, []);
        assert.deepEqual(await runRows(circuit, q, { fhe: "simulate" }, "test"), clear);
        const few = { shape: [2, q.shape[1] ?? 0], data: q.data.slice(0, 2 * (q.shape[1] ?? 0)) };
        const encrypted = await runRows(circuit, few, { fhe: "execute" }, "test");
        assert.deepEqual(encrypted.data, clear.data.slice(0, encrypted.data.length));
        await circuit.close();
      },
    ),
    { numRuns: 12 },
  );
});

test("deep and narrow trees, down to depth 10", async () => {
  await fc.assert(
    fc.asyncProperty(randomEnsembles({ depth: 10, trees: 2 }), async ({ ensemble, rows }) => {
      const coded = code(ensemble, rows, "thresholds");
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

test("grids: all modes equal, and points of the grid go where their trees send them", async () => {
  await fc.assert(
    fc.asyncProperty(
      randomEnsembles({ depth: 3, trees: 3 }),
      fc.integer({ min: 1, max: 6 }),
      async ({ ensemble, rows }, bits) => {
        const coded = code(ensemble, rows, bits);
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

test("a grid whose points are the values decides as the trees do, thresholds that tie included", () => {
  fc.assert(
    fc.property(randomEnsembles({ depth: 4, trees: 4 }), ({ ensemble, rows, largest }) => {
      fc.pre(ensemble.rule.missing === "none");
      // Values are quarters from -2 to 2. A range from -2 to 1.75 has 2^4 points, a quarter apart.
      const { features } = ensemble;
      const clipped = rows.data.map((value) => Math.min(value, 1.75));
      const ends = [-2, 1.75].flatMap((end) => new Array<number>(features).fill(end));
      const data = Float64Array.of(...clipped, ...ends);
      const all = { shape: [data.length / features, features], data };
      const coded = code(ensemble, all, 4);
      const scores = coded.coding.scores(coded.evaluate(coded.coding.quantize(all)));
      closeTo(scores, predictEnsemble(ensemble, matrix(all)), ensemble, largest);
    }),
    { numRuns: 100 },
  );
});

test("leaves of one output far below those of another are 0", () => {
  const tree = {
    ...{ feature: Int32Array.of(-1), threshold: new Float64Array(1) },
    ...{ left: new Int32Array(1), right: new Int32Array(1), missingLeft: new Uint8Array(1) },
    ...{ categories: new Map(), values: Float64Array.of(5e-324, 1, 0) },
  };
  const rule = { left: "<", precision: "float64", missing: "none" } as const;
  const ensemble = { features: 1, outputs: 3, rule, trees: [tree], base: new Float64Array(3) };
  const rows = { shape: [2, 1], data: Float64Array.of(0, 1) };
  const coded = code({ ...ensemble, divisor: 1 }, rows, 4);
  const scores = coded.coding.scores(coded.evaluate(coded.coding.quantize(rows)));
  assert.deepEqual([...scores.data], [0, 1, 0, 0, 1, 0]);
});

test("files keep integer trees and codings", () => {
  fc.assert(
    fc.property(
      randomEnsembles({ depth: 4, trees: 4 }),
      fc.constantFrom("thresholds" as const, 3),
      ({ ensemble, rows }, bits) => {
        const coded = code(ensemble, rows, bits);
        const q = coded.coding.quantize(rows);
        const form: unknown = JSON.parse(
          JSON.stringify({ model: coded.toJSON(), coding: coded.coding }),
        );
        const { model, coding } = Object(form);
        assert.deepEqual(readTreesCoded(model, coding).evaluate(q), coded.evaluate(q));
        assert.deepEqual(TreeCoding.fromJSON(coding).quantize(rows), q);
      },
    ),
    { numRuns: 50 },
  );
});

function matrix(x: Tensor) {
  return { ...x, rows: x.shape[0] ?? 0, columns: x.shape[1] ?? 0 };
}

function code(ensemble: TreeEnsemble, rows: Tensor, features: "thresholds" | number) {
  const none = { classes: new Float64Array(), featureImportances: new Float64Array() };
  const fitted = { ensemble, meaning: "identity", ...none } as const;
  return codeTrees(fitted, { features, leaves: 16 }, matrix(rows));
}

/** Each leaf is off by half a step of 2^-15 of the largest. */
function closeTo(found: Tensor, due: Tensor, ensemble: TreeEnsemble, largest: number): void {
  const allowed = (ensemble.trees.length * largest * 2 ** -15) / ensemble.divisor + 1e-12;
  due.data.forEach((score, i) => {
    assert.ok(Math.abs(score - (found.data[i] ?? 0)) <= allowed, `${found.data[i]} for ${score}`);
  });
}
