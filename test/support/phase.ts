import type { ClientKey } from "../../src/keys/client-key.js";
import { decryptOutput } from "../../src/keys/decrypt.js";
import type { Machine } from "../../src/tfhe/machine.js";
import type { OutputLayout } from "../../src/tfhe/wire-output.js";

/** Phases of an output in turns of the torus, -1/2 to 1/2, to 53 bits. For noise measurements alone. */
export function measurePhase(
  machine: Machine,
  key: ClientKey,
  data: Uint8Array,
  layout: OutputLayout,
): Float64Array {
  const decoding = { deltaLog2: 11, messageBits: 53, signed: true };
  return decryptOutput(machine, key, data, layout, decoding).map((value) => value * 2 ** -53);
}

/** Distance of `phases` from the multiples of `2^deltaLog2 / 2^64` nearest to them: the noise where decryption is right. */
export function noiseOf(phases: Float64Array, deltaLog2: number): Float64Array {
  const delta = 2 ** (deltaLog2 - 64);
  return phases.map((phase) => phase - Math.round(phase / delta) * delta);
}
