// The decision lane's stages as functions of arrays, one request at a time.
import type { Machine } from "../../src/tfhe/machine.js";
import {
  type CryptoParameters,
  type GlweParameters,
  packingKeyBodyBits,
} from "../../src/tfhe/parameters.js";
import { type EncryptedBits, expandedBitBytes } from "../../src/tfhe/wire-bits.js";
import {
  packingKeyLayout,
  packingShape,
  requirePacking,
  type SeededPackingKeys,
} from "../../src/tfhe/wire-packing-keys.js";
import { lineUp, withBlocks } from "./blocks.js";
import { runStage } from "./eval-stages.js";
import { glwePhase } from "./torus-phase.js";

/** Decision diagrams of one chunk: nodes `[bit, low, high, to]`. */
export type DiagramNode = readonly [bit: number, low: number, high: number, to: number];

export interface Diagrams {
  /** Chunks of nodes, children before their parents. */
  readonly chunks: readonly (readonly DiagramNode[])[];
  /** `[leaves][values]` on the 32-bit torus. */
  readonly leaves: readonly (readonly number[])[];
  /** Coefficient of each value. */
  readonly positions: readonly number[];
}

/** The expanded bits of a `ggsw` upload, as they lie in a workspace. */
export function expandBits(
  machine: Machine,
  { glwe }: CryptoParameters,
  bits: EncryptedBits,
): Uint8Array<ArrayBuffer> {
  const { polynomialSize: N, dimension: k } = glwe;
  const { levels } = bits.gadget;
  const expanded = bits.length * expandedBitBytes(glwe, levels);
  const { bytes, offsets } = lineUp([
    Buffer.concat([bits.seed, bits.bodies]),
    new Uint8Array(expanded),
  ]);
  const out = offsets[1] ?? 0;
  const scratchBytes = machine.call("velum_ggsw_expand_scratch_bytes", N, k);
  const memory = { workspace: bytes, items: bits.length, scratchBytes };
  const places = [0, bits.bodyBits, N, k, levels, 0, out];
  const constants = lineUp([allNeeded(bits.length)]).bytes;
  const after = runStage(machine, "velum_stage_ggsw_expand", { ...memory, constants }, ...places);
  return after.slice(out, out + expanded);
}

/** Gates of both kinds ask every bit. */
function allNeeded(bits: number): Int32Array {
  return new Int32Array(bits).fill(3);
}

/** Largest slot that a node writes, plus one. */
export function slotsOf({ chunks }: Diagrams): number {
  return 1 + Math.max(-1, ...chunks.flatMap((nodes) => nodes.map(([, , , to]) => to)));
}

/** The sums `[chunks, k + 1, N]` on the 32-bit torus of all diagrams of each chunk. */
export function runDiagrams(
  machine: Machine,
  glwe: GlweParameters,
  { levels, baseLog }: EncryptedBits["gadget"],
  expanded: Uint8Array,
  diagrams: Diagrams,
): Int32Array {
  const { polynomialSize: N, dimension: k } = glwe;
  const { chunks, leaves, positions } = diagrams;
  const starts = [0];
  for (const nodes of chunks) starts.push((starts.at(-1) ?? 0) + nodes.length);
  const constants = lineUp([
    Int32Array.from(starts),
    Int32Array.from(chunks.flat(2)),
    Int32Array.from(leaves.flat()),
    Int32Array.from(positions),
  ]);
  const words = chunks.length * (k + 1) * N;
  const { bytes, offsets } = lineUp([expanded, new Uint8Array(4 * words)]);
  const out = offsets[1] ?? 0;
  const slots = slotsOf(diagrams);
  const after = runStage(
    machine,
    "velum_stage_ensemble",
    {
      workspace: bytes,
      constants: constants.bytes,
      items: chunks.length,
      scratchBytes: machine.call("velum_ensemble_scratch_bytes", N, k, levels, slots),
    },
    ...[0, N, k, levels, baseLog, ...constants.offsets, positions.length, out],
  );
  return new Int32Array(after.buffer, out, words);
}

/** The sum of all chunks and a clear polynomial, on the 64-bit torus. */
export function sumChunks(
  machine: Machine,
  glwe: GlweParameters,
  sums: Int32Array,
  addend: Int32Array,
): BigUint64Array {
  const { polynomialSize: N, dimension: k } = glwe;
  const chunks = sums.length / (k + 1) / N;
  const resultBytes = (k + 1) * N * 8;
  const { bytes, offsets } = lineUp([sums, new Uint8Array(resultBytes)]);
  const out = offsets[1] ?? 0;
  const constants = lineUp([addend]).bytes;
  const memory = { workspace: bytes, constants, items: 1, scratchBytes: 64 };
  const places = [0, chunks, N, k, 0, out];
  const after = runStage(machine, "velum_stage_ensemble_sum", memory, ...places);
  return new BigUint64Array(after.buffer, out, resultBytes / 8);
}

