import { strToU8 } from "fflate";
import { VelumError } from "../base/error.js";
import { contentHash, toHex } from "../base/hash.js";
import { canonicalJson, checkParameters } from "../tfhe/parameter-id.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import type { CircuitId } from "../tfhe/wire-header.js";
import type { InputLayout } from "../tfhe/wire-input.js";
import type { OutputLayout } from "../tfhe/wire-output.js";
import { archiveFile, archiveText, packArchive, unpackArchive } from "./archive.js";

export const serverFormat = 1;

/** One stage as the runtime sees it. */
export interface StageInfo {
  readonly kernel: string;
  readonly items: number;
  readonly heavy: boolean;
}

/** A step that readies the constants when a program is loaded; see `src/codegen/stage.ts`. */
export interface PreparationInfo {
  readonly kind: "copy" | "weights" | "tables";
  readonly from: number;
  readonly to: number;
  readonly bytes?: number;
  readonly count?: number;
  readonly precision?: number;
}

/** What a server must know of a circuit besides its code. */
export interface ServerManifest {
  readonly format: number;
  readonly name: string;
  readonly parameters: CryptoParameters;
  readonly input: InputLayout;
  readonly outputs: readonly OutputLayout[];
  readonly stages: readonly StageInfo[];
  readonly preparations: readonly PreparationInfo[];
  readonly constantBytes: number;
  readonly requestBytes: number;
  readonly uploadPlace: number;
  readonly outputPlaces: readonly { readonly offset: number; readonly bytes: number }[];
  readonly shapePlace: number;
  readonly largestRead: number;
}

/** Everything a server needs to run a circuit on ciphertexts: machine code with the kernels it was made for, and constants. */
export interface ServerFile {
  readonly manifest: ServerManifest;
  readonly circuitId: CircuitId;
  readonly constants: Uint8Array;
  /** Kernels and stages as WebAssembly. */
  readonly kernels: Uint8Array;
  readonly program: Uint8Array;
  /** The same in C, for the native engine: kernel sources by name, and the stages. */
  readonly kernelSources: ReadonlyMap<string, string>;
  readonly programSource: string;
  /** For people and tools: `graph.txt`, `circuit.mlir`, `program.txt`. */
  readonly texts: Readonly<Record<string, string>>;
}

const path = "server file";
const sourceFolder = "kernels/";

/** The id that ties ciphertexts to a circuit: half the SHA-256 of manifest, constants and machine code. */
export function circuitIdOf(file: Omit<ServerFile, "circuitId" | "texts">): CircuitId {
  const parts = [strToU8(canonicalJson(file.manifest)), file.constants, file.kernels, file.program];
  const hashes = parts.map((part) => toHex(contentHash(part))).join("");
  return toHex(contentHash(strToU8(hashes)).subarray(0, 16)) as CircuitId;
}

/** The server file as zip bytes. Holds weights and tables in clear, nothing of any key. */
export function writeServerFile(file: ServerFile): Uint8Array<ArrayBuffer> {
  const sources = [...file.kernelSources].map(([name, text]) => [
    sourceFolder + name,
    strToU8(text),
  ]);
  const texts = Object.entries(file.texts).map(([name, text]) => [name, strToU8(text)]);
  return packArchive({
    "manifest.json": strToU8(canonicalJson(file.manifest)),
    "constants.bin": file.constants,
    "kernels.wasm": file.kernels,
    "program.wasm": file.program,
    "program.c": strToU8(file.programSource),
    ...Object.fromEntries([...sources, ...texts]),
  });
}

/**
 * Reads a server file. It is code that will be executed: load only files whose origin you know.
 * Errors: `file-foreign`, `file-corrupt`, `file-version`, `file-too-large`.
 */
export function readServerFile(bytes: Uint8Array): ServerFile {
  const files = unpackArchive(bytes, path);
  const manifest: ServerManifest = JSON.parse(archiveText(files, "manifest.json", path));
  checkFormat(path, manifest.format, serverFormat);
  checkParameters(manifest.parameters);
  const known = ["manifest.json", "constants.bin", "kernels.wasm", "program.wasm", "program.c"];
  const others = Object.keys(files).filter((name) => !known.includes(name));
  const sources = others.filter((name) => name.startsWith(sourceFolder));
  const content = {
    manifest,
    constants: archiveFile(files, "constants.bin", path),
    kernels: archiveFile(files, "kernels.wasm", path),
    program: archiveFile(files, "program.wasm", path),
    programSource: archiveText(files, "program.c", path),
    kernelSources: new Map(
      sources.map((name) => [name.slice(sourceFolder.length), archiveText(files, name, path)]),
    ),
  };
  const texts = others.filter((name) => !sources.includes(name));
  return {
    ...content,
    circuitId: circuitIdOf(content),
    texts: Object.fromEntries(texts.map((name) => [name, archiveText(files, name, path)])),
  };
}

/** Error `file-version` unless a file's format is the one that this release reads. */
export function checkFormat(file: string, actual: unknown, limit: number): void {
  if (actual === limit) return;
  throw new VelumError({
    code: "file-version",
    path: file,
    problem: `is in format ${typeof actual === "number" ? actual : "unknown"}, and this release reads format ${limit}`,
    limit,
    ...(typeof actual === "number" ? { actual } : {}),
    cure: "Use the release of Velum that wrote it, or compile the circuit anew",
  });
}
