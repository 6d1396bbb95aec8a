import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { canonicalJson, checkParameters, parameterId } from "../../src/tfhe/parameter-id.js";
import { fourBitParameters } from "../support/small-parameters.js";

test("the id is half a SHA-256 of JSON with sorted keys", () => {
  const { extensionLog2: _, ...parameters } = fourBitParameters;
  const text =
    '{"bootstraps":[{"bootstrapGadget":{"baseLog":23,"levels":1},"keySwitchGadget":{"baseLog":4,"levels":4},' +
    '"lwe":{"dimension":918,"noiseLog2":13}}],"glwe":{"dimension":1,"noiseLog2":17,"polynomialSize":2048}}';
  assert.equal(canonicalJson(parameters), text);
  assert.equal(
    parameterId(parameters),
    createHash("sha256").update(text).digest("hex").slice(0, 32),
  );
});

test("parameters from files of format 1 keep their id", () => {
  const text =
    '{"bootstrap":{"bootstrapGadget":{"baseLog":23,"levels":1},"extensionLog2":0,"keySwitchGadget":{"baseLog":4,"levels":4},' +
    '"lwe":{"dimension":918,"noiseLog2":13}},"glwe":{"dimension":1,"noiseLog2":17,"polynomialSize":2048}}';
  assert.equal(
    parameterId(fourBitParameters),
    createHash("sha256").update(text).digest("hex").slice(0, 32),
  );
});

test("the order of keys does not matter, their values do", () => {
  const { glwe } = fourBitParameters;
  const turned = {
    noiseLog2: glwe.noiseLog2,
    polynomialSize: glwe.polynomialSize,
    dimension: glwe.dimension,
  };
  assert.equal(
    parameterId({ glwe: turned, bootstraps: [] }),
    parameterId({ glwe, bootstraps: [] }),
  );
  assert.notEqual(
    parameterId({ glwe: { ...glwe, noiseLog2: 18 }, bootstraps: [] }),
    parameterId({ glwe, bootstraps: [] }),
  );
});

const { glwe, bootstraps } = fourBitParameters;
const [bootstrap] = bootstraps;
assert.ok(bootstrap);
const refusals = [
  [
    { glwe: { ...glwe, polynomialSize: 4096 }, bootstraps: [] },
    "parameters glwe.polynomialSize: is 4096, and may be 512, 1024, 2048.",
  ],
  [
    { glwe: { ...glwe, dimension: 5 }, bootstraps: [] },
    "parameters glwe.dimension: is 5, and may be 1 to 4.",
  ],
  [
    { glwe: { ...glwe, noiseLog2: 1.5 }, bootstraps: [] },
    "parameters glwe.noiseLog2: is 1.5, and may be 0 to 62.",
  ],
  [
    { glwe, bootstraps: [bootstrap, { ...bootstrap, lwe: { dimension: 1e9, noiseLog2: 13 } }] },
    "parameters bootstraps[1].lwe.dimension: is 1000000000, and may be 1 to 4096.",
  ],
  [
    { glwe, bootstraps: [{ ...bootstrap, keySwitchGadget: { baseLog: 4, levels: 9 } }] },
    "parameters bootstraps[0].keySwitchGadget.levels: is 9, and may be 1 to 7.",
  ],
] as const;

for (const [parameters, text] of refusals) {
  test(`refused: ${text}`, () => {
    assert.throws(() => checkParameters(parameters), {
      code: "bad-argument",
      message: `${text} Use the parameters that a compiled circuit carries`,
    });
  });
}

test("the four-bit set is accepted", () => checkParameters(fourBitParameters));
