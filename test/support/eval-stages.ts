// The stages of the evaluation kernels that need no keys, as functions of arrays. A stage runs over items of one request here, unless
// `requests` says otherwise.
import type { Machine } from "../../src/tfhe/machine.js";
import type { GlweParameters } from "../../src/tfhe/parameters.js";
import type { EncryptedVector } from "../../src/tfhe/wire-input.js";
import { ciphertextBytes } from "../../src/tfhe/wire-output.js";
import { lineUp, withBlocks } from "./blocks.js";

/** Bytes between LWE ciphertexts of `dimension` in a workspace. */
export function lweBytes(dimension: number): number {
  return Math.ceil(((dimension + 1) * 4) / 64) * 64;
}

/** `[lwes.length]` ciphertexts as they lie in a workspace. */
export function layOutLwes(lwes: readonly Uint32Array[], dimension: number): Uint8Array {
  const stride = lweBytes(dimension);
  const bytes = new Uint8Array(lwes.length * stride);
  lwes.forEach((lwe, i) => {
    bytes.set(new Uint8Array(lwe.buffer, lwe.byteOffset, lwe.byteLength), i * stride);
  });
  return bytes;
}

/** Reads `count` ciphertexts from the bytes of a workspace. */
export function takeLwes(
  bytes: Uint8Array<ArrayBuffer>,
  count: number,
  dimension: number,
): Uint32Array[] {
  const stride = lweBytes(dimension);
  return Array.from(
    { length: count },
    (_, i) => new Uint32Array(bytes.buffer, bytes.byteOffset + i * stride, dimension + 1),
  );
}

export interface StageMemory {
  /** The workspace of the requests, one after the other, of equal size. */
  readonly workspace: Uint8Array;
  readonly requests?: number;
  readonly constants?: Uint8Array;
  /** Address of expanded keys. */
  readonly keys?: number;
  readonly scratchBytes: number;
  /** Items of one request. */
  readonly items: number;
}

/** Runs a stage over all items of all requests; returns the workspace afterwards. */
export function runStage(
  machine: Machine,
  name: string,
  memory: StageMemory,
  ...rest: number[]
): Uint8Array<ArrayBuffer> {
  const { workspace, requests = 1, constants = new Uint8Array(64), keys = 0, items } = memory;
  return withBlocks(machine, (blocks) => {
    const at = blocks.copyIn(workspace);
    const constantsAt = blocks.copyIn(constants);
    const scratch = blocks.allocate(memory.scratchBytes);
    const stride = workspace.length / requests;
    const range = [0, requests * items, items];
    machine.call(name, at, stride, constantsAt, keys, scratch, ...range, ...rest);
    return blocks.copyOut(at, workspace.length);
  });
}

function glweBytes(glwe: GlweParameters): number {
  return (glwe.dimension + 1) * glwe.polynomialSize * 8;
}

/** Words of the GLWE ciphertexts of `vector`, `[ceil(length / N), k + 1, N]`, as a server expands them. */
export function expandInput(
  machine: Machine,
  glwe: GlweParameters,
  vector: EncryptedVector,
): BigUint64Array {
  const { polynomialSize: N, dimension: k } = glwe;
  const count = Math.ceil(vector.length / N);
  const { bytes, offsets } = lineUp([
    Buffer.concat([vector.seed, vector.bodies]),
    new Uint8Array(count * glweBytes(glwe)),
  ]);
  const out = offsets[1] ?? 0;
  const after = runStage(
    machine,
    "velum_stage_expand",
    { workspace: bytes, items: count, scratchBytes: 64 },
    0,
    (N * vector.bodyBits) / 8,
    N,
    vector.length - (count - 1) * N,
    vector.bodyBits,
    N,
    k,
    out,
  );
  return new BigUint64Array(after.buffer, out, (count * glweBytes(glwe)) / 8);
}

export interface LinearOutput {
  /** One weight polynomial `[N]` for every input GLWE. */
  readonly weights: readonly Int32Array[];
  /** Coefficients that get an addend; as many for every output, -1 for none. */
  readonly positions: readonly number[];
  readonly addends: readonly bigint[];
}

/** Results `[outputs, k + 1, N]` of the linear stage on `[inputs, k + 1, N]` words. */
export function linearStage(
  machine: Machine,
  glwe: GlweParameters,
  inputs: BigUint64Array,
  outputs: readonly LinearOutput[],
): BigUint64Array {
  const { polynomialSize: N, dimension: k } = glwe;
  const count = outputs[0]?.weights.length ?? 0;
  const read = outputs[0]?.positions.length ?? 0;
  const polynomials = outputs.flatMap(({ weights }) => weights);
  const fourier = new Float64Array(polynomials.length * N);
  polynomials.forEach((weights, i) => {
    fourier.set(toFourier(machine, weights, N), i * N);
  });
  const constants = lineUp([
    fourier,
    Int32Array.from(outputs.flatMap(({ positions }) => positions)),
    BigUint64Array.from(outputs.flatMap(({ addends }) => addends)),
  ]);
  const [weightsAt = 0, positionsAt = 0, addendsAt = 0] = constants.offsets;
  const resultBytes = outputs.length * glweBytes(glwe);
  const { bytes, offsets } = lineUp([inputs, new Uint8Array(resultBytes)]);
  const out = offsets[1] ?? 0;
  const memory = {
    workspace: bytes,
    constants: constants.bytes,
    items: outputs.length,
    scratchBytes: machine.call("velum_linear_scratch_bytes", N),
  };
  const places = [weightsAt, positionsAt, addendsAt, read, out];
  const after = runStage(machine, "velum_stage_linear", memory, 0, count, N, k, ...places);
  return new BigUint64Array(after.buffer, out, resultBytes / 8);
}

