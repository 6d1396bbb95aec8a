import { throwIfAborted } from "../base/event-loop.js";
import { type Address, offsetAddress } from "../tfhe/machine.js";
import { bigLweDimension, type CryptoParameters } from "../tfhe/parameters.js";
import { readEvaluationKeys, requireBootstrap } from "../tfhe/wire-evaluation-keys.js";
import type { KeyId } from "../tfhe/wire-header.js";
import { allocate, callKernel, type Engine, type Step } from "./engine.js";
import { forRanges } from "./ranges.js";
import type { RunOptions } from "./run-options.js";

/** One client's evaluation keys, expanded in an engine's memory. They compute; they cannot decrypt. */
export interface LoadedKeys {
  readonly keyId: KeyId;
  /** What they take of the engine's memory. */
  readonly bytes: number;
  readonly address: Address;
  /** Gives the memory back. The keys are of no use afterwards. */
  release(): Promise<void>;
}

/**
 * Reads an evaluation-keys file and expands it: masks from the seed, rows into the Fourier domain, on all threads.
 * Errors: those of `readHeader`, `aborted`, `runtime-unavailable`. Cost: some 0.1 s; about 60 MB of memory at 4 bits.
 */
export async function expandEvaluationKeys(
  engine: Engine,
  parameters: CryptoParameters,
  file: Uint8Array,
  options: RunOptions,
): Promise<LoadedKeys> {
  const { keyId, seed, bootstrapBodies, keySwitchBodies } = readEvaluationKeys(file, parameters);
  const { glwe } = parameters;
  const { lwe, bootstrapGadget, keySwitchGadget } = requireBootstrap(parameters);
  const { polynomialSize: N, dimension: k } = glwe;
  const shape = [lwe.dimension, N, k, bootstrapGadget.levels];
  const bootstrapBytes = await callKernel(engine, "velum_bootstrap_key_bytes", ...shape);
  const switchShape = [bigLweDimension(glwe), lwe.dimension, keySwitchGadget.levels];
  const switchBytes = await callKernel(engine, "velum_switch_key_bytes", ...switchShape);
  const scratchBytes = await callKernel(engine, "velum_expand_scratch_bytes", N, k, lwe.dimension);
  const wire = await allocate(
    engine,
    seed.length + bootstrapBodies.length + keySwitchBodies.length,
  );
  const address = await allocate(engine, bootstrapBytes + switchBytes);
  const scratch = await allocate(engine, scratchBytes * engine.threads);
  const bodies = offsetAddress(wire, seed.length);
  const switchBodies = offsetAddress(bodies, bootstrapBodies.length);
  const release = (...blocks: Address[]): Promise<unknown> =>
    engine.run(
      0,
      blocks.map((block): Step => ({ do: "call", name: "velum_release", parameters: [block] })),
    );
  try {
    await engine.run(0, [
      { do: "write", address: wire, data: seed },
      { do: "write", address: bodies, data: bootstrapBodies },
      { do: "write", address: switchBodies, data: keySwitchBodies },
    ]);
    throwIfAborted(options.signal, "evaluation keys");
    const ggsws = lwe.dimension;
    const rows = bigLweDimension(glwe) * keySwitchGadget.levels;
    const share = 0.9;
    await forRanges(
      engine,
      ggsws,
      16,
      "evaluation keys",
      { ...options, onProgress: (done) => options.onProgress?.(share * done) },
      (thread, begin, end) => ({
        do: "call",
        name: "velum_expand_bootstrap_key",
        parameters: [
          address,
          wire,
          bodies,
          begin,
          end,
          N,
          k,
          bootstrapGadget.levels,
          scratch + thread * scratchBytes,
        ],
      }),
    );
    await forRanges(
      engine,
      rows,
      1024,
      "evaluation keys",
      { ...options, onProgress: (done) => options.onProgress?.(share + (1 - share) * done) },
      (thread, begin, end) => ({
        do: "call",
        name: "velum_expand_switch_key",
        parameters: [
          address + bootstrapBytes,
          wire,
          switchBodies,
          begin,
          end,
          ...switchShape,
          scratch + thread * scratchBytes,
        ],
      }),
    );
  } catch (error) {
    await release(address);
    throw error;
  } finally {
    await release(wire, scratch);
  }
  let held = true;
  return {
    keyId,
    bytes: bootstrapBytes + switchBytes,
    address,
    async release() {
      if (held) await release(address);
      held = false;
    },
  };
}
