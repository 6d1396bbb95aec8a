import { strToU8 } from "fflate";
import { contentHash, toHex } from "../base/hash.js";
import { canonicalJson } from "../tfhe/parameter-id.js";
import type { CircuitId } from "../tfhe/wire-header.js";
import {
  type ArchiveFiles,
  archiveFile,
  archiveText,
  damaged,
  packArchive,
  refuseOtherSide,
  unpackArchive,
} from "./archive.js";
import { JsonFields, parseJson } from "./json-fields.js";
import { readServerManifest } from "./read-server-manifest.js";
import type { ServerManifest } from "./server-manifest.js";

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
/** The native engine writes sources under their names. */
const sourceName = /^[a-z][a-z0-9_-]*\.[ch]$/;
/** Unpacked. */
const largestBytes = 2 ** 30;

/** The id that ties ciphertexts to a circuit: half the SHA-256 of manifest, constants and machine code. */
export function circuitIdOf(
  file: Pick<ServerFile, "constants" | "kernels" | "program"> & { readonly manifest: unknown },
): CircuitId {
  const parts = [strToU8(canonicalJson(file.manifest)), file.constants, file.kernels, file.program];
  const hashes = parts.map((part) => toHex(contentHash(part))).join("");
  return toHex(contentHash(strToU8(hashes)).subarray(0, 16)) as CircuitId;
}

/** The server file as zip bytes. Holds weights and tables in clear, nothing of any key. */
export function writeServerFile(file: ServerFile): Uint8Array<ArrayBuffer> {
  return packArchive({ ...ownFiles(file), ...codeFiles(file) });
}

/** A server file without its machine code, which the functions of a module share. */
export function writeServerFunction(file: ServerFile): Uint8Array<ArrayBuffer> {
  return packArchive(ownFiles(file));
}

/** The machine code of a server file. */
export function writeServerCode(file: ServerFile): Uint8Array<ArrayBuffer> {
  return packArchive(codeFiles(file));
}

function ownFiles(file: ServerFile): ArchiveFiles {
  const texts = Object.entries(file.texts).map(([name, text]) => [name, strToU8(text)]);
  return {
    "manifest.json": strToU8(canonicalJson(file.manifest)),
    "constants.bin": file.constants,
    ...Object.fromEntries(texts),
  };
}

function codeFiles(file: ServerFile): ArchiveFiles {
  const sources = [...file.kernelSources].map(([name, text]) => [
    sourceFolder + name,
    strToU8(text),
  ]);
  return {
    "kernels.wasm": file.kernels,
    "program.wasm": file.program,
    "program.c": strToU8(file.programSource),
    ...Object.fromEntries(sources),
  };
}

/**
 * Reads a server file. It is code that will be executed: load only files whose origin you know.
 * Errors: `file-foreign`, `file-kind`, `file-corrupt`, `file-version`, `file-too-large`, `bad-argument` for parameters that kernels do
 * not support.
 */
export function readServerFile(bytes: Uint8Array): ServerFile {
  return readFiles(unpackArchive(bytes, path, largestBytes));
}

/** Reads what `writeServerFunction` and `writeServerCode` wrote. Errors as `readServerFile`. */
export function readServerFunction(own: Uint8Array, code: Uint8Array): ServerFile {
  const codeOf = unpackArchive(code, path, largestBytes);
  return readFiles({ ...codeOf, ...unpackArchive(own, path, largestBytes) });
}

function readFiles(files: ArchiveFiles): ServerFile {
  refuseOtherSide(files, "client.json", path);
  const written = parseJson(archiveText(files, "manifest.json", path), path, "manifest.json");
  const constants = archiveFile(files, "constants.bin", path);
  const known = ["manifest.json", "constants.bin", "kernels.wasm", "program.wasm", "program.c"];
  const others = Object.keys(files).filter((name) => !known.includes(name));
  const sources = others.filter((name) => name.startsWith(sourceFolder));
  const strange = sources.find((name) => !sourceName.test(name.slice(sourceFolder.length)));
  if (strange !== undefined) throw damaged(path, "it names a kernel source oddly");
  const content = {
    manifest: readServerManifest(new JsonFields(written, path, ""), constants),
    constants,
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
    circuitId: circuitIdOf({ ...content, manifest: written }),
    texts: Object.fromEntries(texts.map((name) => [name, archiveText(files, name, path)])),
  };
}
