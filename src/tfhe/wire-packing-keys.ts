import { VelumError } from "../base/error.js";
import { type ParameterId, parameterId } from "./parameter-id.js";
import { type CryptoParameters, type PackingParameters, packingKeyBodyBits } from "./parameters.js";
import {
  anyCircuit,
  type FileExpectation,
  headerBytes,
  type KeyId,
  readFile,
  seedBytes,
} from "./wire-header.js";

/**
 * Sizes of the payload of a packing-keys file, `seed (32 bytes) | bodies`: what a server needs to turn packed bits into GGSWs.
 *
 * All rows are GLWE encryptions with mask stream number `row` of domain 6 (k N 64-bit words, polynomial 0 first); the wire holds the N
 * coefficients of the body, 62 bits each. First the expansion rows, ordered (keyed step j, part i < k, level): the image of the key
 * polynomial s_i under X -> X^(N / 2^j + 1), times `2^(64 - baseLog (level + 1))` of the expansion gadget. Then the conversion rows,
 * ordered (pair, level), pairs (0, 0), (0, 1), ..., (1, 1), ... with i <= j < k: s_i s_j times the conversion gadget's powers.
 */
export interface PackingKeyLayout {
  readonly expansionRows: number;
  readonly conversionRows: number;
  /** Bytes of one row's body. */
  readonly rowBytes: number;
  readonly payloadBytes: number;
}

/** Error `bad-argument` for parameters without packing. */
export function packingKeyLayout(parameters: CryptoParameters): PackingKeyLayout {
  const { dimension: k, polynomialSize } = parameters.glwe;
  const { keyedLevels, expansionGadget, conversionGadget } = requirePacking(parameters);
  const expansionRows = keyedLevels.length * k * expansionGadget.levels;
  const conversionRows = ((k * (k + 1)) / 2) * conversionGadget.levels;
  const rowBytes = (polynomialSize * packingKeyBodyBits) / 8;
  const payloadBytes = seedBytes + (expansionRows + conversionRows) * rowBytes;
  return { expansionRows, conversionRows, rowBytes, payloadBytes };
}

/** Bytes of the whole file. */
export function packingKeyFileBytes(parameters: CryptoParameters): number {
  return headerBytes + packingKeyLayout(parameters).payloadBytes;
}

/** Bytes of the keys in a server's memory: both halves of every row in the Fourier domain. */
export function expandedPackingKeyBytes(parameters: CryptoParameters): number {
  const { expansionRows, conversionRows } = packingKeyLayout(parameters);
  const { dimension, polynomialSize } = parameters.glwe;
  return 16 * (expansionRows + conversionRows) * (dimension + 1) * polynomialSize;
}

/** Seeded packing keys as they travel; views of the file that was read. */
export interface SeededPackingKeys {
  readonly parameterId: ParameterId;
  readonly keyId: KeyId;
  readonly seed: Uint8Array;
  readonly bodies: Uint8Array;
}

/** What `readHeader` needs to judge the first bytes of a packing-keys file. */
export function packingKeyExpectation(parameters: CryptoParameters): FileExpectation {
  return {
    kind: "packing keys",
    path: "packing keys",
    parameterId: parameterId(parameters),
    circuitId: anyCircuit,
    payloadBytes: packingKeyLayout(parameters).payloadBytes,
  };
}

/** Reads a packing-keys file made for `parameters`; copies nothing. Errors as `readHeader`. */
export function readPackingKeys(file: Uint8Array, parameters: CryptoParameters): SeededPackingKeys {
  const { header, payload } = readFile(file, packingKeyExpectation(parameters));
  return {
    parameterId: header.parameterId,
    keyId: header.keyId,
    seed: payload.subarray(0, seedBytes),
    bodies: payload.subarray(seedBytes),
  };
}

/**
 * The shape of packed bits as kernels read it: 8 words (kernels/decision_stages.h). Error `bad-argument` for parameters without packing.
 */
export function packingShape(parameters: CryptoParameters): Int32Array<ArrayBuffer> {
  const { dimension, polynomialSize } = parameters.glwe;
  const packing = requirePacking(parameters);
  const { expansionLevels, keyedLevels, expansionGadget, conversionGadget } = packing;
  const keyed = keyedLevels.reduce((bits, level) => bits | (1 << level), 0);
  return Int32Array.of(
    ...[polynomialSize, dimension, expansionLevels, keyed],
    ...[expansionGadget.levels, expansionGadget.baseLog],
    ...[conversionGadget.levels, conversionGadget.baseLog],
  );
}

/** The packing part of `parameters`. Error `bad-argument` where there is none. */
export function requirePacking(parameters: CryptoParameters): PackingParameters {
  if (parameters.packing !== undefined) return parameters.packing;
  throw new VelumError({
    code: "bad-argument",
    path: "packing keys",
    problem: "are not needed: no bits travel packed under these parameters",
    cure: "Run the circuit without packing keys",
  });
}
