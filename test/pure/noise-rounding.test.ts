import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ciphertextRoundingVariance,
  compensatedRoundingVariance,
} from "../../src/security/noise-fresh.js";
import { keySwitchVariance } from "../../src/security/noise-key-switch.js";
import { centredModulusSwitchVariance } from "../../src/security/noise-modulus-switch.js";

/** xorshift32: the samples are the same in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

function moments(count: number, sample: () => number): Moments {
  const values = Array.from({ length: count }, sample);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  return { mean, variance };
}

function assertVariance(measured: Moments, predicted: number): void {
  const ratio = measured.variance / predicted;
  assert.ok(ratio > 0.9 && ratio < 1.1, `measured over predicted variance ${ratio}`);
  assert.ok(Math.abs(measured.mean) < 0.1 * Math.sqrt(predicted), `mean ${measured.mean}`);
}

const samples = 4000;
const dimension = 512;

test("rounding a ciphertext, with and without mean compensation", () => {
  const random = generator(1);
  const error = (compensated: boolean) => () => {
    let sum = random() - 0.5;
    for (let i = 0; i < dimension; i++) {
      sum -= (random() - 0.5) * ((random() < 0.5 ? 0 : 1) - (compensated ? 0.5 : 0));
    }
    return sum;
  };
  assertVariance(moments(samples, error(false)), ciphertextRoundingVariance(dimension, 0));
  assertVariance(moments(samples, error(true)), compensatedRoundingVariance(dimension, 0));
});

test("centred modulus switch with a floored body: boxes of a table are missed only by the predicted noise", () => {
  const random = generator(2);
  const box = 64;
  const distance = (): number => {
    const message = Math.floor(random() * 16) * box;
    let phase = 0;
    let body = message;
    for (let i = 0; i < dimension; i++) {
      const bit = random() < 0.5 ? 0 : 1;
      const mask = random() * 1024;
      const rounded = Math.round(mask);
      body += bit * mask + (rounded - mask) / 2;
      phase -= bit * rounded;
    }
    // Half a position: the floored phase stands for [phase, phase + 1).
    return Math.floor(body) + phase - message + 0.5;
  };
  // The floor itself moves a value inside its position only: 1/12 of a position on top, which no box edge sees.
  const measured = moments(samples, distance);
  assertVariance(measured, centredModulusSwitchVariance(dimension, 0) + 1 / 12);
});

test("the box of a floored phase holds exactly the real interval around its message", () => {
  const box = 8;
  for (let real = -box; real < box; real += 1 / 16) {
    const inside = real >= -box / 2 && real < box / 2;
    const floored = Math.floor(real);
    assert.equal(floored >= -box / 2 && floored < box / 2, inside);
  }
});

test("key switch without key noise leaves the rounding of its input", () => {
  const random = generator(3);
  const error = (): number => {
    let sum = 0;
    for (let i = 0; i < dimension; i++) sum += (random() - 0.5) * (random() < 0.5 ? 0 : 1);
    return sum;
  };
  const predicted = keySwitchVariance(dimension, { baseLog: 3, levels: 4 }, 0) * 2 ** 24;
  assertVariance(moments(samples, error), predicted);
});
