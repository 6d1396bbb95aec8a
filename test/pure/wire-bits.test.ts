import assert from "node:assert/strict";
import { test } from "node:test";
import { checkParameters, parameterId } from "../../src/tfhe/parameter-id.js";
import type { CryptoParameters } from "../../src/tfhe/parameters.js";
import { ggswLayout, packedLayout } from "../../src/tfhe/wire-bits.js";
import type { CircuitId, KeyId } from "../../src/tfhe/wire-header.js";
import {
  inputBodyBytes,
  readInputCiphertext,
  writeInputCiphertext,
} from "../../src/tfhe/wire-input.js";
import {
  expandedPackingKeyBytes,
  packingKeyFileBytes,
  packingKeyLayout,
} from "../../src/tfhe/wire-packing-keys.js";

const parameters = {
  glwe: { polynomialSize: 512, dimension: 5, noiseLog2: 4 },
  bootstraps: [],
  packing: {
    expansionLevels: 8,
    keyedLevels: [3, 7],
    expansionGadget: { baseLog: 12, levels: 4 },
    conversionGadget: { baseLog: 16, levels: 3 },
  },
} satisfies CryptoParameters;
const { glwe, packing } = parameters;
const identity = {
  parameterId: parameterId(parameters),
  circuitId: "ab".repeat(16) as CircuitId,
  keyId: "cd".repeat(16) as KeyId,
};

const gadget = { baseLog: 11, levels: 2 };
const whole = ggswLayout(glwe, 3, gadget, 44);
const packed = packedLayout(glwe, 80, gadget, 44, packing.expansionLevels);
const vector = { length: 5, bodyBits: 20 };

/** A part whose seed and bodies hold `fill`. */
function filled<Layout extends typeof whole | typeof vector>(layout: Layout, fill: number) {
  const bodies = new Uint8Array(inputBodyBytes(layout)).fill(fill);
  return { ...layout, seed: new Uint8Array(32).fill(fill), bodies };
}

test("80 packed bits in less than 2 KB, a GGSW in 66 KB a bit", () => {
  assert.equal(inputBodyBytes(packed), (80 * 2 * 2 * 44) / 8);
  assert.equal(inputBodyBytes(whole), (3 * 12 * 512 * 44) / 8);
});

test("vectors and bits in one request", () => {
  const parts = [filled(vector, 1), filled(whole, 2), filled(packed, 3)];
  const file = writeInputCiphertext(identity, parts);
  assert.deepEqual(readInputCiphertext(file, identity, [vector, whole, packed]).vectors, parts);
});

for (const [wanted, text] of [
  [{ ...packed, length: 80, gadget: { baseLog: 8, levels: 2 } }, /80 entries of layout 0xb02022c/],
  [{ ...whole, form: "packed" as const }, /80 entries of layout/],
] as const) {
  test(`bits of another shape are refused: ${wanted.form}, base 2^${wanted.gadget.baseLog}`, () => {
    const file = writeInputCiphertext(identity, [filled(packed, 3)]);
    const due = { ...wanted, coefficients: packed.coefficients };
    assert.throws(() => readInputCiphertext(file, identity, [due]), text);
  });
}

test("packing keys of 340 KB", () => {
  const { expansionRows, conversionRows, payloadBytes } = packingKeyLayout(parameters);
  assert.equal(expansionRows, 2 * 5 * 4);
  assert.equal(conversionRows, 15 * 3);
  assert.equal(payloadBytes, 32 + (40 + 45) * 512 * (62 / 8));
  assert.ok(packingKeyFileBytes(parameters) < 340e3);
  assert.equal(expandedPackingKeyBytes(parameters), 85 * 6 * 512 * 16);
});

const refusals = [
  [{ keyedLevels: [3] }, "parameters packing.keyedLevels: is [3], and may be lists with 7."],
  [
    { expansionLevels: 9, keyedLevels: [3, 8] },
    "parameters packing.keyedLevels: is [3, 8], and may be lists with 7.",
  ],
  [{ keyedLevels: [7, 3] }, "parameters packing.keyedLevels[1]: is 3, and may be 8 to 7."],
  [{ expansionLevels: 10 }, "parameters packing.expansionLevels: is 10, and may be 1 to 9."],
  [
    { conversionGadget: { baseLog: 16, levels: 4 } },
    "parameters packing.conversionGadget.levels: is 4, and may be 1 to 3.",
  ],
] as const;
for (const [change, text] of refusals) {
  test(`refused: ${text}`, () => {
    const changed = { glwe, bootstraps: [], packing: { ...packing, ...change } };
    assert.throws(
      () => checkParameters(changed),
      (error: Error) => error.message.startsWith(text),
    );
  });
}

test("rings of 2048 coefficients are refused for packing", () => {
  const large = { ...parameters, glwe: { polynomialSize: 2048, dimension: 1, noiseLog2: 17 } };
  assert.throws(() => checkParameters(large), /glwe.polynomialSize: is 2048, and may be 512, 1024/);
});
