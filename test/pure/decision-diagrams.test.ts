import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type IntegerTrees, leafOf } from "../../src/op-spec/integer-trees.js";
import {
  type DecisionDiagrams,
  decisionDiagrams,
} from "../../src/plan/decision/decision-diagrams.js";
import { flatTrees, randomTrees } from "../support/random-trees.js";

/** The sum as gates give it. */
function run({ bits, diagrams, leaves, base }: DecisionDiagrams, x: readonly number[]): number[] {
  const set = bits.map(
    ({ feature, low, high, shift }) =>
      ((Math.min(Math.max(x[feature] ?? 0, low), high) - low) >> shift) & 1,
  );
  const sums = [...base];
  for (const { gates } of diagrams) {
    const values: (Float64Array | undefined)[] = [];
    const of = (at: number) => (at < 0 ? leaves[-1 - at] : values[at]);
    for (const { bit, low, high } of gates) values.push(of(set[bit] === 1 ? high : low));
    values.at(-1)?.forEach((value, k) => {
      assert.ok(value >= 0);
      sums[k] = (sums[k] ?? 0) + value;
    });
  }
  return sums;
}

function plain(trees: IntegerTrees, x: readonly number[]): number[] {
  return Array.from({ length: trees.outputs }, (_, k) =>
    trees.roots.reduce(
      (sum, root) => sum + (trees.values[leafOf(trees, root, x) * trees.outputs + k] ?? 0),
      0,
    ),
  );
}

const shape = {
  features: 3,
  outputs: 2,
  trees: 5,
  depth: 5,
  largestThreshold: 9,
  largestValue: 50,
};
const prices = [
  { name: "answers", bit: 0, gate: 1 },
  { name: "indices", bit: 1, gate: 0 },
  { name: "a mixture", bit: 5, gate: 2 },
];

for (const { name, bit, gate } of prices) {
  test(`gates on ${name} give the trees' sum for every input`, () => {
    fc.assert(
      fc.property(
        randomTrees(shape),
        fc.array(fc.tuple(...[0, 0, 0].map(() => fc.integer({ min: -2, max: 12 }))), {
          minLength: 20,
          maxLength: 20,
        }),
        (trees, rows) => {
          const diagrams = decisionDiagrams(trees, { bit, gate });
          for (const x of rows) assert.deepEqual(run(diagrams, x), plain(trees, x));
        },
      ),
    );
  });
}

const chain = flatTrees(1, 1, [
  {
    feature: 0,
    threshold: 4,
    left: { feature: 0, threshold: 6, left: [1], right: [2] },
    right: { feature: 0, threshold: 2, left: [3], right: [8] },
  },
]);

test("questions whose answer is known cost nothing", () => {
  const { bits, diagrams, leaves, base } = decisionDiagrams(chain, { bit: 1, gate: 1 });
  assert.deepEqual(bits, [{ feature: 0, low: 3, high: 4, shift: 0 }]);
  assert.deepEqual(diagrams, [{ gates: [{ bit: 0, low: -1, high: -2 }] }]);
  assert.deepEqual(
    leaves.map((leaf) => [...leaf]),
    [[0], [7]],
  );
  assert.deepEqual([...base], [1]);
});

test("a tree of one value is a constant", () => {
  const { bits, diagrams, base } = decisionDiagrams(
    flatTrees(1, 2, [
      [5, -3],
      [1, 1],
    ]),
    {
      bit: 1,
      gate: 1,
    },
  );
  assert.deepEqual([bits, diagrams, [...base]], [[], [], [6, -2]]);
});

test("seven thresholds need three bits of an index", () => {
  const trees = flatTrees(
    1,
    1,
    Array.from({ length: 7 }, (_, t) => ({ feature: 0, threshold: t + 1, left: [0], right: [1] })),
  );
  const { bits, diagrams } = decisionDiagrams(trees, { bit: 10, gate: 1 });
  assert.deepEqual(
    bits,
    [0, 1, 2].map((shift) => ({ feature: 0, low: 0, high: 7, shift })),
  );
  // The middle threshold is the top bit; odd ones need all three.
  assert.deepEqual(
    diagrams.map(({ gates }) => gates.length),
    [3, 2, 3, 1, 3, 2, 3],
  );
});
