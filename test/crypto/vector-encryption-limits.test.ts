import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../src/base/hash.js";
import { systemRandom } from "../../src/base/random.js";
import { generateClientKey } from "../../src/keys/client-key.js";
import { decryptOutput } from "../../src/keys/decrypt.js";
import { encryptVector } from "../../src/keys/encrypt.js";
import type { OutputLayout } from "../../src/tfhe/wire-output.js";
import { clientMachines } from "../support/client-machines.js";
import { domains, maskWords64 } from "../support/plain-tfhe.js";
import { seededRandom } from "../support/seeded-random.js";

const glwe = { dimension: 2, polynomialSize: 512, noiseLog2: 17 };

const [machine] = await clientMachines();
assert.ok(machine);
const key = generateClientKey({ glwe, bootstraps: [] }, seededRandom("vectors"));

test("no two encryptions share a seed, whatever they hold", () => {
  const seeds = new Set<string>();
  const random = seededRandom("seeds");
  for (let i = 0; i < 50; i++) {
    for (const source of [systemRandom, random]) {
      seeds.add(
        toHex(
          encryptVector(machine, key, Float64Array.of(1), { deltaLog2: 50, bodyBits: 30 }, source)
            .seed,
        ),
      );
    }
  }
  assert.equal(seeds.size, 100);
});

test("the ciphertexts of a long vector have distinct masks", () => {
  const masks = [0, 1, 2].map((index) =>
    maskWords64(new Uint8Array(32), domains.input, index, 4).join(),
  );
  assert.equal(new Set(masks).size, 3);
});

const encoding = { deltaLog2: 56, bodyBits: 20 };
const refusals = [
  [[0, Number.NaN], "not-a-number", "input number 1: is NaN. Pass whole numbers only"],
  [
    [0.5],
    "not-integer",
    "input number 0: is not a whole number. Quantize or round the input before it is encrypted",
  ],
  [
    [1, 2, 256],
    "out-of-range",
    "input number 2: lies outside -128 to 255. Clip the input to the range that the circuit was compiled for",
  ],
  [
    [-129],
    "out-of-range",
    "input number 0: lies outside -128 to 255. Clip the input to the range that the circuit was compiled for",
  ],
  [
    [Number.POSITIVE_INFINITY],
    "out-of-range",
    "input number 0: lies outside -128 to 255. Clip the input to the range that the circuit was compiled for",
  ],
  [[], "bad-shape", "input: holds no numbers. Pass at least one number"],
] as const;
for (const [values, code, message] of refusals) {
  test(`refused: [${values.join(", ")}]`, () => {
    assert.throws(
      () => encryptVector(machine, key, Float64Array.from(values), encoding, systemRandom),
      { code, message },
    );
  });
}

test("impossible encodings are refused", () => {
  const one = Float64Array.of(1);
  assert.throws(
    () => encryptVector(machine, key, one, { deltaLog2: 64, bodyBits: 20 }, systemRandom),
    {
      code: "bad-argument",
      message:
        "deltaLog2: is 64, and may be 0 to 63. Use the encoding that the circuit's client file carries",
    },
  );
  assert.throws(
    () => encryptVector(machine, key, one, { deltaLog2: 50, bodyBits: 0 }, systemRandom),
    {
      message:
        "bodyBits: is 0, and may be 1 to 64. Use the encoding that the circuit's client file carries",
    },
  );
});

test("outputs that do not fit their layout are refused", () => {
  const layout: OutputLayout = { form: "glwe", wordBits: 32, coefficients: [[0]] };
  const decoding = { deltaLog2: 50, messageBits: 8, signed: false };
  const data = new Uint8Array(1024 * 4 + 4);
  assert.throws(() => decryptOutput(machine, key, data.subarray(1), layout, decoding), {
    code: "bad-argument",
    message:
      "output bytes: is 4099, and may be 4100 to 4100. Use the encoding that the circuit's client file carries",
  });
  assert.throws(
    () => decryptOutput(machine, key, data, { ...layout, coefficients: [[512]] }, decoding),
    {
      message:
        "output layout: lists a coefficient that no polynomial has, or too many. Use the layout that the circuit's client file carries",
    },
  );
  assert.throws(() => decryptOutput(machine, key, data, layout, { ...decoding, deltaLog2: 57 }), {
    message:
      "deltaLog2: is 57, and may be 0 to 56. Use the encoding that the circuit's client file carries",
  });
});
