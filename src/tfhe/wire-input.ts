import { ByteReader, ByteWriter } from "../base/bytes.js";
import type { ParameterId } from "./parameter-id.js";
import { seedBytes } from "./wire-evaluation-keys.js";
import {
  allocateFile,
  type CircuitId,
  corrupt,
  type FileExpectation,
  type KeyId,
  payloadOf,
  readFile,
  sealFile,
} from "./wire-header.js";

/** How one input vector travels: number j sits in coefficient j mod N of GLWE floor(j / N), and only its body is sent. */
export interface InputLayout {
  /** Numbers in the vector. */
  readonly length: number;
  /** Bits kept of every body, 1 to 64; the rest lies below the noise. */
  readonly bodyBits: number;
}

/**
 * A vector encrypted under the GLWE key. The mask of GLWE number g is stream g of domain 3 of `seed` (k N 64-bit words, polynomial 0
 * first). `bodies` holds `length` numbers of `bodyBits` bits, lowest bit first, without gaps.
 */
export interface EncryptedVector extends InputLayout {
  readonly seed: Uint8Array;
  readonly bodies: Uint8Array;
}

/** Whose file it is. */
export interface FileIdentity {
  readonly parameterId: ParameterId;
  readonly circuitId: CircuitId;
  readonly keyId: KeyId;
}

const vectorHeadBytes = 8 + seedBytes;

/** Bytes of the packed bodies of one vector. */
export function inputBodyBytes(layout: InputLayout): number {
  return Math.ceil((layout.length * layout.bodyBits) / 8);
}

/** Bytes of the payload of an input file: for every vector `length u32 | bodyBits u32 | seed (32 bytes) | bodies`. */
export function inputPayloadBytes(layouts: readonly InputLayout[]): number {
  return layouts.reduce((sum, layout) => sum + vectorHeadBytes + inputBodyBytes(layout), 0);
}

/** The file that a client sends to a server: all inputs of one run, in the circuit's order. */
export function writeInputCiphertext(
  identity: FileIdentity,
  vectors: readonly EncryptedVector[],
): Uint8Array<ArrayBuffer> {
  const file = allocateFile(inputPayloadBytes(vectors));
  const writer = new ByteWriter(payloadOf(file));
  for (const { length, bodyBits, seed, bodies } of vectors)
    writer.u32(length).u32(bodyBits).raw(seed).raw(bodies);
  sealFile(file, { ...identity, kind: "input ciphertext" });
  return file;
}

/** What `readHeader` needs to judge the first bytes of an input file. Leave `keyId` out to accept every client. */
export function inputExpectation(
  identity: Omit<FileIdentity, "keyId"> & { readonly keyId?: KeyId },
  layouts: readonly InputLayout[],
): FileExpectation {
  return {
    ...identity,
    kind: "input ciphertext",
    path: "input ciphertext",
    payloadBytes: inputPayloadBytes(layouts),
  };
}

/**
 * Reads an input file; its vectors are views. Errors as `readHeader`, and `file-corrupt` when a vector has another length or width
 * than the circuit's.
 */
export function readInputCiphertext(
  file: Uint8Array,
  identity: Omit<FileIdentity, "keyId"> & { readonly keyId?: KeyId },
  layouts: readonly InputLayout[],
): { readonly keyId: KeyId; readonly vectors: readonly EncryptedVector[] } {
  const expected = inputExpectation(identity, layouts);
  const { header, payload } = readFile(file, expected);
  const reader = new ByteReader(payload, expected.path);
  const vectors = layouts.map((layout, index) => {
    const length = reader.u32();
    const bodyBits = reader.u32();
    if (length !== layout.length || bodyBits !== layout.bodyBits) {
      throw corrupt(
        expected.path,
        `vector ${index} holds ${length} numbers of ${bodyBits} bits where ${layout.length} of ${layout.bodyBits} are due`,
      );
    }
    return {
      length,
      bodyBits,
      seed: reader.raw(seedBytes),
      bodies: reader.raw(inputBodyBytes(layout)),
    };
  });
  return { keyId: header.keyId, vectors };
}
