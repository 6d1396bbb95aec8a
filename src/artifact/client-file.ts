import { strToU8 } from "fflate";
import { type Shape, sizeOf } from "../base/tensor.js";
import type { OutputEncoding } from "../tfhe/output-encoding.js";
import { canonicalJson } from "../tfhe/parameter-id.js";
import type { CryptoParameters } from "../tfhe/parameters.js";
import type { BitsLayout } from "../tfhe/wire-bits.js";
import type { CircuitId } from "../tfhe/wire-header.js";
import { outputLength } from "../tfhe/wire-output.js";
import { archiveText, packArchive, refuseOtherSide, unpackArchive } from "./archive.js";
import { type JsonFields, parseFields } from "./json-fields.js";
import {
  checkFormat,
  mostEntries,
  mostNumbers,
  readBitsLayout,
  readOutputLayout,
  readParameters,
} from "./shared-fields.js";

/** 2: several sets of bootstrap parameters, inputs that travel as bits. 3: clear parameters, remainders; files without any are still of format 2. */
export const clientFormat = 3;
/** Of files without clear parameters. */
export const plainClientFormat = 2;

/** One parameter of the circuit. */
export interface ClientInput {
  readonly name: string;
  readonly shape: Shape;
  /** Smallest and largest number that the circuit was compiled for. */
  readonly min: number;
  readonly max: number;
  /** A number m travels as m 2^shift. */
  readonly shift: number;
  /**
   * Present where elements travel one-hot: for each the least and the greatest value that has a cell (a value beyond takes the nearest
   * cell); `[1, 0]` for an element that travels as a number. Format 2.
   */
  readonly cells?: readonly number[];
  /** An earlier answer may take its place. */
  readonly composable?: boolean;
  /** It travels as it is, and the server reads it. Format 3. */
  readonly clear?: boolean;
}

/** One result of the circuit, and how it is read. Format 2 brought `limbs`, format 3 `residues`. */
export interface ClientOutput extends OutputEncoding {
  readonly shape: Shape;
}

/** Bits of the inputs that the circuit asks for encrypted one by one. Format 2. */
export interface ClientBits {
  readonly layout: BitsLayout;
  /**
   * `[bits, 4]`: element of the joined inputs, low, high, shift; the bit is number `shift` of `min(max(x, low), high) - low`.
   */
  readonly sources: readonly number[];
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
  /** Present where copies of the inputs follow them in the vector: number c is multiplied by 2^vectorCopies[c]. */
  readonly vectorCopies?: readonly number[];
  readonly deltaLog2: number;
  readonly bodyBits: number;
  readonly bits?: ClientBits;
  readonly outputs: readonly ClientOutput[];
  readonly extras: JsonValue;
}

const path = "client file";
/** Unpacked. */
const largestBytes = 2 ** 26;
const mostAxes = 32;
const mostCopies = 8;
const largestCopyShift = 32;
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
  const format = checkFormat(path, fields.value("format"), clientFormat);
  const parameters = readParameters(fields.object("parameters"), format);
  const bits = fields.has("bits") ? readBits(fields.object("bits"), parameters) : undefined;
  const vectorLength = fields.integer("vectorLength", bits === undefined ? 1 : 0, mostNumbers);
  const manifest: ClientManifest = {
    format,
    name: fields.text("name"),
    circuitId: fields.text("circuitId", /^[0-9a-f]{32}$/) as CircuitId,
    parameters,
    inputs: fields.objects("inputs", mostEntries, readInput),
    vectorLength,
    vectorStart: fields.integer("vectorStart", 0, vectorLength),
    ...(fields.has("vectorCopies")
      ? { vectorCopies: fields.integers("vectorCopies", mostCopies, 1, largestCopyShift) }
      : {}),
    deltaLog2: fields.integer("deltaLog2", 0, 63),
    bodyBits: fields.integer("bodyBits", 1, 64),
    ...(bits === undefined ? {} : { bits }),
    outputs: fields.objects("outputs", mostEntries, (own) => readOutput(own, parameters)),
    extras: jsonValue(fields.value("extras")),
  };
  const encrypted = manifest.inputs.filter(({ clear }) => clear !== true);
  const numbers = encrypted.reduce((sum, input) => sum + inputLength(input), 0);
  const copies = 1 + (manifest.vectorCopies?.length ?? 0);
  if (vectorLength > 0 && manifest.vectorStart + copies * numbers > vectorLength) {
    throw fields.misfit("inputs", "do not fit into the vector");
  }
  const elements = encrypted.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (bits?.sources.some((value, at) => at % 4 === 0 && value >= elements)) {
    throw fields.misfit("bits", "ask for elements that no input has");
  }
  return manifest;
}

