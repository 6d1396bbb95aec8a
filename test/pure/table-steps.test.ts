// Tables as sums of steps, and which look-ups of one argument share a rotation.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rotationsOf, sharedArguments } from "../../src/plan/bootstrap/rotations.js";
import { readTogether, stepsOf, weightOf } from "../../src/plan/bootstrap/table-steps.js";
import type { LookupStep, RegionProgram, RegionValue } from "../../src/regions/region-program.js";

const precision = 3;
const size = 2 ** precision;
/** Units of 2^-32 for a result of 5 bits. */
const delta = 2 ** 26;

interface Look {
  readonly entries: readonly number[];
  readonly origin: number;
}

/** Steps of one look-up each, all on value 0, of which look-up i reads element `origin`. `reach`: the largest value that comes in. */
function program(looks: readonly Look[], reach = size - 1): RegionProgram {
  const value = (id: number, most: number): RegionValue => ({
    ...{ id, size: 1, node: id, type: { signed: false, bits: 5 } },
    ...{ bounds: { min: 0, max: most }, assignedBits: 5 },
  });
  const steps = looks.map(
    ({ entries, origin }, i): LookupStep => ({
      ...{ kind: "lookup", source: 0, precision, low: 0, result: i + 1 },
      tables: [{ first: 0, entries: Float64Array.from(entries), addend: 0 }],
      tableOf: Int32Array.of(0),
      origins: Int32Array.of(origin),
    }),
  );
  const values = [value(0, reach), ...steps.map(({ result }) => value(result, 31))];
  return { values, inputs: [], steps, outputs: [] };
}

function lookupOf(regions: RegionProgram, i: number): LookupStep {
  const step = regions.steps[i];
  assert.ok(step?.kind === "lookup");
  return step;
}

/** A step at entry `j`, which is -1/2 in front of it, at argument `v` of a table that goes on with its entries negated. */
function stepAt(j: number, v: number): number {
  const at = (((v - j) % (2 * size)) + 2 * size) % (2 * size);
  return at < size ? 1 / 2 : -1 / 2;
}

const tables = fc.array(fc.integer({ min: -8, max: 15 }), { minLength: size, maxLength: size });

test("a table is its constant and its jumps times steps, also around the torus where arguments leave it", () => {
  fc.assert(
    fc.property(tables, fc.boolean(), (entries, leaves) => {
      const regions = program([{ entries, origin: 0 }], leaves ? 2 * size - 1 : size - 1);
      const { jumps, constant } = stepsOf(regions, { step: lookupOf(regions, 0), index: 0 });
      for (let v = 0; v < (leaves ? 2 * size : size); v++) {
        const own = entries[v % size] ?? 0;
        const sum = jumps.reduce((total, jump, j) => total + jump * stepAt(j, v), constant);
        assert.equal(sum + 0, (v < size ? own : -own) * delta + 0);
      }
    }),
  );
});

test("tables that are read together: whole weights on few places, none above the limit, of as many tables as can be", () => {
  fc.assert(
    fc.property(fc.array(tables, { minLength: 2, maxLength: 5 }), fc.nat(40), (all, most) => {
      const regions = program(all.map((entries) => ({ entries, origin: 0 })));
      const steps = all.map((_, i) => stepsOf(regions, { step: lookupOf(regions, i), index: 0 }));
      const found = readTogether(steps, most);
      const few = steps.filter((own) => weightOf(own, delta) <= most).length;
      if (found === undefined) {
        assert.ok(few < 2);
        return;
      }
      assert.ok(found.chosen.length >= 2);
      const { unit, steps: places } = found.reading;
      for (const i of found.chosen) {
        const own = steps[i];
        assert.ok(own !== undefined && weightOf(own, unit) <= most);
        for (const [j, jump] of own.jumps.entries()) {
          assert.ok(Number.isInteger(jump / unit));
          assert.ok(jump === 0 || places.includes(j));
        }
      }
    }),
  );
});

const threshold = (at: number) => Array.from({ length: size }, (_, i) => (i >= at ? 1 : 0));
const rough = [0, 9, 1, 8, 2, 7, 3, 6];

test("look-ups of one argument share rotations as far as the policy says", () => {
  const looks = [
    { entries: threshold(3), origin: 0 },
    { entries: rough, origin: 0 },
    { entries: threshold(3), origin: 1 },
    { entries: threshold(5), origin: 0 },
    { entries: rough.toReversed(), origin: 0 },
    { entries: rough.map((entry) => 9 - entry), origin: 0 },
  ];
  const regions = program(looks);
  const shared = (tablesLog2: number, stepWeight: number) =>
    rotationsOf(regions, new Map([[precision, { tablesLog2, stepWeight }]])).map((group) => [
      group.results.flatMap((own) => own.map(({ step }) => step.result)),
      group.tablesLog2,
      [...(group.reading?.steps ?? [])],
    ]);
  assert.deepEqual(
    rotationsOf(regions, new Map()).map(({ results }) => results.length),
    [1, 1, 1, 1, 1, 1],
  );
  assert.deepEqual(shared(1, 0), [
    [[1, 2], 1, []],
    [[3], 0, []],
    [[4, 5], 1, []],
    [[6], 0, []],
  ]);
  assert.deepEqual(shared(0, 1), [
    [[1, 4], 0, [3, 5]],
    [[2], 0, []],
    [[3], 0, []],
    [[5], 0, []],
    [[6], 0, []],
  ]);
  // What has too many steps shares by number.
  assert.deepEqual(shared(2, 1), [
    [[1, 4], 0, [3, 5]],
    [[2, 5, 6], 2, []],
    [[3], 0, []],
  ]);
  assert.deepEqual([...sharedArguments(regions)], [[precision, 4]]);
});
