// Which bits answer the questions about a feature: the cheapest of everything that could be sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { IntegerTrees } from "../../src/op-spec/integer-trees.js";
import { decisionDiagrams } from "../../src/plan/decision/decision-diagrams.js";
import {
  type BitPrices,
  type ThresholdGroup,
  thresholdGroups,
} from "../../src/plan/decision/threshold-groups.js";
import { endlessSeconds, processorSeconds } from "../support/processor-time.js";

type Uses = ReadonlyMap<number, number>;

function trailingZeros(value: number): number {
  let zeros = 0;
  while (value % 2 ** (zeros + 1) === 0) zeros++;
  return zeros;
}

function priceOf(groups: readonly ThresholdGroup[], uses: Uses, { bit, gate }: BitPrices): number {
  return groups.reduce((sum, { low, high, width }, at) => {
    const below = Math.max(low, groups[at - 1]?.high ?? low);
    const own = [...uses].filter(([threshold]) => threshold > below && threshold <= high);
    const gates = own.reduce((all, [t, n]) => all + n * (width - trailingZeros(t - low)), 0);
    return sum + width * bit + gates * gate;
  }, 0);
}

/** Every way of cutting the thresholds into neighbours, every width and place of every index. */
function cheapest(uses: Uses, prices: BitPrices): number {
  const values = [...uses.keys()].sort((a, b) => a - b);
  const from = (first: number): number => {
    if (first === values.length) return 0;
    let best = Number.POSITIVE_INFINITY;
    for (let last = first; last < values.length; last++) {
      const own = values.slice(first, last + 1);
      const [least = 0, most = 0] = [own[0], own.at(-1)];
      const rest = from(last + 1);
      for (let width = 1; width <= 6; width++) {
        for (let low = most - 2 ** width + 1; low < least; low++) {
          const group = { low, high: most, width };
          best = Math.min(
            best,
            rest + priceOf([group], new Map(own.map((t) => [t, uses.get(t) ?? 0])), prices),
          );
        }
      }
    }
    return best;
  };
  return from(0);
}

const thresholds = (largest: number) =>
  fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: largest }), fc.integer({ min: 1, max: 20 })), {
      minLength: 1,
      maxLength: 7,
      selector: ([threshold]) => threshold,
    })
    .map((pairs) => new Map(pairs));
const anyPrices = fc.record({
  bit: fc.integer({ min: 0, max: 60 }),
  gate: fc.integer({ min: 0, max: 9 }),
});

test("no other cut into indices is cheaper, with neighbouring thresholds and with gaps", () => {
  fc.assert(
    fc.property(fc.oneof(thresholds(8), thresholds(30)), anyPrices, (uses, prices) => {
      const groups = thresholdGroups(uses, prices);
      for (const threshold of uses.keys()) {
        assert.ok(groups.some(({ low, high }) => threshold > low && threshold <= high));
      }
      for (const [at, { low, high, width }] of groups.entries()) {
        assert.ok(high - low < 2 ** width && high > (groups[at - 1]?.high ?? low));
      }
      assert.equal(priceOf(groups, uses, prices), cheapest(uses, prices));
    }),
    { numRuns: 300 },
  );
});

test("dear bits make one index, dear gates one answer a threshold", () => {
  const uses = new Map(Array.from({ length: 15 }, (_, i) => [i + 1, 1]));
  assert.deepEqual(thresholdGroups(uses, { bit: 1000, gate: 1 }), [{ low: 0, high: 15, width: 4 }]);
  const answers = thresholdGroups(uses, { bit: 1, gate: 1000 });
  assert.deepEqual(
    answers,
    [...uses.keys()].map((threshold) => ({ low: threshold - 1, high: threshold, width: 1 })),
  );
});

test("in between, indices of a few thresholds each", () => {
  const uses = new Map(Array.from({ length: 15 }, (_, i) => [i + 1, 2]));
  const prices = { bit: 30, gate: 5 };
  const groups = thresholdGroups(uses, prices);
  // Five times two bits; questions in the middle take one gate, the others two.
  assert.deepEqual(
    groups.map(({ width }) => width),
    [2, 2, 2, 2, 2],
  );
  assert.equal(priceOf(groups, uses, prices), 5 * (2 * 30 + 2 * 5 * (1 + 2 + 2)));
});

test("an index begins where the threshold that is asked most gets its top bit", () => {
  const uses = new Map([1, 2, 3, 4, 5].map((threshold) => [threshold, threshold === 2 ? 30 : 1]));
  const groups = thresholdGroups(uses, { bit: 40, gate: 1 });
  assert.deepEqual(groups, [{ low: -2, high: 5, width: 3 }]);
});

test("an index may begin below thresholds of a group before it, which keeps them", () => {
  const uses = new Map([
    [1, 15],
    [2, 2],
    [4, 12],
    [6, 1],
    [7, 1],
    [8, 16],
  ]);
  const prices = { bit: 23, gate: 2 };
  const groups = thresholdGroups(uses, prices);
  assert.deepEqual(groups, [
    { low: 0, high: 1, width: 1 },
    { low: 0, high: 7, width: 3 },
    { low: 7, high: 8, width: 1 },
  ]);
  // A tree a question, with leaves of its own.
  const questions = [...uses].flatMap(([threshold, count]) =>
    new Array<number>(count).fill(threshold),
  );
  const each = (own: readonly number[]): Int32Array =>
    Int32Array.from(questions.flatMap((_, tree) => own.map((at) => (at > 0 ? at + 3 * tree : at))));
  const trees: IntegerTrees = {
    features: 1,
    outputs: 1,
    feature: each([0, -1, -1]),
    threshold: Int32Array.from(questions.flatMap((threshold) => [threshold, 0, 0])),
    left: each([1, 0, 0]),
    right: each([2, 0, 0]),
    roots: Int32Array.from(questions, (_, tree) => 3 * tree),
    values: Float64Array.from(questions.flatMap((_, tree) => [0, 0, tree + 1])),
  };
  const { bits, diagrams } = decisionDiagrams(trees, prices);
  const gates = diagrams.reduce((sum, diagram) => sum + diagram.gates.length, 0);
  assert.equal(bits.length * prices.bit + gates * prices.gate, priceOf(groups, uses, prices));
});

test("a thousand thresholds far apart take little time", () => {
  const uses = new Map(Array.from({ length: 1000 }, (_, i) => [1 + 1000 * i, 1 + (i % 3)]));
  const started = processorSeconds();
  const groups = thresholdGroups(uses, { bit: 170, gate: 12 });
  assert.ok(processorSeconds() - started < endlessSeconds);
  assert.equal(groups.length > 0, true);
});
