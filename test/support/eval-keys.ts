import { type ClientKey, generateClientKey } from "../../src/keys/client-key.js";
import { generateEvaluationKeys } from "../../src/keys/evaluation-keys.js";
import type { Machine } from "../../src/tfhe/machine.js";
import type { CryptoParameters } from "../../src/tfhe/parameters.js";
import {
  readEvaluationKeys,
  type SeededEvaluationKeys,
} from "../../src/tfhe/wire-evaluation-keys.js";
import { keyBits } from "./plain-tfhe.js";
import { seededRandom } from "./seeded-random.js";

export interface TestKeys {
  readonly key: ClientKey;
  readonly seeded: SeededEvaluationKeys;
  /** The bits of `key`. */
  readonly big: readonly number[];
  readonly small: readonly number[];
}

/** A client key and its evaluation keys, the same ones for the same name. */
export async function makeKeys(
  machine: Machine,
  parameters: CryptoParameters,
  name: string,
): Promise<TestKeys> {
  const random = seededRandom(name);
  const key = generateClientKey(parameters, random);
  const file = await generateEvaluationKeys(machine, key, random);
  return { key, seeded: readEvaluationKeys(file, parameters), ...keyBits(key) };
}
