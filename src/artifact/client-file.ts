import { strToU8 } from "fflate";
import type { Shape } from "../base/tensor.js";
import { canonicalJson, checkParameters } from "../tfhe/parameter-id.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import type { CircuitId } from "../tfhe/wire-header.js";
import type { OutputLayout } from "../tfhe/wire-output.js";
import { archiveText, packArchive, unpackArchive } from "./archive.js";
import { checkFormat } from "./server-file.js";

export const clientFormat = 1;

/** One encrypted parameter of the circuit. */
export interface ClientInput {
  readonly name: string;
  readonly shape: Shape;
  /** Smallest and largest number that the circuit was compiled for. */
  readonly min: number;
  readonly max: number;
  /** A number m travels as m 2^shift. */
  readonly shift: number;
}

/** One result of the circuit, and how it is read. */
export interface ClientOutput {
  readonly shape: Shape;
  readonly layout: OutputLayout;
  readonly deltaLog2: number;
  readonly messageBits: number;
  readonly signed: boolean;
}

/** A value that JSON can carry. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/**
 * What a client needs: shapes, encodings, parameters. No weights. `extras` is the application's own, e.g. input quantizers and labels;
 * what it reveals of the model is the application's choice (docs/security.md).
 */
export interface ClientManifest {
  readonly format: number;
  readonly name: string;
  readonly circuitId: CircuitId;
  readonly parameters: CryptoParameters;
  readonly inputs: readonly ClientInput[];
  /** Numbers in the uploaded vector, and where the inputs start in it. */
  readonly vectorLength: number;
  readonly vectorStart: number;
  readonly deltaLog2: number;
  readonly bodyBits: number;
  readonly outputs: readonly ClientOutput[];
  readonly extras: JsonValue;
}

const path = "client file";

/** The client file as zip bytes. */
export function writeClientFile(manifest: ClientManifest): Uint8Array<ArrayBuffer> {
  return packArchive({ "client.json": strToU8(canonicalJson(manifest)) });
}

/** Reads a client file. Errors: `file-foreign`, `file-corrupt`, `file-version`, `file-too-large`, `bad-argument`. */
export function readClientFile(bytes: Uint8Array): ClientManifest {
  const manifest: ClientManifest = JSON.parse(
    archiveText(unpackArchive(bytes, path), "client.json", path),
  );
  checkFormat(path, manifest.format, clientFormat);
  checkParameters(manifest.parameters);
  return manifest;
}
