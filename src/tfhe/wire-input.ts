import { ByteReader, ByteWriter } from "../base/bytes.js";
import type { ParameterId } from "./parameter-id.js";
import { type BitsLayout, bitsHeadWord, type EncryptedBits } from "./wire-bits.js";
import {
  type ClearInputLayout,
  type ClearLayout,
  clearPartBytes,
  readClearPart,
  writeClearPart,
} from "./wire-clear.js";
import {
  allocateFile,
  type CircuitId,
  corrupt,
  type FileExpectation,
  type KeyId,
  payloadOf,
  readFile,
  sealFile,
  seedBytes,
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

/** One part of an input: a vector of numbers, or bits for decision diagrams. */
export type InputPartLayout = InputLayout | BitsLayout;
export type EncryptedInputPart = EncryptedVector | EncryptedBits;

/** Bytes of the packed bodies of one part. */
export function inputBodyBytes(layout: InputPartLayout): number {
  const numbers = "form" in layout ? layout.coefficients : layout.length;
  return Math.ceil((numbers * layout.bodyBits) / 8);
}

/**
 * Bytes of the payload of an input file: for every part `length u32 | head u32 | seed (32 bytes) | bodies`, then for every clear
 * parameter what `writeClearPart` writes.
 */
export function inputPayloadBytes(
  layouts: readonly InputPartLayout[],
  clear: readonly ClearLayout[] = [],
): number {
  const encrypted = layouts.reduce(
    (sum, layout) => sum + vectorHeadBytes + inputBodyBytes(layout),
    0,
  );
  return clear.reduce((sum, layout) => sum + clearPartBytes(layout), encrypted);
}

/** The body width of a vector, or form and shape of bits beside it. */
function headWord(layout: InputPartLayout): number {
  return "form" in layout ? bitsHeadWord(layout) : layout.bodyBits;
}

/**
 * The file that a client sends to a server: all inputs of one run, in the circuit's order. `open` says, of each input that may be fed
 * from an earlier answer, whether it is left to that; with any such the file is of another kind, and `open` precedes the parts:
 * `count u32 | a byte each, 1 where it is left`.
 * Clear inputs stand behind.
 */
export function writeInputCiphertext(
  identity: FileIdentity,
  parts: readonly EncryptedInputPart[],
  open: readonly boolean[] = [],
  clear: readonly (ClearLayout & { readonly numbers: ArrayLike<number> })[] = [],
): Uint8Array<ArrayBuffer> {
  const incomplete = open.includes(true);
  const file = allocateFile(
    (incomplete ? openBytes(open.length) : 0) + inputPayloadBytes(parts, clear),
  );
  const writer = new ByteWriter(payloadOf(file));
  if (incomplete) writer.u32(open.length).raw(Uint8Array.from(open, Number));
  for (const part of parts)
    writer.u32(part.length).u32(headWord(part)).raw(part.seed).raw(part.bodies);
  for (const { numbers, ...layout } of clear) writeClearPart(writer, layout, numbers);
  sealFile(file, {
    ...identity,
    kind: incomplete ? "incomplete input ciphertext" : "input ciphertext",
  });
  return file;
}

function openBytes(count: number): number {
  return 4 + count;
}

/** What `readHeader` needs to judge the first bytes of an input file. Leave `keyId` out to accept every client. */
export function inputExpectation(
  identity: Omit<FileIdentity, "keyId"> & { readonly keyId?: KeyId },
  layouts: readonly InputPartLayout[],
  clear: readonly ClearLayout[] = [],
): FileExpectation {
  return {
    ...identity,
    kind: "input ciphertext",
    path: "input ciphertext",
    payloadBytes: inputPayloadBytes(layouts, clear),
  };
}

/**
 * Reads an input file; its parts are views. Errors as `readHeader`, and `file-corrupt` when a part has another length, width or form
 * than the circuit's. `digest` as in `readFile`.
 */
export function readInputCiphertext<Layout extends InputPartLayout>(
  file: Uint8Array,
  identity: Omit<FileIdentity, "keyId"> & { readonly keyId?: KeyId },
  layouts: readonly Layout[],
  clear: readonly ClearInputLayout[] = [],
  digest?: (payload: Uint8Array) => number,
): ReadInput<Layout> & ReadClear {
  const expected = inputExpectation(identity, layouts, clear);
  const { header, payload } = readFile(file, expected, digest);
  const reader = new ByteReader(payload, expected.path);
  return { keyId: header.keyId, ...readContent(reader, expected.path, layouts, clear) };
}

/** The same of a file that leaves inputs to earlier answers; `open` says which of the `count` that may be fed. */
export function readIncompleteInput<Layout extends InputPartLayout>(
  file: Uint8Array,
  identity: Omit<FileIdentity, "keyId"> & { readonly keyId?: KeyId },
  layouts: readonly Layout[],
  count: number,
  clear: readonly ClearInputLayout[] = [],
): ReadInput<Layout> & ReadClear & { readonly open: readonly boolean[] } {
  const expected = inputExpectation(identity, layouts, clear);
  const { header, payload } = readFile(file, {
    ...expected,
    kind: "incomplete input ciphertext",
    payloadBytes: openBytes(count) + expected.payloadBytes,
  });
  const reader = new ByteReader(payload, expected.path);
  const written = reader.u32();
  if (written !== count) {
    throw corrupt(expected.path, `it counts ${written} inputs that may be fed, not ${count}`);
  }
  const open = Array.from(reader.raw(count), (byte) => byte !== 0);
  return { keyId: header.keyId, open, ...readContent(reader, expected.path, layouts, clear) };
}

interface ReadClear {
  /** The numbers of each clear parameter, as they were sent: within what their bytes can say, not more. */
  readonly clear: readonly Float64Array[];
}

/** The encrypted parts, then the clear ones. */
function readContent<Layout extends InputPartLayout>(
  reader: ByteReader,
  path: string,
  layouts: readonly Layout[],
  clear: readonly ClearInputLayout[],
): Pick<ReadInput<Layout>, "vectors"> & ReadClear {
  const vectors = readParts(reader, path, layouts);
  return { vectors, clear: clear.map((own) => readClearPart(reader, own, path, own.name)) };
}

interface ReadInput<Layout> {
  readonly keyId: KeyId;
  readonly vectors: readonly (Layout & Pick<EncryptedVector, "seed" | "bodies">)[];
}

function readParts<Layout extends InputPartLayout>(
  reader: ByteReader,
  path: string,
  layouts: readonly Layout[],
): ReadInput<Layout>["vectors"] {
  return layouts.map((layout, index) => {
    const length = reader.u32();
    const head = reader.u32();
    if (length !== layout.length || head !== headWord(layout)) {
      throw corrupt(path, otherPart(index, length, head, layout));
    }
    const seed = reader.raw(seedBytes);
    return { ...layout, seed, bodies: reader.raw(inputBodyBytes(layout)) };
  });
}

function otherPart(index: number, length: number, head: number, due: InputPartLayout): string {
  if (!("form" in due) && head < 2 ** 8) {
    return `vector ${index} holds ${length} numbers of ${head} bits where ${due.length} of ${due.bodyBits} are due`;
  }
  const word = (number: number): string => `0x${number.toString(16)}`;
  return `part ${index} holds ${length} entries of layout ${word(head)} where ${due.length} of layout ${word(headWord(due))} are due`;
}
