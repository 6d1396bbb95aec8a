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
import { allocate, callKernel, type Engine, release, type Step } from "./engine.js";
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

/** The keys of one set as they travelled, in memory, and where they are expanded to. */
interface OpenSection {
  readonly parameters: CryptoParameters;
  readonly set: number;
  /** Addresses of the expanded keys. */
  readonly bootstrap: Address;
  readonly keySwitch: Address;
  readonly seed: Address;
  readonly bootstrapBodies: Address;
  readonly keySwitchBodies: Address;
  /** A block for each thread. */
  readonly scratch: Address;
  readonly scratchBytes: number;
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
  await checkRoom(engine, parameters, set);
  const { glwe } = parameters;
  const { lwe } = requireBootstrap(parameters, set);
  const shape = [glwe.polynomialSize, glwe.dimension, lwe.dimension];
  const scratchBytes = await callKernel(engine, "velum_expand_scratch_bytes", ...shape);
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
    const section: OpenSection = {
      ...{ parameters, set, seed: wire, bootstrapBodies: bodies, keySwitchBodies: switchBodies },
      bootstrap: offsetAddress(address, place.bootstrap),
      keySwitch: offsetAddress(address, place.keySwitch),
      ...{ scratch, scratchBytes },
    };
    await expandBootstrapKey(engine, section, {
      ...options,
      onProgress: (done) => options.onProgress?.(bootstrapShare * done),
    });
    await expandSwitchKey(engine, section, {
      ...options,
      onProgress: (done) => options.onProgress?.(bootstrapShare + (1 - bootstrapShare) * done),
    });
  } finally {
    await release(engine, ...passing);
  }
}

/** GGSW ciphertexts of the small key's bits, from all threads. */
function expandBootstrapKey(
  engine: Engine,
  section: OpenSection,
  options: RunOptions,
): Promise<void> {
  const { parameters, set, scratch, scratchBytes } = section;
  const { polynomialSize: N, dimension: k } = parameters.glwe;
  const { lwe, bootstrapGadget } = requireBootstrap(parameters, set);
  const { bootstrap, seed, bootstrapBodies } = section;
  return expandRows(engine, lwe.dimension, 16, options, (thread, begin, end) => ({
    do: "call",
    name: "velum_expand_bootstrap_key",
    parameters: [
      ...[bootstrap, seed, bootstrapBodies, begin, end, N, k, bootstrapGadget.levels],
      offsetAddress(scratch, thread * scratchBytes),
    ],
  }));
}

/** LWE ciphertexts of the big key's digits, from all threads. */
function expandSwitchKey(engine: Engine, section: OpenSection, options: RunOptions): Promise<void> {
  const { parameters, set, scratch, scratchBytes } = section;
  const { lwe, keySwitchGadget } = requireBootstrap(parameters, set);
  const dimension = bigLweDimension(parameters.glwe);
  const rows = dimension * keySwitchGadget.levels;
  const { keySwitch, seed, keySwitchBodies } = section;
  return expandRows(engine, rows, 1024, options, (thread, begin, end) => ({
    do: "call",
    name: "velum_expand_switch_key",
    parameters: [
      ...[keySwitch, seed, keySwitchBodies, begin, end],
      ...[dimension, lwe.dimension, keySwitchGadget.levels],
      offsetAddress(scratch, thread * scratchBytes),
    ],
  }));
}

/** `expand` for all rows, at most `grain` of them in a call. */
function expandRows(
  engine: Engine,
  rows: number,
  grain: number,
  options: RunOptions,
  expand: (thread: number, begin: number, end: number) => Step,
): Promise<void> {
  return forRanges(engine.threads, rows, grain, "evaluation keys", options, (thread, begin, end) =>
    engine.run(thread, [expand(thread, begin, end)]),
  );
}

/** Kernels come with the circuit: theirs is the last word on what keys take. */
async function checkRoom(engine: Engine, parameters: CryptoParameters, set: number): Promise<void> {
  const { glwe } = parameters;
  const { lwe, bootstrapGadget, keySwitchGadget } = requireBootstrap(parameters, set);
  const bootstrapBytes = await callKernel(
    engine,
    "velum_bootstrap_key_bytes",
    ...[lwe.dimension, glwe.polynomialSize, glwe.dimension, bootstrapGadget.levels],
  );
  const switchBytes = await callKernel(
    engine,
    "velum_switch_key_bytes",
    ...[bigLweDimension(glwe), lwe.dimension, keySwitchGadget.levels],
  );
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
