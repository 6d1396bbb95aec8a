import { VelumError } from "../base/error.js";
import { throwIfAborted } from "../base/event-loop.js";
import { type Address, offsetAddress } from "../tfhe/machine.js";
import { type CryptoParameters, packingKeyBodyBits } from "../tfhe/parameters.js";
import type { SeededSection } from "../tfhe/wire-evaluation-keys.js";
import {
  expandedPackingKeyBytes,
  packingKeyLayout,
  packingShape,
  readPackingKeys,
} from "../tfhe/wire-packing-keys.js";
import { allocate, callKernel, type Engine, release } from "./engine.js";
import type { ExpandedKeys } from "./evaluation-keys.js";
import { forRanges } from "./ranges.js";
import type { RunOptions } from "./run-options.js";

/** Rows expanded at a time. */
const rowsAtOnce = 8;

/**
 * Reads a packing-keys file and expands it: masks from the seed, both halves of every row into the Fourier domain, on all threads.
 * Errors: those of `readHeader`, `aborted`, `runtime-unavailable`. Cost: some milliseconds; about 10 MB of memory.
 */
export async function expandPackingKeys(
  engine: Engine,
  parameters: CryptoParameters,
  file: Uint8Array,
  options: RunOptions,
): Promise<ExpandedKeys> {
  const { keyId, ...section } = readPackingKeys(file, parameters);
  throwIfAborted(options.signal, "evaluation keys");
  const bytes = expandedPackingKeyBytes(parameters);
  const address = await allocate(engine, bytes);
  try {
    await expandPackingSection(engine, parameters, section, address, options);
    return { keyId, bytes, address };
  } catch (error) {
    await release(engine, address);
    throw error;
  }
}

/** Expands the packing keys of a key file to `keys`. Errors: `aborted`, `runtime-unavailable`, `file-corrupt`. */
export async function expandPackingSection(
  engine: Engine,
  parameters: CryptoParameters,
  { seed, bodies }: SeededSection,
  keys: Address,
  options: RunOptions,
): Promise<void> {
  const { expansionRows, conversionRows } = packingKeyLayout(parameters);
  const passing: Address[] = [];
  const own = async (bytes: number): Promise<Address> => {
    const block = await allocate(engine, bytes);
    passing.push(block);
    return block;
  };
  try {
    const shapeWords = packingShape(parameters);
    const shape = await own(shapeWords.byteLength);
    const wire = await own(seed.length + bodies.length + readSlackBytes);
    const bodiesAt = offsetAddress(wire, seed.length);
    await engine.run(0, [
      { do: "write", address: shape, data: new Uint8Array(shapeWords.buffer) },
      { do: "write", address: wire, data: new Uint8Array(seed) },
      { do: "write", address: bodiesAt, data: new Uint8Array(bodies) },
    ]);
    const bytes = await callKernel(engine, "velum_packing_key_bytes", shape);
    const scratchBytes = await callKernel(engine, "velum_packing_scratch_bytes", shape);
    if (bytes !== expandedPackingKeyBytes(parameters)) throw wrongRoom(parameters, bytes);
    const scratch = await own(scratchBytes * engine.threads);
    await forRanges(
      engine.threads,
      expansionRows + conversionRows,
      rowsAtOnce,
      "evaluation keys",
      options,
      (thread, begin, end) =>
        engine.run(thread, [
          {
            do: "call",
            name: "velum_expand_packing_key",
            parameters: [
              ...[keys, wire, bodiesAt, begin, end, packingKeyBodyBits, shape],
              scratch + thread * scratchBytes,
            ],
          },
        ]),
    );
  } finally {
    await release(engine, ...passing);
  }
}

/** Kernels come with the circuit: theirs is the last word on what keys take. */
function wrongRoom(parameters: CryptoParameters, bytes: number): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path: "server file",
    problem: `has kernels whose packing keys take ${bytes} bytes, not what their place holds`,
    limit: expandedPackingKeyBytes(parameters),
    actual: bytes,
    cure: "Compile the circuit anew",
  });
}

/** Bodies are read in whole words. */
const readSlackBytes = 8;

/** Bytes of scratch of the stages that take packed bits apart, for one thread. */
export async function packingScratchBytes(
  engine: Engine,
  parameters: CryptoParameters,
): Promise<number> {
  const words = packingShape(parameters);
  const shape = await allocate(engine, words.byteLength);
  try {
    await engine.run(0, [{ do: "write", address: shape, data: new Uint8Array(words.buffer) }]);
    return await callKernel(engine, "velum_packing_scratch_bytes", shape);
  } finally {
    await release(engine, shape);
  }
}
