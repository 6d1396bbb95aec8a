import { type SliceOptions, Slices } from "../base/event-loop.js";
import type { RandomSource } from "../base/random.js";
import type { Machine } from "../tfhe/machine.js";
import { packingKeyBodyBits } from "../tfhe/parameters.js";
import { allocateFile, anyCircuit, payloadOf, sealFile, seedBytes } from "../tfhe/wire-header.js";
import { packingKeyLayout, packingShape } from "../tfhe/wire-packing-keys.js";
import type { ClientKey } from "./client-key.js";

import { fillRandom, noiseBytes } from "./noise.js";
import { Workspace } from "./workspace.js";

const rowsAtOnce = 16;

/**
 * The seeded packing keys of `key` as a file: what a server needs to expand packed bits, nothing that decrypts.
 * Works in slices of about 8 ms and lets the event loop run between them.
 *
 * Errors: `aborted`; `bad-argument` for parameters without packing or a disposed key; `runtime-unavailable` out of memory.
 * Cost: one GLWE encryption a row; some milliseconds.
 */
export async function generatePackingKeys(
  machine: Machine,
  key: ClientKey,
  random: RandomSource,
  options: SliceOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const file = allocateFile(packingKeyLayout(key.parameters).payloadBytes);
  await fillPackingKeys(machine, key, random, payloadOf(file), options);
  const { parameterId, id: keyId } = key;
  sealFile(file, { kind: "packing keys", parameterId, circuitId: anyCircuit, keyId });
  return file;
}

/** Writes the seed and the bodies of all rows to `payload`, of `packingKeyLayout(...).payloadBytes` bytes. Errors and cost: as above. */
export async function fillPackingKeys(
  machine: Machine,
  key: ClientKey,
  random: RandomSource,
  payload: Uint8Array,
  options: SliceOptions = {},
): Promise<void> {
  const slices = new Slices("packing keys", options);
  const layout = packingKeyLayout(key.parameters);
  const { polynomialSize, noiseLog2 } = key.parameters.glwe;
  const rows = layout.expansionRows + layout.conversionRows;
  const rowNoise = polynomialSize * noiseBytes(noiseLog2);
  random.fill(payload.subarray(0, seedBytes));
  const workspace = new Workspace(machine, key);
  try {
    const seed = workspace.copyIn(payload.subarray(0, seedBytes));
    const shape = workspace.copyIn(packingShape(key.parameters));
    const noise = workspace.allocate(rowsAtOnce * rowNoise);
    const bodies = workspace.allocate(rowsAtOnce * layout.rowBytes);
    const message = workspace.allocate(8 * polynomialSize);
    for (let first = 0; first < rows; first += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, rows - first);
      fillRandom(machine, noise, count * rowNoise, random);
      machine.call(
        "velum_packing_key_rows",
        ...[workspace.client, bodies, seed, noise, first, count],
        ...[shape, message, packingKeyBodyBits, noiseLog2],
      );
      const made = machine.bytes(bodies, count * layout.rowBytes);
      payload.set(made, seedBytes + first * layout.rowBytes);
      await slices.pause((first + count) / rows);
    }
  } finally {
    workspace.dispose();
  }
  options.onProgress?.(1);
}
