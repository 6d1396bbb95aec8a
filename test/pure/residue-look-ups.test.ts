// The one rule by which remainders lie on test polynomials, against what a rotation reads, and what plans count on.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  largestOddModulus,
  refreshingPolynomials,
  residueLimit,
} from "../../src/plan/bootstrap/residue-look-ups.js";

/** What a rotation of the polynomial by `position` of `2 polynomial.length` has at its constant coefficient. */
function readAt(polynomial: Int32Array, position: number): number {
  const size = polynomial.length;
  const at = ((position % (2 * size)) + 2 * size) % (2 * size);
  const word = polynomial[at % size] ?? Number.NaN;
  return at < size ? word : -word;
}

const oddModulus = fc.integer({ min: 2, max: (largestOddModulus - 1) / 2 }).map((n) => 2 * n + 1);

test("every phase as near to a remainder as plans allow reads that remainder, on either half of the turn", () => {
  fc.assert(
    fc.property(
      oddModulus,
      fc.integer({ min: 9, max: 14 }),
      fc.double({ min: -0.999, max: 0.999, noNaN: true }),
      (modulus, sizeLog2, share) => {
        const size = 2 ** sizeLog2;
        const polynomial = refreshingPolynomials([modulus], size);
        // The part of the limit that the flood takes is noise like any other here.
        const flood = 2 ** -(Math.ceil(Math.log2(modulus)) + 3);
        const off = share * (residueLimit(modulus) + flood);
        for (let remainder = 0; remainder < modulus; remainder++) {
          const phase = remainder / modulus + off;
          const word = readAt(polynomial, Math.floor(phase * 2 * size));
          const exact = Math.round((remainder * 2 ** 32) / modulus);
          assert.equal(word | 0, exact | 0, `${remainder} of ${modulus}`);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("borders lie no further from the middle of two points than the limit counts with", () => {
  for (let modulus = 3; modulus <= largestOddModulus; modulus += 2) {
    const size = 512;
    const polynomial = refreshingPolynomials([modulus], size);
    for (let position = 1; position < 2 * size; position++) {
      if (readAt(polynomial, position) === readAt(polynomial, position - 1)) continue;
      const points = (position * modulus) / size;
      // In points, 2 `modulus` to a turn; half a position is as much as the limit leaves.
      const beside = Math.abs(points - Math.floor(points) - 1 / 2);
      assert.ok(beside <= modulus / (2 * size) + 1e-9, `${modulus} at ${position}`);
    }
    assert.ok(residueLimit(modulus) > 0);
  }
});

test("several moduli lie one after the other, and an even one is refused", () => {
  const both = refreshingPolynomials([31, 9], 1024);
  assert.deepEqual(both.subarray(0, 1024), refreshingPolynomials([31], 1024));
  assert.deepEqual(both.subarray(1024), refreshingPolynomials([9], 1024));
  assert.throws(() => refreshingPolynomials([31, 16], 1024), /^RangeError: modulus 16 is even$/);
});
