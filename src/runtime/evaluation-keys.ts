import { throwIfAborted } from "../base/event-loop.js";
import { type Address, offsetAddress } from "../tfhe/machine.js";
import { bigLweDimension, type CryptoParameters } from "../tfhe/parameters.js";
import { readEvaluationKeys, requireBootstrap } from "../tfhe/wire-evaluation-keys.js";
import type { KeyId } from "../tfhe/wire-header.js";
import { allocate, callKernel, type Engine, release } from "./engine.js";
import { forRanges } from "./ranges.js";
import type { RunOptions } from "./run-options.js";

/** One client's evaluation keys in an engine's memory: bootstrap key in the Fourier domain, then key-switch key. */
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
  const { keyId, seed, bootstrapBodies, keySwitchBodies } = readEvaluationKeys(file, parameters);
  throwIfAborted(options.signal, "evaluation keys");
  const { glwe } = parameters;
  const { lwe, bootstrapGadget, keySwitchGadget } = requireBootstrap(parameters);
  const { polynomialSize: N, dimension: k } = glwe;
  const shape = [lwe.dimension, N, k, bootstrapGadget.levels];
  const bootstrapBytes = await callKernel(engine, "velum_bootstrap_key_bytes", ...shape);
  const switchShape = [bigLweDimension(glwe), lwe.dimension, keySwitchGadget.levels];
  const switchBytes = await callKernel(engine, "velum_switch_key_bytes", ...switchShape);
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
    const address = await own(bootstrapBytes + switchBytes);
    const bodies = offsetAddress(wire, seed.length);
    const switchBodies = offsetAddress(bodies, bootstrapBodies.length);
    await engine.run(0, [
      { do: "write", address: wire, data: seed },
      { do: "write", address: bodies, data: bootstrapBodies },
      { do: "write", address: switchBodies, data: keySwitchBodies },
    ]);
    await forRanges(
      engine,
      lwe.dimension,
      16,
      "evaluation keys",
      { ...options, onProgress: (done) => options.onProgress?.(bootstrapShare * done) },
      (thread, begin, end) => ({
        do: "call",
        name: "velum_expand_bootstrap_key",
        parameters: [
          ...[address, wire, bodies, begin, end, N, k, bootstrapGadget.levels],
          scratch + thread * scratchBytes,
        ],
      }),
    );
    await forRanges(
      engine,
      bigLweDimension(glwe) * keySwitchGadget.levels,
      1024,
      "evaluation keys",
      {
        ...options,
        onProgress: (done) => options.onProgress?.(bootstrapShare + (1 - bootstrapShare) * done),
      },
      (thread, begin, end) => ({
        do: "call",
        name: "velum_expand_switch_key",
        parameters: [
          ...[address + bootstrapBytes, wire, switchBodies, begin, end, ...switchShape],
          scratch + thread * scratchBytes,
        ],
      }),
    );
    passing.splice(passing.indexOf(address), 1);
    return { keyId, bytes: bootstrapBytes + switchBytes, address };
  } finally {
    await release(engine, ...passing);
  }
}
