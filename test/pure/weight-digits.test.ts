import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { weightDigits } from "../../src/plan/linear/weight-digits.js";
import { AffineBuilder, evaluateMap, squaredNorms } from "../../src/program/affine.js";

const entries = fc.array(fc.integer({ min: -70000, max: 70000 }), { minLength: 4, maxLength: 4 });

test("digits on multiplied copies give the same sums, with smaller weights", () => {
  fc.assert(
    fc.property(
      fc.array(entries, { minLength: 1, maxLength: 3 }),
      entries,
      fc.integer({ min: 1, max: 4 }),
      (rows, x, count) => {
        const builder = new AffineBuilder(4);
        for (const [at, row] of rows.entries()) {
          row.forEach((weight, column) => {
            builder.term(column, weight);
          });
          builder.endRow(at - 1);
        }
        const map = builder.finish();
        const { maps, shifts } = weightDigits([map], count);
        assert.equal(shifts.length, count - 1);
        const vector = [0, ...shifts].flatMap((shift) => x.map((value) => value * 2 ** shift));
        const [digits] = maps;
        assert.ok(digits);
        assert.deepEqual(evaluateMap(digits, vector), evaluateMap(map, x));
        const largest = Math.max(...map.weight.map(Math.abs), 1);
        const width = Math.ceil((Math.floor(Math.log2(largest)) + 2) / count);
        if (count > 1) assert.ok(digits.weight.every((digit) => Math.abs(digit) <= 2 ** width));
        assert.ok(squaredNorms(digits).every((norm) => norm <= 4 * count * 4 ** width));
      },
    ),
  );
});

test("weights of one digit stay as they are", () => {
  const builder = new AffineBuilder(2);
  builder.term(1, 1000);
  builder.endRow(0);
  const map = builder.finish();
  assert.deepEqual(weightDigits([map], 1), { maps: [map], shifts: [] });
});
