import { strToU8 } from "fflate";
import { type Shape, sizeOf } from "../base/tensor.js";
import { canonicalJson } from "../tfhe/parameter-id.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import type { CircuitId } from "../tfhe/wire-header.js";
import { type OutputLayout, outputLength } from "../tfhe/wire-output.js";
import { archiveText, packArchive, refuseOtherSide, unpackArchive } from "./archive.js";
import { type JsonFields, parseFields } from "./json-fields.js";
import {
  checkFormat,
  mostEntries,
  mostNumbers,
  readOutputLayout,
  readParameters,
} from "./shared-fields.js";

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
/** Unpacked. */
const largestBytes = 2 ** 26;
const mostAxes = 32;
const largestInteger = Number.MAX_SAFE_INTEGER;

/** The client file as zip bytes. */
export function writeClientFile(manifest: ClientManifest): Uint8Array<ArrayBuffer> {
  return packArchive({ "client.json": strToU8(canonicalJson(manifest)) });
}

/** Reads a client file. Errors: `file-foreign`, `file-kind`, `file-corrupt`, `file-version`, `file-too-large`, `bad-argument`. */
export function readClientFile(bytes: Uint8Array): ClientManifest {
  const files = unpackArchive(bytes, path, largestBytes);
  refuseOtherSide(files, "manifest.json", path);
  const text = archiveText(files, "client.json", path);
  const fields = parseFields(text, path, "client.json");
  checkFormat(path, fields.value("format"), clientFormat);
  const parameters = readParameters(fields.object("parameters"));
  const vectorLength = fields.integer("vectorLength", 1, mostNumbers);
  const manifest: ClientManifest = {
    format: clientFormat,
    name: fields.text("name"),
    circuitId: fields.text("circuitId", /^[0-9a-f]{32}$/) as CircuitId,
    parameters,
    inputs: fields.objects("inputs", mostEntries, readInput),
    vectorLength,
    vectorStart: fields.integer("vectorStart", 0, vectorLength),
    deltaLog2: fields.integer("deltaLog2", 0, 63),
    bodyBits: fields.integer("bodyBits", 1, 64),
    outputs: fields.objects("outputs", mostEntries, (own) => readOutput(own, parameters)),
    extras: jsonValue(fields.value("extras")),
  };
  const numbers = manifest.inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (manifest.vectorStart + numbers > vectorLength) {
    throw fields.misfit("inputs", "do not fit into the vector");
  }
  return manifest;
}

function readInput(fields: JsonFields): ClientInput {
  const min = fields.integer("min", -largestInteger, largestInteger);
  return {
    name: fields.text("name"),
    shape: readShape(fields),
    min,
    max: fields.integer("max", min, largestInteger),
    shift: fields.integer("shift", 0, 63),
  };
}

function readOutput(fields: JsonFields, { glwe }: CryptoParameters): ClientOutput {
  const messageBits = fields.integer("messageBits", 1, 53);
  const output = {
    shape: readShape(fields),
    layout: readOutputLayout(fields.object("layout"), glwe),
    deltaLog2: fields.integer("deltaLog2", 0, 64 - messageBits),
    messageBits,
    signed: fields.flag("signed"),
  };
  if (outputLength(output.layout) === sizeOf(output.shape)) return output;
  throw fields.misfit("layout", "holds another number of results than the shape");
}

function readShape(fields: JsonFields): Shape {
  const shape = fields.integers("shape", mostAxes, 1, mostNumbers);
  if (sizeOf(shape) <= mostNumbers) return shape;
  throw fields.misfit("shape", "has too many numbers");
}

/** What JSON.parse gives is JSON; an absent value is null. */
function jsonValue(value: unknown): JsonValue {
  return value === undefined ? null : (value as JsonValue);
}
