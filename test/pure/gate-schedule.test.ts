// Merged and ordered gates: they give the trees' sum, share what may be shared, and use no slot too soon.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { IntegerTrees } from "../../src/op-spec/integer-trees.js";
import { leafOf } from "../../src/op-spec/integer-trees.js";
import {
  type DecisionDiagrams,
  decisionDiagrams,
  type Gate,
} from "../../src/plan/decision/decision-diagrams.js";
import { type GateSchedule, gateSchedule } from "../../src/plan/decision/gate-schedule.js";
import { flatTrees, randomTrees } from "../support/random-trees.js";

const prices = { bit: 3, gate: 1 };

/** As the kernel runs the rows, on whole numbers; gates with two leaves are looked at apart. */
function run(diagrams: DecisionDiagrams, schedule: GateSchedule, x: readonly number[]): number[] {
  const set = diagrams.bits.map(
    ({ feature, low, high, shift }) =>
      ((Math.min(Math.max(x[feature] ?? 0, low), high) - low) >> shift) & 1,
  );
  const outputs = diagrams.base.length;
  const leafValue = (number: number): number[] =>
    Array.from({ length: outputs }, (_, k) =>
      (schedule.leaves[number] ?? []).reduce((sum, l) => sum + (diagrams.leaves[l]?.[k] ?? 0), 0),
    );
  const sums = [...diagrams.base];
  for (let chunk = 0; chunk + 1 < schedule.chunks.length; chunk++) {
    const slots: (readonly number[] | undefined)[] = [];
    for (const [bit, low, high, to] of schedule.rows.slice(
      schedule.chunks[chunk],
      schedule.chunks[chunk + 1],
    )) {
      const of = (child: number): readonly number[] => {
        const value = child < 0 ? leafValue(-1 - child) : slots[child];
        assert.ok(value, "a slot is read before it is written");
        return value;
      };
      const [a, b] = [of(low), of(high)];
      const value = bit < 0 ? a.map((one, k) => one + (b[k] ?? 0)) : set[bit] === 1 ? b : a;
      assert.ok(to < schedule.slots);
      if (to >= 0) slots[to] = value;
      else for (const [k, one] of value.entries()) sums[k] = (sums[k] ?? 0) + one;
    }
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

/** Gates before anything is merged: those with a child that is no leaf, and the others. */
function unmerged({ diagrams }: DecisionDiagrams): [number, number] {
  const gates = diagrams.flatMap((one) => one.gates);
  const leafNodes = gates.filter(({ low, high }) => low < 0 && high < 0).length;
  return [gates.length - leafNodes, leafNodes];
}

const shape = { features: 3, outputs: 2, depth: 5, largestThreshold: 9, largestValue: 50 };

for (const trees of [1, 6, 30]) {
  test(`schedules of up to ${trees} trees give their sum, with no more gates than the trees have`, () => {
    fc.assert(
      fc.property(
        randomTrees({ ...shape, trees }),
        fc.array(fc.tuple(...[0, 0, 0].map(() => fc.integer({ min: -2, max: 12 }))), {
          minLength: 12,
          maxLength: 12,
        }),
        (ensemble, rows) => {
          const diagrams = decisionDiagrams(ensemble, prices);
          const schedule = gateSchedule(diagrams);
          const [externalProducts, leafNodes] = unmerged(diagrams);
          assert.ok(schedule.work.externalProducts <= externalProducts);
          assert.ok(
            schedule.work.externalProducts + schedule.work.leafNodes <=
              externalProducts + leafNodes,
          );
          const gates = schedule.rows.filter(([bit]) => bit >= 0).length;
          assert.equal(gates, schedule.work.externalProducts + schedule.work.leafNodes);
          for (const x of rows) assert.deepEqual(run(diagrams, schedule, x), plain(ensemble, x));
        },
      ),
      { numRuns: 60 },
    );
  });
}

test("trees that begin with one question share its gate, and the questions below it that are one", () => {
  const question = (threshold: number, left: number, right: number) => ({
    ...{ feature: 0, threshold: 5 },
    left: { feature: 1, threshold, left: [left], right: [0] },
    right: { feature: 2, threshold: 1, left: [0], right: [right] },
  });
  const trees = flatTrees(3, 1, [question(3, 1, 2), question(3, 4, 8), question(6, 16, 32)]);
  const diagrams = decisionDiagrams(trees, { bit: 0, gate: 1 });
  const { work, rows } = gateSchedule(diagrams);
  assert.deepEqual(unmerged(diagrams), [3, 6]);
  // Below: the two thresholds of feature 1, and feature 2 once; a row adds the former.
  assert.deepEqual(work, { externalProducts: 1, leafNodes: 3, wholeBits: 1 });
  assert.equal(rows.filter(([bit]) => bit < 0).length, 1);
});

test("gates on one bit come one after the other", () => {
  const trees = flatTrees(
    4,
    1,
    Array.from({ length: 12 }, (_, i) => ({
      ...{ feature: i % 3, threshold: 1 },
      left: { feature: 3, threshold: 1, left: [i], right: [2 * i + 1] },
      right: { feature: (i + 1) % 3, threshold: 1, left: [3 * i], right: [5 * i + 2] },
    })),
  );
  const { rows } = gateSchedule(decisionDiagrams(trees, { bit: 0, gate: 1 }));
  const products = rows.filter(([bit, low, high]) => bit >= 0 && (low >= 0 || high >= 0));
  const changes = products.filter(([bit], at) => bit !== products[at - 1]?.[0]).length;
  assert.equal(changes, 3);
});

test("a chunk may have more rows than a call has arguments", () => {
  const depth = 17;
  const gates: Gate[] = [];
  let leaves = 0;
  const build = (level: number): number => {
    if (level === depth) return -1 - leaves++;
    const [low, high] = [build(level + 1), build(level + 1)];
    return gates.push({ bit: level, low, high }) - 1;
  };
  build(0);
  const bits = Array.from({ length: depth }, (_, feature) => ({
    feature,
    low: 0,
    high: 1,
    shift: 0,
  }));
  const values = Array.from({ length: leaves }, (_, leaf) => Float64Array.of(leaf));
  const schedule = gateSchedule({
    ...{ bits, diagrams: [{ gates }], leaves: values, base: Float64Array.of(0) },
  });
  assert.deepEqual(schedule.chunks, [0, 2 ** depth - 1]);
  assert.equal(schedule.rows.length, 2 ** depth - 1);
});
