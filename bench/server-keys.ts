import type { Address, Machine } from "../src/tfhe/machine.js";
import { bigLweDimension, type CryptoParameters } from "../src/tfhe/parameters.js";
import {
  keySectionLayout,
  readEvaluationKeys,
  requireBootstrap,
} from "../src/tfhe/wire-evaluation-keys.js";
import { withBlocks } from "../test/support/blocks.js";

/** What expansion reads; a section of `SeededEvaluationKeys` has it. */
export interface KeyBodies {
  readonly seed: Uint8Array;
  readonly bootstrapBodies: Uint8Array;
  readonly keySwitchBodies: Uint8Array;
}

/** Expanded evaluation keys in the memory of a machine. */
export interface ServerKeys {
  readonly bootstrapKey: Address;
  readonly switchKey: Address;
  readonly bytes: number;
}

/** Expands keys as a server does when it loads them. */
export function expandKeys(
  machine: Machine,
  parameters: CryptoParameters,
  keys: KeyBodies,
): ServerKeys {
  const { dimension: k, polynomialSize: N } = parameters.glwe;
  const { lwe, bootstrapGadget, keySwitchGadget } = requireBootstrap(parameters);
  const n = lwe.dimension;
  const rotation = [N, k, bootstrapGadget.levels];
  const switching = [k * N, n, keySwitchGadget.levels];
  const bootstrapBytes = machine.call("velum_bootstrap_key_bytes", n, ...rotation);
  const switchBytes = machine.call("velum_switch_key_bytes", ...switching);
  const bootstrapKey = machine.allocate(bootstrapBytes);
  const switchKey = machine.allocate(switchBytes);
  withBlocks(machine, (blocks) => {
    const seed = blocks.copyIn(keys.seed);
    const scratch = blocks.allocate(machine.call("velum_expand_scratch_bytes", N, k, n));
    const bodies = blocks.copyIn(keys.bootstrapBodies);
    const ggsws = [bootstrapKey, seed, bodies, 0, n];
    machine.call("velum_expand_bootstrap_key", ...ggsws, ...rotation, scratch);
    const rows = bigLweDimension(parameters.glwe) * keySwitchGadget.levels;
    const words = [switchKey, seed, blocks.copyIn(keys.keySwitchBodies), 0, rows];
    machine.call("velum_expand_switch_key", ...words, ...switching, scratch);
  });
  return { bootstrapKey, switchKey, bytes: bootstrapBytes + switchBytes };
}

export function releaseKeys(machine: Machine, keys: ServerKeys): void {
  machine.release(keys.bootstrapKey);
  machine.release(keys.switchKey);
}

/** The keys of the only set of `parameters` in a file. */
export function onlySection(file: Uint8Array, parameters: CryptoParameters): KeyBodies {
  const [section] = readEvaluationKeys(file, parameters).sections;
  if (section === undefined) throw new RangeError("the parameters have no set");
  return section;
}

/** Bodies that are the keys of nobody: kernels take as long on them as on real ones. */
export function meaninglessBodies(parameters: CryptoParameters): KeyBodies {
  const layout = keySectionLayout(parameters, 0);
  return {
    seed: noiseBytes(32),
    bootstrapBodies: noiseBytes(layout.bootstrapRows * layout.bootstrapRowBytes),
    keySwitchBodies: noiseBytes(layout.keySwitchRows * 4),
  };
}

/** Bytes of a multiplicative generator, the same every time. */
export function noiseBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, state = 1; i < length; i++) {
    state = Math.imul(state, 747796405) + 2891336453;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
