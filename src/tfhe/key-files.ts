import type { CryptoParameters } from "./parameters.js";
import {
  evaluationKeyFileBytes,
  needsEvaluationKeys,
  needsPackingKeysAlone,
} from "./wire-evaluation-keys.js";
import { packingKeyFileBytes } from "./wire-packing-keys.js";

/** Bytes of the one key file that a client sends to a server, header included; 0 where it sends none. */
export function keyFileBytes(parameters: CryptoParameters): number {
  if (needsPackingKeysAlone(parameters)) return packingKeyFileBytes(parameters);
  return needsEvaluationKeys(parameters) ? evaluationKeyFileBytes(parameters) : 0;
}
