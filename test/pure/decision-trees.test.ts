import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { classPairs, ranked } from "../../src/models/ranking.js";
import { decisionTrees } from "../../src/models/trees/decision-trees.js";
import { type IntegerTrees, leafOf } from "../../src/op-spec/integer-trees.js";
import { treeBounds } from "../../src/ops/tree-ensemble/tree-ensemble.js";
import { randomTrees } from "../support/random-trees.js";

const shape = { features: 3, outputs: 3, trees: 6, depth: 3, largestThreshold: 9 };
const rows = Array.from({ length: 200 }, (_, i) => [i % 10, (i * 3 + 1) % 10, (i * 7 + 2) % 10]);
const grid = { shape: [rows.length, 3], data: Float64Array.from(rows.flat()) };
const classes = { kind: "classes", classes: 3, top: 3 } as const;

function sums(trees: IntegerTrees, x: readonly number[], base: Float64Array): Float64Array {
  const found = Float64Array.from({ length: trees.outputs }, (_, k) => base[k] ?? 0);
  for (const root of trees.roots) {
    const leaf = leafOf(trees, root, x);
    found.forEach((sum, k) => {
      found[k] = sum + (trees.values[leaf * trees.outputs + k] ?? 0);
    });
  }
  return found;
}

/** Places of classes by falling score, the first of equals first. */
function sorted(scores: Float64Array): number[] {
  return Array.from(scores.keys()).sort((i, j) => (scores[j] ?? 0) - (scores[i] ?? 0) || i - j);
}

test("leaves that fit keep the order of classes on every row, ties included", () => {
  const base = Float64Array.of(0.5, -1.25, 0);
  fc.assert(
    fc.property(randomTrees({ ...shape, largestValue: 4 }), (trees) => {
      const decided = decisionTrees({ trees, step: 1, base }, classes, grid, 8);
      const nothing = new Float64Array(3);
      for (const x of rows) {
        const own = sums(decided, x, nothing);
        const order = ranked({ shape: [1, 3], data: own }, 3, 3).data;
        assert.deepEqual(Array.from(order), sorted(sums(trees, x, base)));
      }
    }),
    { numRuns: 60 },
  );
});

test("wide leaves are rounded so that sums fit, and few rows change", () => {
  const base = new Float64Array(3);
  let changed = 0;
  let asked = 0;
  fc.assert(
    fc.property(randomTrees({ ...shape, largestValue: 1_000_003 }), (trees) => {
      const decided = decisionTrees({ trees, step: 1, base }, classes, grid, 7);
      const { low, high } = treeBounds(decided);
      assert.ok(low.data.every((value) => value >= -63) && high.data.every((value) => value <= 63));
      for (const x of rows) {
        const own = sums(decided, x, base);
        const [first] = ranked({ shape: [1, 3], data: own }, 3, 1).data;
        changed += Number(first !== sorted(sums(trees, x, base))[0]);
        asked++;
      }
    }),
    { numRuns: 40, seed: 5 },
  );
  assert.ok(changed < 0.02 * asked, `${changed} of ${asked}`);
});

test("one score is above its limit where rounded leaves cannot have brought it there", () => {
  fc.assert(
    fc.property(
      randomTrees({ ...shape, outputs: 1, largestValue: 9 }),
      fc.integer({ min: -40, max: 40 }),
      (trees, quarter) => {
        const base = Float64Array.of(0.25);
        const decision = { kind: "bit", limits: [quarter / 4] } as const;
        const decided = decisionTrees({ trees, step: 0.5, base }, decision, grid, 10);
        for (const x of rows) {
          const [sum = 0] = sums(trees, x, new Float64Array(1));
          const [own = 0] = sums(decided, x, new Float64Array(1));
          const rounding = 0.5 * (trees.roots.length / 2);
          assert.equal(own > 0, 0.25 + 0.5 * sum - rounding > quarter / 4);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("ranks from pairs are those of sorting", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 2, maxLength: 10 }), (s) => {
      const pairs = classPairs(s.length);
      const data = Float64Array.from(pairs, ([i, j]) => (s[j] ?? 0) - (s[i] ?? 0));
      const found = ranked({ shape: [1, pairs.length], data }, s.length, s.length);
      assert.deepEqual(Array.from(found.data), sorted(Float64Array.from(s)));
    }),
  );
});
