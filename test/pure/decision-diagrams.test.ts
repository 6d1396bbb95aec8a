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

type Asked = number[] | { feature: number; threshold: number; left: Asked; right: Asked };

/** Features are asked in order, each against a threshold of its own. */
function inOrder(first: number, features: number): fc.Arbitrary<Asked> {
  const leaf: fc.Arbitrary<Asked> = fc.integer({ min: 0, max: 2 }).map((value) => [value]);
  if (first === features) return leaf;
  const rest = inOrder(first + 1, features);
  const split = fc.record({
    ...{ feature: fc.constant(first), threshold: fc.constant(1), left: rest, right: rest },
  });
  return fc.oneof({ weight: 4, arbitrary: split }, { weight: 1, arbitrary: rest });
}

/** Nodes of the reduced ordered diagram: subfunctions that differ and need their first bit. */
function reducedSize(value: (bits: readonly number[]) => number, bits: number): number {
  let size = 0;
  for (let fixed = 0; fixed < bits; fixed++) {
    const tables = new Set<string>();
    for (let head = 0; head < 2 ** fixed; head++) {
      const rest = Array.from({ length: 2 ** (bits - fixed) }, (_, tail) => {
        const all = head + tail * 2 ** fixed;
        return value(Array.from({ length: bits }, (_, i) => (all >> i) & 1));
      });
      const needed = rest.some((one, tail) => tail % 2 === 0 && one !== rest[tail + 1]);
      if (needed) tables.add(rest.join());
    }
    size += tables.size;
  }
  return size;
}

test("trees that ask in one order take the gates of the reduced ordered diagram, none more", () => {
  const features = 5;
  fc.assert(
    fc.property(inOrder(0, features), (tree) => {
      const trees = flatTrees(features, 1, [tree]);
      const { diagrams } = decisionDiagrams(trees, { bit: 1, gate: 1 });
      const due = reducedSize((bits) => plain(trees, bits)[0] ?? 0, features);
      assert.equal(diagrams[0]?.gates.length ?? 0, due);
    }),
    { numRuns: 300 },
  );
});

test("bits of an index that earlier answers settle are not asked again", () => {
  // Halves, quarters, eighths: one gate a question.
  const node = (low: number, high: number): Asked => {
    const middle = (low + high + 1) / 2;
    if (low === high) return [low * low];
    return {
      ...{ feature: 0, threshold: middle },
      ...{ left: node(low, middle - 1), right: node(middle, high) },
    };
  };
  const trees = flatTrees(1, 1, [node(0, 7)]);
  const { bits, diagrams } = decisionDiagrams(trees, { bit: 10, gate: 1 });
  assert.equal(bits.length, 3);
  assert.equal(diagrams[0]?.gates.length, 7);
  for (let x = -1; x < 9; x++)
    assert.deepEqual(run(decisionDiagrams(trees, { bit: 10, gate: 1 }), [x]), plain(trees, [x]));
});
