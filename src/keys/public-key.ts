import type { RandomSource } from "../base/random.js";
import type { Machine } from "../tfhe/machine.js";
import { bigLweDimension } from "../tfhe/parameters.js";
import { seedBytes } from "../tfhe/wire-header.js";
import type { ClientKey } from "./client-key.js";
import { fillRandom, noiseBytes } from "./noise.js";
import { withWorkspace } from "./workspace.js";

/**
 * The public encryption key of `key` as it travels, `seed | bodies`: k GLWE encryptions of zero. Whoever has it can make encryptions of zero that
 * nobody tells from fresh ones, and decrypts nothing (module form of Lyubashevsky, Peikert, Regev, Eurocrypt 2010, section 1.1).
 * Error `bad-argument` for a disposed key. Cost: k^2 polynomial products, below 1 ms.
 */
export function publicKeySection(
  machine: Machine,
  key: ClientKey,
  random: RandomSource,
): Uint8Array<ArrayBuffer> {
  const { glwe } = key.parameters;
  const section = new Uint8Array(seedBytes + 8 * bigLweDimension(glwe));
  random.fill(section.subarray(0, seedBytes));
  return withWorkspace(machine, key, (workspace) => {
    const seed = workspace.copyIn(section.subarray(0, seedBytes));
    const noiseSize = bigLweDimension(glwe) * noiseBytes(glwe.noiseLog2);
    const noise = workspace.allocate(noiseSize);
    const bodies = workspace.allocate(section.length - seedBytes);
    fillRandom(machine, noise, noiseSize, random);
    machine.call("velum_public_key_rows", workspace.client, bodies, seed, noise, glwe.noiseLog2);
    section.set(machine.bytes(bodies, section.length - seedBytes), seedBytes);
    return section;
  });
}
