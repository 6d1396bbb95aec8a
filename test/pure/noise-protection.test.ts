// Distances of flooded noise from the flood, added up over whole distributions, against the bound.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  floodDistanceLog2,
  hiddenVariance,
  publicZeroVariance,
  soakDeviations,
  soakDistanceLog2,
} from "../../src/security/noise-protection.js";

/** In units of 2^-64: the distribution of noise, by value. */
type Distribution = ReadonlyMap<number, number>;

/** A sum of `terms` fair choices among whole numbers from -reach to reach. */
function noiseOf(terms: number, reach: number): Distribution {
  let sums = new Map([[0, 1]]);
  for (let term = 0; term < terms; term++) {
    const next = new Map<number, number>();
    for (const [value, share] of sums) {
      for (let step = -reach; step <= reach; step++) {
        const part = share / (2 * reach + 1);
        next.set(value + step, (next.get(value + step) ?? 0) + part);
      }
    }
    sums = next;
  }
  return sums;
}

function varianceOf(noise: Distribution): number {
  return [...noise].reduce((sum, [value, share]) => sum + share * value * value, 0);
}

/** Half the sum of differences between flooded noise and the flood on [-2^floodLog2, 2^floodLog2). */
function distance(noise: Distribution, floodLog2: number): number {
  const half = 2 ** floodLog2;
  const reach = Math.max(...noise.keys());
  let sum = 0;
  for (let value = -half - reach; value < half + reach; value++) {
    const plain = value >= -half && value < half ? 1 / (2 * half) : 0;
    let flooded = 0;
    for (const [shift, share] of noise) {
      if (value - shift >= -half && value - shift < half) flooded += share / (2 * half);
    }
    sum += Math.abs(flooded - plain);
  }
  return sum / 2;
}

test("the bound holds for the distance itself and exceeds it by less than half a bit", () => {
  for (const [terms, reach] of [
    [1, 3],
    [4, 2],
    [12, 3],
  ] as const) {
    const noise = noiseOf(terms, reach);
    for (const floodLog2 of [7, 9, 11]) {
      const exact = Math.log2(distance(noise, floodLog2));
      const bound = floodDistanceLog2(varianceOf(noise) * 2 ** -128, floodLog2, 1);
      assert.ok(exact <= bound && bound - exact < 0.5, `${exact} against ${bound}`);
    }
  }
});

test("a fixed error is as far as it is large", () => {
  const bound = floodDistanceLog2(25 * 2 ** -128, 9, 1);
  assert.ok(Math.abs(distance(new Map([[5, 1]]), 9) - 2 ** bound) < 1e-12);
});

test("distances of several coefficients add up and never exceed 1", () => {
  const one = floodDistanceLog2(2 ** -100, 50, 1);
  assert.equal(floodDistanceLog2(2 ** -100, 50, 8), one + 3);
  assert.equal(floodDistanceLog2(1, 10, 1), 0);
});

test("the variance that a flood hides is where the distance is reached", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -60, max: -1 }),
      fc.integer({ min: 20, max: 62 }),
      fc.integer({ min: 1, max: 100 }),
      (target, floodLog2, count) => {
        const variance = hiddenVariance(target, floodLog2, count);
        assert.ok(Math.abs(floodDistanceLog2(variance, floodLog2, count) - target) < 1e-9);
      },
    ),
  );
});

test("an encryption of zero made from the public key has kN times the noise of a row", () => {
  const key = { dimension: 2, polynomialSize: 512 };
  const row = (2 ** 35 + 1) / 6 / 2 ** 128;
  assert.ok(Math.abs(publicZeroVariance(key, 17) / row - 1024) < 1e-9);
});

test("what floods and refreshes in turns leave of the past is no more than the bound, whatever refreshing makes of it", () => {
  // Noise after a refresh is any function of what was flooded before, within the reach; two histories, exactly.
  const [flood, reach] = [16, 3];
  const noises = fc.array(fc.integer({ min: -reach, max: reach }), {
    minLength: 2 * (flood + reach) + 1,
    maxLength: 2 * (flood + reach) + 1,
  });
  const start = fc.integer({ min: -reach, max: reach });
  fc.assert(
    fc.property(noises, start, start, fc.integer({ min: 1, max: 4 }), (refreshed, a, b, soaks) => {
      const ends = [a, b].map((first) => {
        let noise: Distribution = new Map([[first, 1]]);
        let flooded = new Map<number, number>();
        for (let soak = 0; soak < soaks; soak++) {
          flooded = new Map();
          for (const [value, share] of noise) {
            for (let add = -flood; add < flood; add++) {
              flooded.set(value + add, (flooded.get(value + add) ?? 0) + share / (2 * flood));
            }
          }
          const next = new Map<number, number>();
          for (const [value, share] of flooded) {
            const own = refreshed[value + flood + reach] ?? 0;
            next.set(own, (next.get(own) ?? 0) + share);
          }
          noise = next;
        }
        return flooded;
      });
      const [one = new Map<number, number>(), other = new Map<number, number>()] = ends;
      const values = new Set([...one.keys(), ...other.keys()]);
      const sum = [...values].reduce(
        (all, value) => all + Math.abs((one.get(value) ?? 0) - (other.get(value) ?? 0)),
        0,
      );
      assert.ok(sum / 2 <= (reach / flood) ** soaks + 1e-12, `${sum / 2} after ${soaks}`);
    }),
  );
});

test("each flood multiplies the distance, down to the tail of the noise", () => {
  const variance = 2 ** -34;
  const once = soakDistanceLog2(variance, 60, 1, -40);
  // 8.0 deviations at 2^-50, over a flood of 2^-4.
  assert.ok(Math.abs(once - (3 - 17 + 4)) < 0.1, `${once}`);
  for (const soaks of [2, 3, 4]) {
    assert.ok(Math.abs(soakDistanceLog2(variance, 60, soaks, -40) - soaks * once) < 0.05);
  }
  assert.ok(soakDistanceLog2(variance, 60, 20, -40) > -50);
});

test("noise before the first flood counts once, however large it is", () => {
  const [quiet, loud] = [2 ** -34, 2 ** -12];
  const [one, two] = [quiet, loud].map((first) => soakDistanceLog2(quiet, 60, 3, -40, first));
  const alone = [quiet, loud].map((first) => soakDistanceLog2(first, 60, 1, -40));
  assert.ok(Math.abs((two ?? 0) - (one ?? 0) - ((alone[1] ?? 0) - (alone[0] ?? 0))) < 0.05);
  assert.ok(alone[1] !== undefined && alone[1] > -2);
});

test("as many deviations as a distance asks for reach it, and fewer do not", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 12 }),
      fc.integer({ min: -70, max: -8 }),
      fc.double({ min: -60, max: -4, noNaN: true }),
      (soaks, target, firstLog2) => {
        const first = 2 ** firstLog2;
        const floodLog2 = 58;
        const deviations = soakDeviations(first, floodLog2, soaks, target);
        const variance = (share: number): number =>
          (2 ** (floodLog2 - 64) / (deviations * share)) ** 2;
        const reached = soakDistanceLog2(variance(1), floodLog2, soaks, target, first);
        assert.ok(reached <= target + 1e-9, `${reached} of ${target}`);
        // The first flood alone may be enough.
        const alone = soakDistanceLog2(first, floodLog2, 1, target) <= target;
        if (!alone) {
          const less = soakDistanceLog2(variance(0.9), floodLog2, soaks, target, first);
          assert.ok(less > target, `${less} of ${target}`);
        }
      },
    ),
  );
});
