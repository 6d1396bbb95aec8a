import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isSecure,
  smallestDimension,
  smallestNoiseLog2,
  smallestTUniform,
  tuniformNoiseLog2,
  tuniformVariance,
} from "../../src/security/curves.js";
import { estimateSecurity } from "../../src/security/estimate.js";

test("the lines give the published deviations", () => {
  const values: readonly (readonly [number, number, number])[] = [
    [512, 6.9978e-4, 9.1936e-4],
    [700, 2.4586e-5, 3.5875e-5],
    [900, 6.9756e-7, 1.1381e-6],
    [1024, 7.6627e-8, 1.3398e-7],
    [2048, 9.1882e-16, 2.8453e-15],
    [4096, 2.1684e-19, 2.1684e-19],
  ];
  for (const [dimension, at128, at132] of values) {
    close(2 ** smallestNoiseLog2(dimension, 64, 128), at128, 2e-5);
    close(2 ** smallestNoiseLog2(dimension, 64), at132, 2e-5);
  }
});

test("TUniform variance is that of its definition", () => {
  for (const bound of [0, 3, 5]) {
    const edge = 2 ** bound;
    let variance = 0;
    for (let x = -edge; x <= edge; x++) {
      variance += x * x * 2 ** -(bound + (Math.abs(x) === edge ? 2 : 1));
    }
    close(tuniformVariance(bound, 0), variance, 1e-12);
  }
});

test("smallest TUniform bounds meet those of published sets", () => {
  for (const [dimension, bound] of [
    [918, 45],
    [879, 46],
    [839, 47],
    [799, 48],
    [1077, 41],
    [1117, 40],
  ] as const) {
    assert.equal(smallestTUniform(dimension, 64), bound);
    assert.equal(smallestDimension(bound, 64), dimension);
    assert.equal(smallestDimension(bound - 32, 32), dimension);
  }
  assert.equal(smallestTUniform(2048, 64), 17);
  assert.equal(smallestTUniform(3072, 64), 3);
  assert.equal(smallestTUniform(65536, 64), 3);
});

test("every smallest bound lies on or above the line and its floor, and the one below fails", () => {
  for (const modulusLog2 of [32, 64]) {
    for (let dimension = 450; dimension <= 4096; dimension += 7) {
      const bound = smallestTUniform(dimension, modulusLog2);
      assert.ok(bound >= 3);
      assert.ok(tuniformNoiseLog2(bound, modulusLog2) >= smallestNoiseLog2(dimension, modulusLog2));
      assert.ok(isSecure(dimension, bound, modulusLog2));
      assert.ok(!isSecure(dimension, bound - 1, modulusLog2));
    }
  }
});

test("dimensions and bounds without an estimate are refused", () => {
  assert.throws(() => smallestTUniform(449, 64), {
    name: "VelumError",
    code: "out-of-range",
    message:
      "LWE dimension: dimension 449 is below 450, where no security estimate was fitted. Use a dimension of 450 or more",
  });
  assert.throws(() => smallestDimension(2, 32), {
    code: "out-of-range",
    message:
      "TUniform noise: bound 2 is below 3, where the Arora-Ge attack applies. Use a bound of 3 or more",
  });
  assert.equal(isSecure(449, 30, 32), false);
});

test("estimated bits meet recorded runs of the estimator within 0.7", () => {
  const runs: readonly (readonly [number, number, number])[] = [
    [918, -19.79, 134.6],
    [2048, -47.79, 134.5],
    [879, -18.79, 134.4],
    [866, -18.9, 131.9],
    [1024, -22.83, 132.2],
    [1536, -35.58, 132.6],
    [2048, -48.3, 133.1],
    [2560, -61.06, 133.6],
    [3072, -62, 159.3],
    [700, -14.77, 132.1],
    [1000, -22.23, 131.6],
  ];
  for (const [dimension, noiseLog2, bits] of runs) {
    const estimate = estimateSecurity(dimension, noiseLog2);
    assert.ok(
      Math.abs(estimate.bits - bits) < 0.7,
      `${dimension}: ${estimate.bits} against ${bits}`,
    );
    assert.equal(estimate.claimOnly, false);
  }
});

test("below dimension 640 only 128 bits are claimed", () => {
  assert.deepEqual(estimateSecurity(512, smallestNoiseLog2(512, 64)), {
    bits: 128,
    claimOnly: true,
  });
  assert.ok(estimateSecurity(512, -14).bits < 128);
});

function close(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual / expected - 1) < tolerance, `${actual} against ${expected}`);
}
