import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readClientKey } from "../../src/keys/client-key-file.js";
import { decryptOutput } from "../../src/keys/decrypt.js";
import { parameterId } from "../../src/tfhe/parameter-id.js";
import { readEvaluationKeys } from "../../src/tfhe/wire-evaluation-keys.js";
import { readInputCiphertext } from "../../src/tfhe/wire-input.js";
import { readOutputCiphertext } from "../../src/tfhe/wire-output.js";
import { readPackingKeys } from "../../src/tfhe/wire-packing-keys.js";
import { clientMachines, wasmClient } from "../support/client-machines.js";
import { expandPackedBits } from "../support/decision-server.js";
import { wasmEval } from "../support/eval-machines.js";
import { packGlwe } from "../support/eval-stages.js";
import { measurePhase } from "../support/phase.js";
import { echoGlwe } from "../support/plain-tfhe.js";
import {
  type GoldenName,
  goldenBits,
  goldenBitsLayout,
  goldenCircuit,
  goldenDecoding,
  goldenFolder,
  goldenInput,
  goldenOutputs,
  goldenPacked,
  goldenParameters,
  goldenValues,
  makeGoldenFiles,
} from "../support/wire-fixtures.js";

const golden = (name: GoldenName) => new Uint8Array(readFileSync(`${goldenFolder}/${name}.bin`));

for (const machine of await clientMachines()) {
  const key = readClientKey(golden("client-key"), goldenParameters);
  const { glwe } = goldenParameters;
  const identity = {
    parameterId: parameterId(goldenParameters),
    circuitId: goldenCircuit,
    keyId: key.id,
  };

  test(`version 1 outputs decrypt to what was encrypted, ${machine.kind}`, () => {
    const outputs = readOutputCiphertext(golden("output"), identity, glwe, goldenOutputs);
    goldenOutputs.forEach((layout, index) => {
      const data = outputs[index] ?? new Uint8Array(0);
      const decoded = decryptOutput(machine, key, data, layout, goldenDecoding);
      assert.deepEqual([...decoded], [...goldenValues]);
    });
  });

  test(`version 1 inputs hold what was encrypted, ${machine.kind}`, () => {
    const { vectors } = readInputCiphertext(golden("input"), identity, [goldenInput]);
    const [vector] = vectors;
    const [layout] = goldenOutputs;
    assert.ok(vector && layout);
    const decoded = decryptOutput(machine, key, echoGlwe(vector, glwe, 24), layout, goldenDecoding);
    assert.deepEqual([...decoded], [...goldenValues]);
  });

  test(`the same seed gives the golden bytes again, ${machine.kind}`, async () => {
    for (const [name, bytes] of Object.entries(await makeGoldenFiles(machine))) {
      assert.deepEqual(bytes, golden(name as GoldenName), name);
    }
  });
}

test("version 1 evaluation keys are read", () => {
  const keys = readEvaluationKeys(golden("evaluation-keys"), goldenParameters);
  const [section] = keys.sections;
  assert.ok(section && keys.sections.length === 1);
  assert.equal(section.bootstrapBodies.length, 3 * 2 * 512 * 6);
  assert.equal(section.keySwitchBodies.length, 512 * 4);
});

test("version 1 packing keys take version 1 packed bits apart", async () => {
  const key = readClientKey(golden("packed-client-key"), goldenPacked);
  const keys = readPackingKeys(golden("packing-keys"), goldenPacked);
  assert.equal(keys.keyId, key.id);
  const identity = {
    parameterId: parameterId(goldenPacked),
    circuitId: goldenCircuit,
    keyId: key.id,
  };
  const { vectors } = readInputCiphertext(golden("packed-input"), identity, [goldenBitsLayout]);
  const [bits] = vectors;
  assert.ok(bits);
  const { rows } = expandPackedBits(await wasmEval(), goldenPacked, keys, bits);
  const { levels, baseLog } = goldenBitsLayout.gadget;
  const positions = Array.from({ length: goldenBits.length * levels }, () => [0]);
  const phases = measurePhase(
    await wasmClient(),
    key,
    packGlwe(await wasmEval(), goldenPacked.glwe, rows, positions, 64),
    { form: "glwe", wordBits: 64, coefficients: positions },
  );
  const found = phases.filter((_, row) => row % levels === 0).map((phase) => phase * 2 ** baseLog);
  assert.deepEqual(
    [...found].map((value) => Math.abs(Math.round(value))),
    [...goldenBits],
  );
});
