import { ByteReader, ByteWriter, requireBytes, truncated } from "../base/bytes.js";
import { checksum } from "../base/checksum.js";
import { type ErrorCode, VelumError } from "../base/error.js";
import type { ParameterId } from "./parameter-id.js";

declare const circuitIdBrand: unique symbol;
declare const keyIdBrand: unique symbol;

/** 32 hexadecimal digits that name a compiled circuit. */
export type CircuitId = string & { readonly [circuitIdBrand]: true };

/** 32 hexadecimal digits that name a client key and everything made with it; random, says nothing of the key. */
export type KeyId = string & { readonly [keyIdBrand]: true };

/** The circuit id of files that serve every circuit with the same parameters: keys. */
export const anyCircuit = "0".repeat(32) as CircuitId;

/** What a file holds, with its number on the wire. */
const kindNumbers = {
  "client key": 1,
  "evaluation keys": 2,
  "input ciphertext": 3,
  "output ciphertext": 4,
  "packing keys": 5,
  "incomplete input ciphertext": 6,
} as const;

export type FileKind = keyof typeof kindNumbers;

export interface FileHeader {
  readonly kind: FileKind;
  readonly parameterId: ParameterId;
  readonly circuitId: CircuitId;
  readonly keyId: KeyId;
}

/** What a reader knows before it reads. An absent `keyId` accepts every key. */
export interface FileExpectation {
  readonly kind: FileKind;
  /** Names the file in errors. */
  readonly path: string;
  readonly parameterId: ParameterId;
  readonly circuitId: CircuitId;
  readonly keyId?: KeyId;
  /** The one length that the payload may have. */
  readonly payloadBytes: number;
}

const magic = "VELM";
const formatVersion = 1;
const checkedBytes = 68;

/** Bytes of the seed that all masks of one key set or ciphertext grow from. */
export const seedBytes = 32;

/**
 * Every file starts with these bytes, numbers little-endian:
 *
 *     0 magic "VELM" | 4 version u16 | 6 kind u16 | 8 parameter id | 24 circuit id | 40 key id (16 bytes each)
 *     56 payload length u64 | 64 XXH32 of the payload u32 | 68 XXH32 of bytes 0..67 u32 | 72 payload
 */
export const headerBytes = 72;

/** An empty file with room for the header and `payloadBytes`. */
export function allocateFile(payloadBytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(headerBytes + payloadBytes);
}

/** The payload of a file, as a view. */
export function payloadOf<Buffer extends ArrayBufferLike>(
  file: Uint8Array<Buffer>,
): Uint8Array<Buffer> {
  return file.subarray(headerBytes);
}

/** Writes the header of a file whose payload is complete. `payloadChecksum` saves a pass where it is known. */
export function sealFile(
  file: Uint8Array<ArrayBuffer>,
  header: FileHeader,
  payloadChecksum = checksum(payloadOf(file)),
): void {
  new ByteWriter(file)
    .ascii(magic)
    .u16(formatVersion)
    .u16(kindNumbers[header.kind])
    .hex(header.parameterId)
    .hex(header.circuitId)
    .hex(header.keyId)
    .u64(file.length - headerBytes)
    .u32(payloadChecksum)
    .u32(checksum(file.subarray(0, checkedBytes)));
}

/**
 * Reads and checks a header; 72 bytes are enough, so that a server can refuse a file before it receives or stores the rest.
 * Nothing is allocated that depends on the file.
 *
 * Errors: `file-foreign`, `file-version`, `file-kind`, `file-truncated`, `file-corrupt`, `file-too-large`, `wrong-parameters`,
 * `wrong-circuit`, `wrong-key`.
 */
export function readHeader(bytes: Uint8Array, expected: FileExpectation): FileHeader {
  const { path } = expected;
  const { kind, parameterId, circuitId, keyId, payloadBytes: length } = peekHeader(bytes, path);
  if (kind !== expected.kind) throw otherKind(path, kind, expected.kind);
  checkId(path, "wrong-parameters", parameterId, expected.parameterId);
  checkId(path, "wrong-circuit", circuitId, expected.circuitId);
  if (expected.keyId !== undefined) checkId(path, "wrong-key", keyId, expected.keyId);
  if (length > expected.payloadBytes) throw tooLarge(path, length, expected.payloadBytes);
  if (length < expected.payloadBytes) {
    throw corrupt(path, `it announces ${length} bytes where ${expected.payloadBytes} are due`);
  }
  return { kind: expected.kind, parameterId, circuitId, keyId };
}

/** What a header says, whatever the file is for. */
export interface PeekedHeader extends Omit<FileHeader, "kind"> {
  /** A number for a kind that this release does not know. */
  readonly kind: FileKind | number;
  readonly payloadBytes: number;
}

