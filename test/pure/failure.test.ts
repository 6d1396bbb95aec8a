import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  largestVariance,
  log2Failure,
  log2TailProbability,
  log2UnionFailure,
  tailQuantile,
} from "../../src/security/failure.js";

test("tail probabilities equal tabulated values of erfc, also where doubles underflow", () => {
  // log2 erfc(x) at z = x sqrt 2; made with 60-digit arithmetic.
  const values: readonly (readonly [number, number])[] = [
    [0.001, -0.00162882562504157],
    [0.25, -0.4665889330060538],
    [1, -2.6684166967815997],
    [1.4, -4.389416938284732],
    [1.5, -4.88278995352395],
    [1.6, -5.401917390524979],
    [2.5, -11.262853679099845],
    [4, -25.950878567481055],
    [6.5, -64.49664868205699],
    [9.3, -128.82989587429995],
    [12, -212.16376305417114],
    [30, -1304.158975847505],
    [100, -14434.420085269883],
  ];
  for (const [x, log2] of values) {
    const actual = log2TailProbability(x * Math.SQRT2);
    assert.ok(
      Math.abs(actual - log2) <= 1e-12 * Math.max(1, Math.abs(log2)),
      `erfc(${x}): ${actual} against ${log2}`,
    );
  }
  assert.equal(log2TailProbability(0), 0);
  assert.equal(log2TailProbability(Number.POSITIVE_INFINITY), Number.NEGATIVE_INFINITY);
});

test("quantiles of usual targets", () => {
  for (const [target, z] of [
    [-40, 7.149],
    [-64, 9.155],
    [-128, 13.1],
  ] as const) {
    assert.ok(Math.abs(tailQuantile(target) - z) < 0.01, `${tailQuantile(target)} against ${z}`);
  }
  assert.equal(tailQuantile(0), 0);
});

test("quantile inverts the tail from 2^-0.001 to 2^-100000", () => {
  fc.assert(
    fc.property(fc.double({ min: -3, max: 5, noNaN: true }), (log10) => {
      const target = -(10 ** log10);
      const back = log2TailProbability(tailQuantile(target));
      assert.ok(Math.abs(back / target - 1) < 1e-9, `${back} against ${target}`);
    }),
  );
});

test("the tail falls steadily through the change of method", () => {
  for (let z = 0.05; z < 6; z += 0.01) {
    assert.ok(log2TailProbability(z + 0.01) < log2TailProbability(z));
  }
});

test("largest variance meets the target exactly", () => {
  const variance = largestVariance(2 ** -6, -128);
  assert.ok(Math.abs(log2Failure(2 ** -6, variance) + 128) < 1e-9);
  assert.equal(log2Failure(2 ** -6, 0), Number.NEGATIVE_INFINITY);
});

test("union over counts", () => {
  assert.equal(log2UnionFailure([]), Number.NEGATIVE_INFINITY);
  assert.equal(log2UnionFailure([{ failureLog2: -64, count: 1024 }]), -54);
  assert.equal(
    log2UnionFailure([
      { failureLog2: -2000, count: 1 },
      { failureLog2: -2000, count: 1 },
    ]),
    -1999,
  );
  assert.equal(log2UnionFailure([{ failureLog2: -64, count: 0 }]), Number.NEGATIVE_INFINITY);
  assert.equal(log2UnionFailure([{ failureLog2: -1, count: 8 }]), 0);
});
