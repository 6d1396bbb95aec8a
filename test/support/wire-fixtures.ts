// The files of test/fixtures/wire, made from a fixed seed. Run as a script after a build, it writes them:
//   node dist/test/support/wire-fixtures.js
// A file of a released format version stays as it is for good; a new version gets a folder of its own.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ClientKey, generateClientKey } from "../../src/keys/client-key.js";
import { writeClientKey } from "../../src/keys/client-key-file.js";
import { encryptVector } from "../../src/keys/encrypt.js";
import { encryptBits } from "../../src/keys/encrypt-bits.js";
import { generateEvaluationKeys } from "../../src/keys/evaluation-keys.js";
import { generatePackingKeys } from "../../src/keys/packing-keys.js";
import type { Machine } from "../../src/tfhe/machine.js";
import type { CryptoParameters } from "../../src/tfhe/parameters.js";
import { packedLayout } from "../../src/tfhe/wire-bits.js";
import type { CircuitId } from "../../src/tfhe/wire-header.js";
import { writeInputCiphertext } from "../../src/tfhe/wire-input.js";
import { type OutputLayout, writeOutputCiphertext } from "../../src/tfhe/wire-output.js";
import { wasmClient } from "./client-machines.js";
import { echoGlwe, echoLwe } from "./plain-tfhe.js";
import { repositoryRoot } from "./repository.js";
import { seededRandom } from "./seeded-random.js";

export const goldenFolder = `${repositoryRoot}test/fixtures/wire/v1`;

export const goldenParameters: CryptoParameters = {
  glwe: { dimension: 1, polynomialSize: 512, noiseLog2: 17 },
  bootstraps: [
    {
      lwe: { dimension: 3, noiseLog2: 13 },
      bootstrapGadget: { baseLog: 23, levels: 1 },
      keySwitchGadget: { baseLog: 8, levels: 1 },
    },
  ],
  extensionLog2: 0,
};

export const goldenCircuit = "0123456789abcdef0123456789abcdef" as CircuitId;
export const goldenValues = Int32Array.of(-4, 3, 0, 1, -1);
export const goldenInput = { length: 5, bodyBits: 21 };
export const goldenDecoding = { deltaLog2: 60, messageBits: 4, signed: true };
export const goldenOutputs: readonly OutputLayout[] = [
  { form: "glwe", wordBits: 24, coefficients: [[0, 1, 2, 3, 4]] },
  { form: "lwe", wordBits: 17, count: 5 },
];

/** Small, and without any security. */
export const goldenPacked: CryptoParameters = {
  glwe: { dimension: 2, polynomialSize: 512, noiseLog2: 4 },
  bootstraps: [],
  packing: {
    expansionLevels: 3,
    keyedLevels: [2],
    expansionGadget: { baseLog: 14, levels: 2 },
    conversionGadget: { baseLog: 15, levels: 2 },
  },
};
export const goldenBits = Uint8Array.of(1, 0, 0, 1, 1);
export const goldenBitsLayout = packedLayout(
  goldenPacked.glwe,
  goldenBits.length,
  { baseLog: 12, levels: 2 },
  44,
  3,
);

export type GoldenName =
  | "client-key"
  | "evaluation-keys"
  | "input"
  | "output"
  | "packed-client-key"
  | "packing-keys"
  | "packed-input";

/** The golden files, made anew by `machine`. */
export async function makeGoldenFiles(machine: Machine): Promise<Record<GoldenName, Uint8Array>> {
  const random = seededRandom("golden files, version 1");
  const key: ClientKey = generateClientKey(goldenParameters, random);
  const identity = { parameterId: key.parameterId, circuitId: goldenCircuit, keyId: key.id };
  const { glwe } = goldenParameters;
  const evaluationKeys = await generateEvaluationKeys(machine, key, random);
  const encoding = { deltaLog2: goldenDecoding.deltaLog2, bodyBits: goldenInput.bodyBits };
  const vector = encryptVector(machine, key, goldenValues, encoding, random);
  const packedRandom = seededRandom("golden files of packed bits, version 1");
  const packedKey = generateClientKey(goldenPacked, packedRandom);
  const packedIdentity = {
    parameterId: packedKey.parameterId,
    circuitId: goldenCircuit,
    keyId: packedKey.id,
  };
  const packingKeys = await generatePackingKeys(machine, packedKey, packedRandom);
  const bits = encryptBits(machine, packedKey, goldenBits, goldenBitsLayout, packedRandom);
  return {
    "packed-client-key": writeClientKey(packedKey),
    "packing-keys": packingKeys,
    "packed-input": writeInputCiphertext(packedIdentity, [bits]),
    "client-key": writeClientKey(key),
    "evaluation-keys": evaluationKeys,
    input: writeInputCiphertext(identity, [vector]),
    output: writeOutputCiphertext(identity, glwe, goldenOutputs, [
      echoGlwe(vector, glwe, 24),
      echoLwe(vector, glwe, 17),
    ]),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(goldenFolder, { recursive: true });
  for (const [name, bytes] of Object.entries(await makeGoldenFiles(await wasmClient()))) {
    writeFileSync(`${goldenFolder}/${name}.bin`, bytes);
  }
}
