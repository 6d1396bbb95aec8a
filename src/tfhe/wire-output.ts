import { ByteReader, ByteWriter } from "../base/bytes.js";
import { bigLweDimension, type GlweParameters } from "./parameters.js";
import {
  allocateFile,
  corrupt,
  type FileExpectation,
  payloadOf,
  readFile,
  sealFile,
} from "./wire-header.js";
import type { FileIdentity } from "./wire-input.js";

/**
 * How one output travels. Every torus word is rounded to its top `wordBits` bits (1 to 64) and packed lowest bit first.
 *
 * `glwe`: ciphertext c is k N mask words, then the bodies of `coefficients[c]`, in that order, the whole padded to a byte.
 * `lwe`: `count` ciphertexts under the big key, k N mask words and one body each, padded to a byte.
 * The server shifts a body by the mean of its mask's rounding before it rounds the body.
 */
export type OutputLayout = GlweOutputLayout | LweOutputLayout;

export interface GlweOutputLayout {
  readonly form: "glwe";
  readonly wordBits: number;
  /** For each ciphertext, the coefficients that are read, each below N. */
  readonly coefficients: readonly (readonly number[])[];
}

export interface LweOutputLayout {
  readonly form: "lwe";
  readonly wordBits: number;
  readonly count: number;
}

const outputHeadBytes = 8;
const formNumbers = { glwe: 0, lwe: 1 } as const;

/** Numbers that decrypting an output yields. */
export function outputLength(layout: OutputLayout): number {
  if (layout.form === "lwe") return layout.count;
  return layout.coefficients.reduce((sum, listed) => sum + listed.length, 0);
}

/** Ciphertexts in an output. */
export function outputCiphertexts(layout: OutputLayout): number {
  return layout.form === "lwe" ? layout.count : layout.coefficients.length;
}

/** Bytes of one ciphertext with `bodies` body words. */
export function ciphertextBytes(glwe: GlweParameters, wordBits: number, bodies: number): number {
  return (bigLweDimension(glwe) * wordBits) / 8 + Math.ceil((bodies * wordBits) / 8);
}

/** Bytes of one output's packed ciphertexts. */
export function outputDataBytes(glwe: GlweParameters, layout: OutputLayout): number {
  if (layout.form === "lwe") return layout.count * ciphertextBytes(glwe, layout.wordBits, 1);
  return layout.coefficients.reduce(
    (sum, listed) => sum + ciphertextBytes(glwe, layout.wordBits, listed.length),
    0,
  );
}

/** Bytes of the payload of an output file: for every output `form u16 | wordBits u16 | ciphertexts u32 | data`. */
export function outputPayloadBytes(glwe: GlweParameters, layouts: readonly OutputLayout[]): number {
  return layouts.reduce((sum, layout) => sum + outputHeadBytes + outputDataBytes(glwe, layout), 0);
}

/** The file that a server sends back: all outputs of one run. `data[i]` holds the packed ciphertexts of `layouts[i]`. */
export function writeOutputCiphertext(
  identity: FileIdentity,
  glwe: GlweParameters,
  layouts: readonly OutputLayout[],
  data: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> {
  const file = allocateFile(outputPayloadBytes(glwe, layouts));
  const writer = new ByteWriter(payloadOf(file));
  layouts.forEach((layout, index) => {
    const bytes = data[index];
    if (bytes?.length !== outputDataBytes(glwe, layout)) {
      throw new RangeError(
        `output ${index}: ${bytes?.length} bytes where ${outputDataBytes(glwe, layout)} are due`,
      );
    }
    writer
      .u16(formNumbers[layout.form])
      .u16(layout.wordBits)
      .u32(outputCiphertexts(layout))
      .raw(bytes);
  });
  sealFile(file, { ...identity, kind: "output ciphertext" });
  return file;
}

/** Reads an output file; returns views of each output's packed ciphertexts. Errors as `readHeader`. */
export function readOutputCiphertext(
  file: Uint8Array,
  identity: FileIdentity,
  glwe: GlweParameters,
  layouts: readonly OutputLayout[],
): readonly Uint8Array[] {
  const expected: FileExpectation = {
    ...identity,
    kind: "output ciphertext",
    path: "output ciphertext",
    payloadBytes: outputPayloadBytes(glwe, layouts),
  };
  const { payload } = readFile(file, expected);
  const reader = new ByteReader(payload, expected.path);
  return layouts.map((layout, index) => {
    const form = reader.u16();
    const wordBits = reader.u16();
    const count = reader.u32();
    if (
      form !== formNumbers[layout.form] ||
      wordBits !== layout.wordBits ||
      count !== outputCiphertexts(layout)
    ) {
      throw corrupt(expected.path, `output ${index} has another layout than the circuit's`);
    }
    return reader.raw(outputDataBytes(glwe, layout));
  });
}