function toFourier(machine: Machine, weights: Int32Array, N: number): Float64Array {
  return withBlocks(machine, (blocks) => {
    const out = blocks.allocate(8 * N);
    const scratch = blocks.allocate(machine.call("velum_linear_scratch_bytes", N));
    machine.call("velum_weights_to_fourier", out, blocks.copyIn(weights), N, scratch);
    return new Float64Array(blocks.copyOut(out, 8 * N).buffer);
  });
}

export interface ExtractedRow {
  readonly glwe: number;
  readonly coefficient: number;
  readonly weight: number;
  readonly addend: bigint;
}

/** LWE ciphertexts on the 32-bit torus of listed coefficients of `[count, k + 1, N]` words. */
export function extractStage(
  machine: Machine,
  glwe: GlweParameters,
  inputs: BigUint64Array,
  rows: readonly ExtractedRow[],
): Uint32Array[] {
  const { polynomialSize: N, dimension: k } = glwe;
  const constants = lineUp([
    Int32Array.from(rows.flatMap((row) => [row.glwe, row.coefficient, row.weight, 0])),
    BigUint64Array.from(rows.map(({ addend }) => addend)),
  ]);
  const [rowsAt = 0, addendsAt = 0] = constants.offsets;
  const outBytes = new Uint8Array(rows.length * lweBytes(k * N));
  const { bytes, offsets } = lineUp([inputs, outBytes]);
  const out = offsets[1] ?? 0;
  const memory = {
    workspace: bytes,
    constants: constants.bytes,
    items: rows.length,
    scratchBytes: 64,
  };
  const after = runStage(machine, "velum_stage_extract", memory, 0, N, k, rowsAt, addendsAt, out);
  return takeLwes(after.subarray(out), rows.length, k * N);
}

export interface AffineRow {
  readonly columns: readonly number[];
  readonly weights: readonly number[];
  readonly addend: number;
}

/** Weighted sums of LWE ciphertexts of `dimension`. */
export function affineStage(
  machine: Machine,
  dimension: number,
  lwes: readonly Uint32Array[],
  rows: readonly AffineRow[],
): Uint32Array[] {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = (starts[i] ?? 0) + row.columns.length;
  });
  const constants = lineUp([
    starts,
    Int32Array.from(rows.flatMap(({ columns }) => columns)),
    Int32Array.from(rows.flatMap(({ weights }) => weights)),
    Uint32Array.from(rows.map(({ addend }) => addend)),
  ]);
  const outBytes = new Uint8Array(rows.length * lweBytes(dimension));
  const { bytes, offsets } = lineUp([layOutLwes(lwes, dimension), outBytes]);
  const out = offsets[1] ?? 0;
  const memory = {
    workspace: bytes,
    constants: constants.bytes,
    items: rows.length,
    scratchBytes: 64,
  };
  const places = [...constants.offsets, out];
  const after = runStage(machine, "velum_stage_affine", memory, 0, dimension, ...places);
  return takeLwes(after.subarray(out), rows.length, dimension);
}

/** Packed GLWE ciphertexts with the bodies of `positions[r]` (as many for every ciphertext), as they are downloaded. */
export function packGlwe(
  machine: Machine,
  glwe: GlweParameters,
  inputs: BigUint64Array,
  positions: readonly (readonly number[])[],
  bits: number,
): Uint8Array {
  const { polynomialSize: N, dimension: k } = glwe;
  const read = positions[0]?.length ?? 0;
  const packed = ciphertextBytes(glwe, bits, read);
  const { bytes, offsets } = lineUp([inputs, new Uint8Array(positions.length * packed)]);
  const out = offsets[1] ?? 0;
  const memory = {
    workspace: bytes,
    constants: lineUp([Int32Array.from(positions.flat())]).bytes,
    items: positions.length,
    scratchBytes: machine.call("velum_pack_scratch_bytes", k * N, read),
  };
  const places = [0, read, bits, out, packed];
  const after = runStage(machine, "velum_stage_pack_glwe", memory, 0, N, k, ...places);
  return after.subarray(out, out + positions.length * packed);
}

/** Packed LWE ciphertexts under the big key, as they are downloaded. */
export function packLwe(
  machine: Machine,
  glwe: GlweParameters,
  lwes: readonly Uint32Array[],
  bits: number,
): Uint8Array {
  const dimension = glwe.dimension * glwe.polynomialSize;
  const packed = ciphertextBytes(glwe, bits, 1);
  const outBytes = new Uint8Array(lwes.length * packed);
  const { bytes, offsets } = lineUp([layOutLwes(lwes, dimension), outBytes]);
  const out = offsets[1] ?? 0;
  const scratchBytes = machine.call("velum_pack_scratch_bytes", dimension, 1);
  const memory = { workspace: bytes, items: lwes.length, scratchBytes };
  const after = runStage(machine, "velum_stage_pack_lwe", memory, 0, dimension, bits, out, packed);
  return after.subarray(out, out + lwes.length * packed);
}
