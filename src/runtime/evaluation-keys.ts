import { VelumError } from "../base/error.js";
import { throwIfAborted } from "../base/event-loop.js";
import { type ExpandedKeyPlace, expandedKeyLayout } from "../tfhe/expanded-keys.js";
import { type Address, offsetAddress } from "../tfhe/machine.js";
import { bigLweDimension, type CryptoParameters } from "../tfhe/parameters.js";
import {
  type KeySection,
  readEvaluationKeys,
  requireBootstrap,
  type SeededSection,
} from "../tfhe/wire-evaluation-keys.js";
import type { KeyId } from "../tfhe/wire-header.js";
import { allocate, callKernel, type Engine, release } from "./engine.js";
import { expandPackingSection } from "./packing-keys.js";
import { forRanges } from "./ranges.js";
import type { RunOptions } from "./run-options.js";

/** One client's evaluation keys in an engine's memory, laid out as `expandedKeyLayout` says. */
export interface ExpandedKeys {
  readonly keyId: KeyId;
  /** What they take of the engine's memory. */
  readonly bytes: number;
  readonly address: Address;
}

/** Share of the time that the bootstrap key takes. */
const bootstrapShare = 0.9;

/**
 * Reads an evaluation-keys file and expands it: masks from the seed, rows into the Fourier domain, on all threads.
 * Errors: those of `readHeader`, `aborted`, `runtime-unavailable`. Cost: some 0.1 s; about 60 MB of memory at 4 bits.
 */
export async function expandEvaluationKeys(
  engine: Engine,
  parameters: CryptoParameters,
  file: Uint8Array,
  options: RunOptions,
): Promise<ExpandedKeys> {
  const { keyId, sections, publicKey, packing } = readEvaluationKeys(file, parameters);
  throwIfAborted(options.signal, "evaluation keys");
  const { places, publicKey: publicPlace, bytes } = expandedKeyLayout(parameters);
  const address = await allocate(engine, bytes);
  try {
    for (const [set, section] of sections.entries()) {
      const place = places[set];
      if (place === undefined) continue;
      await expandSection(engine, parameters, set, section, address, place, {
        ...options,
        onProgress: (done) => options.onProgress?.((set + done) / sections.length),
      });
    }
    if (publicKey !== undefined) {
      await expandPublicKey(engine, parameters, publicKey, offsetAddress(address, publicPlace));
    }
    if (packing !== undefined) {
      await expandPackingSection(engine, parameters, packing, address, options);
    }
    return { keyId, bytes, address };
  } catch (error) {
    await release(engine, address);
    throw error;
  }
}

async function expandPublicKey(
  engine: Engine,
  { glwe }: CryptoParameters,
  { seed, bodies }: SeededSection,
  address: Address,
): Promise<void> {
  const wire = await allocate(engine, seed.length + bodies.length);
  const bodiesAt = offsetAddress(wire, seed.length);
  const shape = [glwe.polynomialSize, glwe.dimension];
  try {
    await engine.run(0, [
      { do: "write", address: wire, data: seed },
      { do: "write", address: bodiesAt, data: bodies },
      {
        do: "call",
        name: "velum_expand_public_key",
        parameters: [address, wire, bodiesAt, ...shape],
      },
    ]);
  } finally {
    await release(engine, wire);
  }
}

/** Expands the keys of one set to `address` + `place`. */
async function expandSection(
  engine: Engine,
  parameters: CryptoParameters,
  set: number,
  { seed, bootstrapBodies, keySwitchBodies }: KeySection,
  address: Address,
  place: ExpandedKeyPlace,
  options: RunOptions,
): Promise<void> {
  const { glwe } = parameters;
  const { lwe, bootstrapGadget, keySwitchGadget } = requireBootstrap(parameters, set);
  const { polynomialSize: N, dimension: k } = glwe;
  const shape = [lwe.dimension, N, k, bootstrapGadget.levels];
  const bootstrapBytes = await callKernel(engine, "velum_bootstrap_key_bytes", ...shape);
  const switchShape = [bigLweDimension(glwe), lwe.dimension, keySwitchGadget.levels];
  const switchBytes = await callKernel(engine, "velum_switch_key_bytes", ...switchShape);
  checkRoom(parameters, set, bootstrapBytes, switchBytes);
  const scratchBytes = await callKernel(engine, "velum_expand_scratch_bytes", N, k, lwe.dimension);
  const passing: Address[] = [];
  const own = async (bytes: number): Promise<Address> => {
    const block = await allocate(engine, bytes);
    passing.push(block);
    return block;
  };
  try {
    const wire = await own(seed.length + bootstrapBodies.length + keySwitchBodies.length);
    const scratch = await own(scratchBytes * engine.threads);
    const bodies = offsetAddress(wire, seed.length);
    const switchBodies = offsetAddress(bodies, bootstrapBodies.length);
    await engine.run(0, [
      { do: "write", address: wire, data: seed },
      { do: "write", address: bodies, data: bootstrapBodies },
      { do: "write", address: switchBodies, data: keySwitchBodies },
    ]);
    await forRanges(
      engine.threads,
      lwe.dimension,
      16,
      "evaluation keys",
      { ...options, onProgress: (done) => options.onProgress?.(bootstrapShare * done) },
      (thread, begin, end) =>
        engine.run(thread, [
          {
            do: "call",
            name: "velum_expand_bootstrap_key",
            parameters: [
              ...[
                address + place.bootstrap,
                wire,
                bodies,
                begin,
                end,
                N,
                k,
                bootstrapGadget.levels,
              ],
              scratch + thread * scratchBytes,
            ],
          },
        ]),
    );
    await forRanges(
      engine.threads,
      bigLweDimension(glwe) * keySwitchGadget.levels,
      1024,
      "evaluation keys",
      {
        ...options,
        onProgress: (done) => options.onProgress?.(bootstrapShare + (1 - bootstrapShare) * done),
      },
      (thread, begin, end) =>
        engine.run(thread, [
          {
            do: "call",
            name: "velum_expand_switch_key",
            parameters: [
              ...[address + place.keySwitch, wire, switchBodies, begin, end, ...switchShape],
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
function checkRoom(
  parameters: CryptoParameters,
  set: number,
  bootstrapBytes: number,
  switchBytes: number,
): void {
  const { places, publicKey } = expandedKeyLayout(parameters);
  const place = places[set] ?? { bootstrap: 0, keySwitch: 0 };
  const end = places[set + 1]?.bootstrap ?? publicKey;
  const fits =
    bootstrapBytes === place.keySwitch - place.bootstrap && switchBytes <= end - place.keySwitch;
  if (fits) return;
  throw new VelumError({
    code: "file-corrupt",
    path: "server file",
    problem: `has kernels whose evaluation keys take ${bootstrapBytes + switchBytes} bytes, more than their place`,
    limit: end - place.bootstrap,
    actual: bootstrapBytes + switchBytes,
    cure: "Compile the circuit anew",
  });
}
