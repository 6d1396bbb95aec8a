import assert from "node:assert/strict";
import { test } from "node:test";
import { checksum } from "../../src/base/checksum.js";
import { type ParameterId, parameterId } from "../../src/tfhe/parameter-id.js";
import {
  evaluationKeyFileBytes,
  evaluationKeyPayloadBytes,
  keySectionLayout,
  readEvaluationKeys,
} from "../../src/tfhe/wire-evaluation-keys.js";
import {
  type CircuitId,
  headerBytes,
  type KeyId,
  payloadOf,
  sealFile,
} from "../../src/tfhe/wire-header.js";
import {
  inputExpectation,
  inputPayloadBytes,
  readInputCiphertext,
  writeInputCiphertext,
} from "../../src/tfhe/wire-input.js";
import {
  type OutputLayout,
  outputDataBytes,
  outputLength,
  outputPayloadBytes,
  readOutputCiphertext,
  writeOutputCiphertext,
} from "../../src/tfhe/wire-output.js";
import { fourBitParameters, smallParameters } from "../support/small-parameters.js";

const identity = {
  parameterId: parameterId(smallParameters),
  circuitId: "ab".repeat(16) as CircuitId,
  keyId: "cd".repeat(16) as KeyId,
};
const { glwe } = smallParameters;
const vectors = [
  {
    length: 30,
    bodyBits: 21,
    seed: new Uint8Array(32).fill(7),
    bodies: new Uint8Array(79).fill(1),
  },
  { length: 3, bodyBits: 64, seed: new Uint8Array(32).fill(8), bodies: new Uint8Array(24).fill(2) },
];
const layouts: OutputLayout[] = [
  { form: "glwe", wordBits: 26, coefficients: [[0, 511], [3]] },
  { form: "lwe", wordBits: 20, count: 2 },
];

test("30 features in less than 256 bytes", () => {
  assert.ok(headerBytes + inputPayloadBytes([{ length: 30, bodyBits: 32 }]) < 256);
});

test("p=4 evaluation keys stay below 24 MB", () => {
  assert.equal(
    evaluationKeyFileBytes(fourBitParameters),
    72 + 32 + 918 * 2 * 2048 * 6 + 2048 * 4 * 4,
  );
  assert.ok(evaluationKeyFileBytes(fourBitParameters) < 24e6);
});

test("inputs are read as they were written", () => {
  const file = writeInputCiphertext(identity, vectors);
  assert.equal(file.length, 72 + 40 + 79 + 40 + 24);
  const read = readInputCiphertext(file, identity, vectors);
  assert.equal(read.keyId, identity.keyId);
  assert.deepEqual(read.vectors, vectors);
});

test("inputs of a key that the server does not know yet are read, and name it", () => {
  const { keyId, ...keyless } = identity;
  assert.equal(
    readInputCiphertext(writeInputCiphertext(identity, vectors), keyless, vectors).keyId,
    keyId,
  );
  assert.equal("keyId" in inputExpectation(keyless, vectors), false);
});

test("an input of another width is refused", () => {
  const other = [
    { length: 30, bodyBits: 21 },
    { length: 4, bodyBits: 48 },
  ];
  assert.throws(
    () => readInputCiphertext(writeInputCiphertext(identity, vectors), identity, other),
    {
      code: "file-corrupt",
      message:
        "input ciphertext: is damaged: vector 1 holds 3 numbers of 64 bits where 4 of 48 are due. Copy or send the file again, or make it anew",
    },
  );
});

test("an input of a longer vector is refused by its length", () => {
  assert.throws(
    () =>
      readInputCiphertext(writeInputCiphertext(identity, vectors), identity, [
        { length: 1, bodyBits: 8 },
      ]),
    {
      code: "file-too-large",
      message:
        "input ciphertext: announces 183 bytes where 41 are due. Make the file anew for this circuit",
    },
  );
});

