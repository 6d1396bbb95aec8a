import assert from "node:assert/strict";
import { test } from "node:test";
import { readClientFile, writeClientFile } from "../../src/artifact/client-file.js";
import { Client, fhe } from "../../src/index.js";

const circuit = await fhe
  .compiler({ x: "encrypted" }, (x) => new fhe.LookupTable([1, 0, 3, 2]).apply(x))
  .compile([[0], [1], [2], [3]], { inputForm: "numbers" });
const manifest = readClientFile(circuit.clientFile);
const {
  glwe,
  bootstraps: [bootstrap],
} = manifest.parameters;
if (bootstrap === undefined) throw new Error("the circuit has no look-up");

const weakened = {
  "GLWE noise": { glwe: { ...glwe, noiseLog2: glwe.noiseLog2 - 1 }, bootstraps: [bootstrap] },
  "LWE noise": {
    glwe,
    bootstraps: [
      { ...bootstrap, lwe: { ...bootstrap.lwe, noiseLog2: bootstrap.lwe.noiseLog2 - 1 } },
    ],
  },
  "LWE dimension": {
    glwe,
    bootstraps: [{ ...bootstrap, lwe: { ...bootstrap.lwe, dimension: 400 } }],
  },
};

test("a file as compiled is accepted", async () => {
  assert.equal((await Client.load(circuit.clientFile)).parameters.glwe.noiseLog2, glwe.noiseLog2);
});

for (const [what, parameters] of Object.entries(weakened)) {
  test(`a file with weaker ${what} is refused`, async () => {
    await assert.rejects(Client.load(writeClientFile({ ...manifest, parameters })), {
      code: "insecure-parameters",
      message:
        /^client file: asks for a G?LWE key of dimension \d+ with noise TUniform\(\d+\) modulo 2\^(64|32), which is below 132 bits of security\. Do not encrypt with this file/,
    });
  });
}