/** Reads a header without knowing what to expect. Errors: `file-foreign`, `file-version`, `file-truncated`, `file-corrupt`. */
export function peekHeader(bytes: Uint8Array, path: string): PeekedHeader {
  requireBytes(bytes, path);
  const begin = Math.min(bytes.length, magic.length);
  if (new ByteReader(bytes, path).ascii(begin) !== magic.slice(0, begin) || begin === 0)
    throw foreign(path);
  if (bytes.length < headerBytes) throw truncated(path, headerBytes, bytes.length);
  const reader = new ByteReader(bytes.subarray(0, headerBytes), path);
  reader.raw(magic.length);
  const version = reader.u16();
  if (version !== formatVersion) throw otherVersion(path, version);
  const kind = kindOf(reader.u16());
  const parameterId = reader.hex(16) as ParameterId;
  const circuitId = reader.hex(16) as CircuitId;
  const keyId = reader.hex(16) as KeyId;
  const length = reader.u64();
  reader.u32();
  if (reader.u32() !== checksum(bytes.subarray(0, checkedBytes)))
    throw corrupt(path, "the checksum of its header does not fit");
  return { kind, parameterId, circuitId, keyId, payloadBytes: length };
}

/**
 * Reads and checks a whole file; `payload` is a view. `digest`: XXH32, where there is a faster one. Errors as `readHeader`. About 1 ms a
 * megabyte.
 */
export function readFile(
  bytes: Uint8Array,
  expected: FileExpectation,
  digest: (payload: Uint8Array) => number = checksum,
): { header: FileHeader; payload: Uint8Array } {
  const header = readHeader(bytes, expected);
  const payload = payloadOf(bytes);
  if (payload.length < expected.payloadBytes) {
    throw truncated(expected.path, headerBytes + expected.payloadBytes, bytes.length);
  }
  if (payload.length > expected.payloadBytes) {
    throw corrupt(expected.path, `${payload.length - expected.payloadBytes} bytes follow its end`);
  }
  const written = new DataView(bytes.buffer, bytes.byteOffset).getUint32(64, true);
  if (digest(payload) !== written)
    throw corrupt(expected.path, "the checksum of its content does not fit");
  return { header, payload };
}

/** The error of a file whose content contradicts itself or its circuit. */
export function corrupt(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem: `is damaged: ${problem}`,
    cure: "Copy or send the file again, or make it anew",
  });
}

function kindOf(number: number): FileKind | number {
  for (const [kind, value] of Object.entries(kindNumbers))
    if (value === number) return kind as FileKind;
  return number;
}

function foreign(path: string): VelumError {
  return new VelumError({
    code: "file-foreign",
    path,
    problem: "is not a file of Velum (it does not start with VELM)",
    cure: "Pass a key or ciphertext that Velum wrote",
  });
}

function otherVersion(path: string, version: number): VelumError {
  return new VelumError({
    code: "file-version",
    path,
    problem: `is in format ${version}, and this release reads format ${formatVersion}`,
    limit: formatVersion,
    actual: version,
    cure: "Use the release of Velum that wrote the file, or make it anew",
  });
}

function otherKind(path: string, kind: FileKind | number, wanted: FileKind): VelumError {
  const found = typeof kind === "number" ? `of unknown kind ${kind}` : `of kind "${kind}"`;
  return new VelumError({
    code: "file-kind",
    path,
    problem: `is ${found}, not "${wanted}"`,
    limit: wanted,
    actual: kind,
    cure: `Pass a file of kind "${wanted}"`,
  });
}

function tooLarge(path: string, actual: number, limit: number): VelumError {
  return new VelumError({
    code: "file-too-large",
    path,
    problem: `announces ${actual} bytes where ${limit} are due`,
    limit,
    actual,
    cure: "Make the file anew for this circuit",
  });
}

const idTexts = {
  "wrong-parameters": [
    "parameters",
    "Make keys and ciphertexts with the client file of this circuit",
  ],
  "wrong-circuit": ["circuit", "Encrypt with the client file that belongs to this server file"],
  "wrong-key": ["key", "Use the key that the file was made with, or make the file anew"],
} satisfies Partial<Record<ErrorCode, [string, string]>>;

function checkId(path: string, code: keyof typeof idTexts, actual: string, limit: string): void {
  if (actual === limit) return;
  const [noun, cure] = idTexts[code];
  throw new VelumError({
    code,
    path,
    problem: `belongs to the ${noun} ${shortId(actual)}, not ${shortId(limit)}`,
    limit,
    actual,
    cure,
  });
}

function shortId(id: string): string {
  return `${id.slice(0, 8)}…`;
}
