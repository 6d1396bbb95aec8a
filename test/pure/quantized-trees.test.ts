// Random trees on whole numbers: they decide as the trees in real numbers do.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readTreesCoded } from "../../src/models/trees/trees-coded.js";
import { TreeCoding } from "../../src/quantize/tree-coding.js";
import { assertSameScores, codedEnsemble, randomEnsembles } from "../support/random-ensembles.js";

test("places among thresholds decide as the trees do, ties, categories and missing values included", () => {
  fc.assert(
    fc.property(randomEnsembles({ depth: 5, trees: 5 }), (random) => {
      const { ensemble, rows } = random;
      assertSameScores(random, codedEnsemble(ensemble, rows, "thresholds"), rows);
    }),
    { numRuns: 200 },
  );
});

test("a grid whose points are the values decides as the trees do, thresholds that tie included", () => {
  fc.assert(
    fc.property(randomEnsembles({ depth: 4, trees: 4 }), (random) => {
      // Values are quarters from -2 to 2. A range from -2 to 1.75 has 2^4 points, a quarter apart.
      const { ensemble, rows } = random;
      const { features, rule } = ensemble;
      const ends = [-2, 1.75].flatMap((end) => new Array<number>(features).fill(end));
      const range = { shape: [2, features], data: Float64Array.from(ends) };
      const coded = codedEnsemble(ensemble, range, 4);
      // Where values may be missing, the points at the ends stand for those that are.
      const [low, high] = rule.missing === "none" ? [-2, 1.75] : [-1.75, 1.5];
      const data = rows.data.map((value) => Math.min(Math.max(value, low), high));
      assertSameScores(random, coded, { shape: rows.shape, data });
    }),
    { numRuns: 200 },
  );
});

test("missing values keep their side on a grid, however coarse it is and wherever the thresholds lie", () => {
  fc.assert(
    fc.property(
      randomEnsembles({ depth: 4, trees: 4 }),
      fc.integer({ min: 1, max: 5 }),
      (random, bits) => {
        const { ensemble, rows } = random;
        fc.pre(ensemble.rule.missing !== "none");
        const missing = new Float64Array(ensemble.features).fill(Number.NaN);
        const row = { shape: [1, ensemble.features], data: missing };
        assertSameScores(random, codedEnsemble(ensemble, rows, bits), row);
      },
    ),
    { numRuns: 200 },
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
  const coded = codedEnsemble({ ...ensemble, divisor: 1 }, rows, 4);
  const scores = coded.coding.scores(coded.evaluate(coded.coding.quantize(rows)));
  assert.deepEqual([...scores.data], [0, 1, 0, 0, 1, 0]);
});

test("files keep integer trees and codings", () => {
  fc.assert(
    fc.property(
      randomEnsembles({ depth: 4, trees: 4 }),
      fc.constantFrom("thresholds" as const, 3),
      ({ ensemble, rows }, bits) => {
        const coded = codedEnsemble(ensemble, rows, bits);
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
