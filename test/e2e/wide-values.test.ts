import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fhe } from "../../src/index.js";
import {
  extractionVariance,
  freshSourceVariance,
} from "../../src/plan/parameters/noise-prediction.js";
import { log2Failure } from "../../src/security/failure.js";
import type { Tracer } from "../../src/trace/tracer.js";
import { switchVariance } from "../support/switch-variance.js";

const numbers = { inputForm: "numbers" } as const;

/** Compiled for `bits`-bit inputs, run encrypted and simulated on a few values, ties and ends among them. */
async function check(
  bits: number,
  signed: boolean,
  fn: (x: Tracer) => Tracer,
  plain: (v: number) => number,
  samples: readonly number[],
): Promise<void> {
  const min = signed ? -(2 ** (bits - 1)) : 0;
  const max = min + 2 ** bits - 1;
  const values = [min, max, ...samples.map((value) => Math.min(Math.max(value, min), max))];
  const circuit = await fhe
    .compiler({ x: "encrypted" }, fn)
    .compile([values.map(() => min), values.map(() => max)], numbers);
  const wanted = values.map(plain);
  assert.deepEqual(circuit.simulate(values), wanted);
  assert.deepEqual(await circuit.encryptRunDecrypt(values), wanted, String(circuit));
  await circuit.close();
}

test("rounding and truncation of 9 to 16 bits", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 9, max: 16 }),
      fc.boolean(),
      fc.nat(),
      fc.array(fc.integer({ min: -32768, max: 65535 }), { minLength: 1, maxLength: 1 }),
      async (bits, signed, seed, samples) => {
        const lsbs = 1 + (seed % (bits - 3));
        const unit = 2 ** lsbs;
        const near = samples.flatMap((v) => [v, Math.floor(v / unit) * unit + unit / 2]);
        const round = (v: number): number => Math.floor((v + unit / 2) / unit) * unit;
        await check(bits, signed, (x) => fhe.roundBitPattern(x, lsbs), round, near);
        const cut = (v: number): number => Math.floor(v / unit) * unit;
        await check(bits, signed, (x) => fhe.truncateBitPattern(x, lsbs), cut, near);
      },
    ),
    { numRuns: 1, endOnFailure: true },
  );
});

test("comparison of two 16-bit values: four look-ups of 4 bits", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted", y: "encrypted" }, (x, y) => x.less(y))
    .compile([
      [
        [0, 0, 0],
        [65535, 65535, 65535],
      ],
      [
        [65535, 65535, 65535],
        [0, 0, 0],
      ],
    ]);
  assert.deepEqual(circuit.cost().lookups, [{ bits: 4, count: 3 * 4 }]);
  assert.deepEqual(await circuit.encryptRunDecrypt([40000, 65535, 7], [40001, 0, 7]), [1, 0, 0]);
  await circuit.close();
});

test("a 16-bit value rounded to 6 bits goes through a table of 6 bits", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) =>
      fhe.univariate((v) => Math.floor(v / 1024) ** 2)(fhe.roundBitPattern(x, 10)),
    )
    .compile([0, 64000], numbers);
  // Two look-ups of 4 bits for every five bits that go, then the table.
  assert.deepEqual(circuit.cost().lookups, [
    { bits: 4, count: 4 },
    { bits: 6, count: 1 },
  ]);
  await circuit.close();
});

test("products, maxima and comparisons of 8-bit values", async () => {
  const [a, b] = [
    [255, 13],
    [254, 200],
  ];
  const [ends, most] = [
    [0, 0],
    [255, 255],
  ];
  const circuit = await fhe
    .compiler({ x: "encrypted", y: "encrypted" }, (x, y) => [
      x.mul(y),
      fhe.maximum(x, y),
      x.less(y),
    ])
    .compile([
      [ends, most],
      [most, ends],
      [most, most],
    ]);
  assert.deepEqual(await circuit.encryptRunDecrypt(a, b), [
    [255 * 254, 13 * 200],
    [255, 200],
    [0, 1],
  ]);
  assert.ok(circuit.cost().lookups.every(({ bits }) => bits <= 6));
  await circuit.close();
});

test("the failure of a window is that of its few bits, with the value's noise as it stands there", async () => {
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => fhe.bits(x).at(2))
    .compile([0, 1023], numbers);
  const { parameters, outputs, failure } = circuit.plan;
  const {
    glwe,
    bootstraps: [bootstrap],
  } = parameters;
  const [step] = circuit.plan.program.instructions.filter(({ op }) => op === "bootstrap");
  assert.ok(bootstrap !== undefined && step?.op === "bootstrap" && outputs.length === 1);
  assert.deepEqual(circuit.cost().lookups, [{ bits: 2, count: 1 }]);
  // Bits 0 to 2 of 10 take the whole torus: the value is multiplied by 2^8, before it is rounded to 32 bits.
  const total =
    4 ** 8 * freshSourceVariance(glwe, circuit.plan.input.bodyBits) +
    extractionVariance(glwe) +
    switchVariance(glwe, bootstrap, step);
  const ofLookup = log2Failure(2 ** -(2 + 2), total);
  assert.ok(ofLookup <= failure.worstLog2 + 1e-6);
  assert.ok(ofLookup > -2000);
  await circuit.close();
});
