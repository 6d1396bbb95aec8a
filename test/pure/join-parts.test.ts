// What the client makes of numbers that come back in parts: as limbs, or as remainders.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { joinParts } from "../../src/client/join-parts.js";

test("numbers that travel whole stay as they are", () => {
  const numbers = Float64Array.of(3, -4, 0);
  assert.deepEqual(joinParts(numbers, { messageBits: 5 }), numbers);
});

test("limbs are added up, the lowest first, each number's side by side", () => {
  const limbs = { count: 3, bits: 4 };
  const parts = Float64Array.of(1, 2, 3, -5, 0, 1, 40, -2, 0);
  assert.deepEqual(joinParts(parts, { limbs, messageBits: 9 }), Float64Array.of(801, 251, 8));
});

test("remainders of coprime moduli say every number between plus and minus half their product", () => {
  const residues = [3, 4, 5, 7];
  const messageBits = 12;
  const half = 210;
  const phases = (value: number): number[] =>
    residues.map((m) => Math.round(((((value % m) + m) % m) * 2 ** messageBits) / m));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -half, max: half - 1 }), { maxLength: 5 }), (values) => {
      const joined = joinParts(Float64Array.from(values.flatMap(phases)), {
        residues,
        messageBits,
      });
      assert.deepEqual(Array.from(joined), values);
    }),
  );
});