function readInput(fields: JsonFields): ClientInput {
  const min = fields.integer("min", -largestInteger, largestInteger);
  const shape = readShape(fields);
  return {
    name: fields.text("name"),
    shape,
    min,
    max: fields.integer("max", min, largestInteger),
    shift: fields.integer("shift", 0, 63),
    ...(fields.has("cells") ? { cells: readCells(fields, sizeOf(shape)) } : {}),
    ...(fields.has("composable") ? { composable: fields.flag("composable") } : {}),
    ...(fields.has("clear") ? { clear: fields.flag("clear") } : {}),
  };
}

function readCells(fields: JsonFields, elements: number): readonly number[] {
  const cells = fields.integers("cells", 2 * mostNumbers, -largestInteger, largestInteger);
  if (cells.length !== 2 * elements) throw fields.misfit("cells", "has no pair for each element");
  for (let at = 0; at < cells.length; at += 2) {
    const count = (cells[at + 1] ?? 0) - (cells[at] ?? 0) + 1;
    if (count < 0 || count > mostNumbers) throw fields.misfit("cells", "is no range of values");
  }
  return cells;
}

/** Numbers of the uploaded vector that an input takes. */
export function inputLength({ shape, cells }: ClientInput): number {
  if (cells === undefined) return sizeOf(shape);
  let length = 0;
  for (let at = 0; at < cells.length; at += 2) {
    length += Math.max(1, (cells[at + 1] ?? 0) - (cells[at] ?? 0) + 1);
  }
  return length;
}

function readBits(fields: JsonFields, parameters: CryptoParameters): ClientBits {
  const layout = readBitsLayout(fields.object("layout"), parameters);
  const sources = fields.integers("sources", 4 * mostEntries, -largestInteger, largestInteger);
  const wrong = sources.some(
    (value, at) => (at % 4 === 0 && value < 0) || (at % 4 === 3 && (value < 0 || value > 31)),
  );
  if (wrong || sources.length !== 4 * layout.length) {
    throw fields.misfit("sources", "do not name one bit of an element for each bit");
  }
  return { layout, sources };
}

function readOutput(fields: JsonFields, { glwe }: CryptoParameters): ClientOutput {
  const messageBits = fields.integer("messageBits", 1, 53);
  const limbs = fields.has("limbs") ? readLimbs(fields.object("limbs")) : undefined;
  const residues = fields.has("residues")
    ? fields.integers("residues", mostResidues, 2, largestModulus)
    : undefined;
  if (residues !== undefined && !areCoprime(residues)) {
    throw fields.misfit("residues", "are not pairwise coprime numbers with a product below 2^53");
  }
  const output = {
    shape: readShape(fields),
    layout: readOutputLayout(fields.object("layout"), glwe),
    deltaLog2: fields.integer("deltaLog2", 0, 64 - messageBits),
    messageBits,
    signed: fields.flag("signed"),
    ...(limbs === undefined ? {} : { limbs }),
    ...(residues === undefined ? {} : { residues }),
  };
  const parts = limbs?.count ?? residues?.length ?? 1;
  if (outputLength(output.layout) === sizeOf(output.shape) * parts) return output;
  throw fields.misfit("layout", "holds another number of results than the shape");
}

const mostResidues = 16;
const largestModulus = 256;

function areCoprime(moduli: readonly number[]): boolean {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  if (moduli.reduce((all, m) => all * m, 1) > Number.MAX_SAFE_INTEGER) return false;
  return moduli.every((m, at) => moduli.slice(0, at).every((other) => divisor(m, other) === 1));
}

function readLimbs(fields: JsonFields): NonNullable<ClientOutput["limbs"]> {
  return { count: fields.integer("count", 1, 64), bits: fields.integer("bits", 1, 53) };
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