test("outputs are read as they were written", () => {
  assert.deepEqual(layouts.map(outputLength), [3, 2]);
  assert.deepEqual(
    layouts.map((layout) => outputDataBytes(glwe, layout)),
    [2 * 3328 + 7 + 4, 2 * (2560 + 3)],
  );
  const data = layouts.map((layout) =>
    Uint8Array.from({ length: outputDataBytes(glwe, layout) }, (_, i) => i),
  );
  const file = writeOutputCiphertext(identity, glwe, layouts, data);
  assert.equal(file.length, headerBytes + outputPayloadBytes(glwe, layouts));
  assert.deepEqual(readOutputCiphertext(file, identity, glwe, layouts), data);
});

test("an output in another form is refused", () => {
  const one: OutputLayout[] = [{ form: "lwe", wordBits: 20, count: 1 }];
  const file = writeOutputCiphertext(identity, glwe, one, [
    new Uint8Array(outputDataBytes(glwe, { form: "lwe", wordBits: 20, count: 1 })),
  ]);
  assert.throws(
    () =>
      readOutputCiphertext(file, identity, glwe, [
        { form: "glwe", wordBits: 20, coefficients: [[0]] },
      ]),
    {
      code: "file-corrupt",
      message:
        "output ciphertext: is damaged: output 0 has another layout than the circuit's. Copy or send the file again, or make it anew",
    },
  );
});

test("output data of the wrong size is a fault of the caller", () => {
  assert.throws(() => writeOutputCiphertext(identity, glwe, layouts, []), {
    message: "output 0: undefined bytes where 6667 are due",
  });
});

test("evaluation keys are read as views", () => {
  const layout = keySectionLayout(smallParameters, 0);
  assert.equal(layout.bootstrapRows, 5 * 3 * 2);
  assert.equal(layout.keySwitchRows, 1024 * 3);
  const file = new Uint8Array(headerBytes + evaluationKeyPayloadBytes(smallParameters));
  payloadOf(file).fill(9);
  sealFile(file, { ...identity, kind: "evaluation keys", circuitId: "0".repeat(32) as CircuitId });
  const keys = readEvaluationKeys(file, smallParameters);
  assert.equal(keys.keyId, identity.keyId);
  const [section] = keys.sections;
  assert.ok(section);
  assert.deepEqual(
    [section.seed.length, section.bootstrapBodies.length, section.keySwitchBodies.length],
    [32, 30 * 512 * 6, 3072 * 4],
  );
  assert.equal(section.seed.buffer, file.buffer);
});

test("evaluation keys of 2^40 bytes are refused by their first 72 bytes", () => {
  const file = new Uint8Array(headerBytes);
  sealFile(file, { ...identity, kind: "evaluation keys", circuitId: "0".repeat(32) as CircuitId });
  const view = new DataView(file.buffer);
  view.setUint32(60, 2 ** 8, true);
  view.setUint32(68, checksum(file.subarray(0, 68)), true);
  assert.throws(() => readEvaluationKeys(file, smallParameters), {
    code: "file-too-large",
    message:
      "evaluation keys: announces 1099511627776 bytes where 104480 are due. Make the file anew for this circuit",
  });
});

test("evaluation keys of other parameters are refused", () => {
  const file = new Uint8Array(headerBytes);
  sealFile(file, {
    ...identity,
    parameterId: "0".repeat(32) as ParameterId,
    kind: "evaluation keys",
    circuitId: "0".repeat(32) as CircuitId,
  });
  assert.throws(() => readEvaluationKeys(file, smallParameters), { code: "wrong-parameters" });
});

test("parameters without a bootstrap have no evaluation keys", () => {
  assert.throws(() => evaluationKeyPayloadBytes({ glwe, bootstraps: [] }), {
    code: "bad-argument",
    message:
      "evaluation keys: are not needed: nothing is bootstrapped under these parameters. Run the circuit without evaluation keys",
  });
});
