import assert from "node:assert/strict";
import { test } from "node:test";
import { noiseBytes } from "../../src/keys/noise.js";
import type { Machine } from "../../src/tfhe/machine.js";
import { clientMachines } from "../support/client-machines.js";
import { moments, tuniformVariance } from "../support/plain-tfhe.js";
import { seededRandom } from "../support/seeded-random.js";

function samples(machine: Machine, random: Uint8Array, noiseLog2: number): Float64Array {
  const count = random.length / noiseBytes(noiseLog2);
  const from = machine.allocate(random.length);
  const out = machine.allocate(8 * count);
  machine.bytes(from, random.length).set(random);
  machine.call("velum_noise", out, from, count, noiseLog2);
  const values = new Float64Array(machine.bytes(out, 8 * count).slice().buffer);
  machine.release(out);
  machine.release(from);
  return values;
}

for (const machine of await clientMachines()) {
  for (const b of [0, 1, 2, 5, 6, 10, 14]) {
    test(`TUniform(${b}) takes every value twice and both ends once, ${machine.kind}`, () => {
      const size = noiseBytes(b);
      const random = new Uint8Array(2 ** (b + 2) * size);
      for (let v = 0; v < 2 ** (b + 2); v++) {
        for (let i = 0; i < size; i++) random[v * size + i] = v >> (8 * i);
      }
      const counts = new Map<number, number>();
      for (const value of samples(machine, random, b))
        counts.set(value, (counts.get(value) ?? 0) + 1);
      assert.equal(counts.size, 2 ** (b + 1) + 1);
      for (const [value, count] of counts) assert.equal(count, Math.abs(value) === 2 ** b ? 1 : 2);
    });
  }

  test(`bits above b + 2 do not count, ${machine.kind}`, () => {
    const low = samples(machine, Uint8Array.of(0x34, 0x12, 0x05), 17);
    assert.deepEqual(samples(machine, Uint8Array.of(0x34, 0x12, 0xfd), 17), low);
  });

  for (const b of [13, 17, 41, 62]) {
    test(`TUniform(${b}): chi-square over 64 bins, mean and variance, ${machine.kind}`, () => {
      const count = 200_000;
      const random = new Uint8Array(count * noiseBytes(b));
      seededRandom(`tuniform ${b}`).fill(random);
      const values = samples(machine, random, b);
      const bins = new Float64Array(64);
      for (const value of values) {
        const bin = Math.min(63, Math.floor(((value + 2 ** b) / 2 ** (b + 1)) * 64));
        bins[bin] = (bins[bin] ?? 0) + 1;
      }
      const due = count / 64;
      const chiSquare = bins.reduce((sum, found) => sum + (found - due) ** 2 / due, 0);
      // Five deviations on either side, here as below.
      assert.ok(
        chiSquare > 20 && chiSquare < 140,
        `chi-square ${chiSquare} with 63 degrees of freedom`,
      );
      const { mean, variance } = moments(values);
      const expected = tuniformVariance(b);
      assert.ok(Math.abs(mean) < 5 * Math.sqrt(expected / count));
      assert.ok(Math.abs(variance / expected - 1) < 0.01);
    });
  }
}