/** What each value of each chunk's sum should be on the 32-bit torus, `[chunks][values]`. */
export function plainDiagrams(bits: ArrayLike<number>, diagrams: Diagrams): number[][] {
  const { chunks, leaves, positions } = diagrams;
  return chunks.map((nodes) => {
    const slots: (readonly number[])[] = [];
    const sum = positions.map(() => 0);
    const child = (number: number): readonly number[] =>
      (number < 0 ? leaves[-1 - number] : slots[number]) ?? [];
    for (const [bit, low, high, to] of nodes) {
      const value = child(bits[bit] === 1 ? high : low);
      if (to >= 0) slots[to] = value;
      else for (const [v, one] of value.entries()) sum[v] = ((sum[v] ?? 0) + one) | 0;
    }
    return sum;
  });
}

/** Bits of a `packed` upload, expanded: the rows `[bits * levels]` as GLWEs of the 64-bit torus, and the bits as they lie in a workspace. */
export function expandPackedBits(
  machine: Machine,
  parameters: CryptoParameters,
  keys: SeededPackingKeys,
  bits: EncryptedBits,
): { readonly rows: BigUint64Array; readonly expanded: Uint8Array<ArrayBuffer> } {
  const { polynomialSize: N, dimension: k } = parameters.glwe;
  const { expansionLevels } = requirePacking(parameters);
  const { levels } = bits.gadget;
  const count = bits.length * levels;
  const glweBytes = (k + 1) * N * 8;
  const expandedBytes = bits.length * expandedBitBytes(parameters.glwe, levels);
  const shape = packingShape(parameters);
  return withBlocks(machine, (blocks) => {
    const shapeAt = blocks.copyIn(shape);
    const scratchBytes = machine.call("velum_packing_scratch_bytes", shapeAt);
    const scratch = blocks.allocate(scratchBytes);
    const key = blocks.allocate(machine.call("velum_packing_key_bytes", shapeAt));
    const { expansionRows, conversionRows } = packingKeyLayout(parameters);
    const wire = [blocks.copyIn(keys.seed), blocks.copyIn(keys.bodies)];
    const range = [0, expansionRows + conversionRows, packingKeyBodyBits];
    machine.call("velum_expand_packing_key", key, ...wire, ...range, shapeAt, scratch);
    const places = lineUp([
      Buffer.concat([bits.seed, bits.bodies]),
      new Uint8Array(count * glweBytes),
      new Uint8Array(expandedBytes),
    ]);
    const [upload = 0, rows = 0, expanded = 0] = places.offsets;
    const constants = lineUp([shape, allNeeded(bits.length)]);
    const needs = constants.offsets[1] ?? 0;
    const run = (name: string, workspace: Uint8Array, items: number, ...rest: number[]) =>
      runStage(
        machine,
        name,
        { workspace, constants: constants.bytes, keys: key, items, scratchBytes },
        ...rest,
      );
    const ciphertexts = Math.ceil(count / 2 ** expansionLevels);
    const open = [upload, bits.bodyBits, 0, count, rows];
    let memory = run("velum_stage_packed_open", places.bytes, ciphertexts, ...open);
    for (let step = 0; step < expansionLevels; step++) {
      const items = Math.ceil(count / 2 ** (expansionLevels - step));
      memory = run("velum_stage_packed_step", memory, items, 0, step, count, 0, rows);
    }
    memory = run(
      "velum_stage_packed_convert",
      memory,
      bits.length,
      0,
      levels,
      needs,
      0,
      rows,
      expanded,
    );
    return {
      rows: new BigUint64Array(memory.slice(rows, rows + count * glweBytes).buffer),
      expanded: memory.slice(expanded, expanded + expandedBytes),
    };
  });
}

/** Noise of the sums that `runDiagrams` gave for `bits`, in turns: that of every coefficient of every chunk. `key`: bits of the large key. */
export function diagramNoise(
  sums: Int32Array,
  bits: ArrayLike<number>,
  diagrams: Diagrams,
  key: readonly number[],
): number[] {
  const chunks = plainDiagrams(bits, diagrams);
  const size = sums.length / chunks.length;
  return chunks.flatMap((due, chunk) => {
    const phase = glwePhase(sums.slice(chunk * size, (chunk + 1) * size), key, size - key.length);
    diagrams.positions.forEach((at, v) => {
      phase[at] = (phase[at] ?? 0) - (due[v] ?? 0);
    });
    return [...phase].map((value) => value * 2 ** -32);
  });
}
