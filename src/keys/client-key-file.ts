import { checkParameters, parameterId } from "../tfhe/parameter-id.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import {
  allocateFile,
  anyCircuit,
  corrupt,
  payloadOf,
  readFile,
  sealFile,
} from "../tfhe/wire-header.js";
import { ClientKey, clearSpareBits, clientKeyBytes, secretBits } from "./client-key.js";

/**
 * The client key as a file: header, then the bits of `secretBits`. Whoever holds it can decrypt everything made with the key; encrypt it
 * at rest and zero the array when it is stored.
 */
export function writeClientKey(key: ClientKey): Uint8Array<ArrayBuffer> {
  const bits = secretBits(key);
  const file = allocateFile(bits.length);
  payloadOf(file).set(bits);
  sealFile(file, {
    kind: "client key",
    parameterId: key.parameterId,
    circuitId: anyCircuit,
    keyId: key.id,
  });
  return file;
}

/** Reads a client-key file made for `parameters`. Errors as `readHeader`, `file-corrupt` for bits outside the key. */
export function readClientKey(file: Uint8Array, parameters: CryptoParameters): ClientKey {
  checkParameters(parameters);
  const path = "client key";
  const { header, payload } = readFile(file, {
    kind: "client key",
    path,
    parameterId: parameterId(parameters),
    circuitId: anyCircuit,
    payloadBytes: clientKeyBytes(parameters),
  });
  const bits = payload.slice();
  if (!clearSpareBits(bits, parameters)) {
    bits.fill(0);
    throw corrupt(path, "bits are set beyond its end");
  }
  return new ClientKey(parameters, header.keyId, bits);
}
