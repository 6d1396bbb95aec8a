import { corruptModel, unsupportedModel } from "../../files/fields.js";
import {
  bytesOf,
  forEachField,
  integerOf,
  type ProtobufField,
  pushFloats,
  pushIntegers,
  textOf,
} from "./protobuf.js";

/** Element types of ONNX tensors that are read, by their number in the format. */
const typeNames: Readonly<Record<number, OnnxType>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  8: "string",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
  16: "bfloat16",
  21: "uint4",
  22: "int4",
};

export type OnnxType =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "uint4"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "int4"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "bool"
  | "string";

/** A constant of an ONNX model. Integers beyond 2^53 lose their low bits. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  /** `[]` is a scalar. */
  readonly dims: readonly number[];
  /** Numbers, row-major; empty for texts. */
  readonly data: Float64Array;
  /** Texts, row-major; empty for numbers. */
  readonly texts: readonly string[];
}

/** The element type with the format's `number`. Error `unsupported-op` for complex, 8-bit and 4-bit floats. */
export function onnxType(number: number, path: string): OnnxType {
  const type = typeNames[number];
  if (type !== undefined) return type;
  throw unsupportedModel(
    path,
    `has element type ${number} (complex, or a float of 8 or fewer bits), which is not read`,
    "Export the model with float32, float64, float16, bfloat16 or integer tensors",
  );
}

/** What a TensorProto message holds, before the numbers are read. */
class TensorParts {
  name = "";
  type = 0;
  external = false;
  raw: Uint8Array | undefined;
  readonly dims: number[] = [];
  readonly floats: number[] = [];
  readonly integers: number[] = [];
  readonly texts: string[] = [];

  read(field: ProtobufField, path: string): void {
    switch (field.number) {
      case 1:
        pushIntegers(field, path, this.dims);
        return;
      case 2:
        this.type = integerOf(field, path);
        return;
      case 4:
        pushFloats(field, path, 4, this.floats);
        return;
      case 5:
      case 7:
      case 11:
        pushIntegers(field, path, this.integers);
        return;
      case 6:
        this.texts.push(textOf(field, path));
        return;
      case 8:
        this.name = textOf(field, path);
        return;
      case 9:
        this.raw = bytesOf(field, path);
        return;
      case 10:
        pushFloats(field, path, 8, this.floats);
        return;
      case 13:
        this.external = true;
        return;
      case 14:
        this.external ||= integerOf(field, path) === 1;
        return;
    }
  }
}

/**
 * Reads a TensorProto message. Errors: `file-corrupt` (dims and data disagree), `unsupported-op` (data in another file, an
 * element type that is not read).
 */
export function readTensor(bytes: Uint8Array, place: string): OnnxTensor {
  const parts = new TensorParts();
  forEachField(bytes, place, (field) => parts.read(field, place));
  const { name, dims, texts } = parts;
  const path = name === "" ? place : `ONNX tensor "${name}"`;
  if (parts.external) {
    throw unsupportedModel(
      path,
      "keeps its numbers in another file",
      "Save the model in one file: onnx.save(model, path, save_as_external_data=False)",
    );
  }
  const type = onnxType(parts.type, path);
  const size = dims.reduce((product, length) => product * length, 1);
  if (dims.some((length) => length < 0) || !Number.isSafeInteger(size))
    throw corruptModel(path, `its shape is (${dims.join(", ")})`);
  const data = type === "string" ? new Float64Array(0) : numbersOf(parts, type, size, path);
  const found = type === "string" ? texts.length : data.length;
  if (found !== size)
    throw corruptModel(
      path,
      `holds ${found} numbers, and its shape (${dims.join(", ")}) says ${size}`,
    );
  return { name, type, dims, data, texts: type === "string" ? texts : [] };
}

function numbersOf(parts: TensorParts, type: OnnxType, size: number, path: string): Float64Array {
  const { raw, floats, integers } = parts;
  if (raw !== undefined) return fromRaw(raw, type, size, path);
  if (type === "float32" || type === "float64") return Float64Array.from(floats);
  const view = new DataView(new ArrayBuffer(8));
  if (type === "float16" || type === "bfloat16") {
    return Float64Array.from(integers, (bits) => {
      view.setUint16(0, bits & 0xffff, true);
      return readElement(view, 0, type);
    });
  }
  if (type === "int4" || type === "uint4")
    return halves(Uint8Array.from(integers), type, size, path);
  if (type === "uint64") return Float64Array.from(integers, (x) => (x < 0 ? x + 2 ** 64 : x));
  return Float64Array.from(integers);
}

function fromRaw(raw: Uint8Array, type: OnnxType, size: number, path: string): Float64Array {
  if (type === "int4" || type === "uint4") return halves(raw, type, size, path);
  const width = widths[type];
  if (raw.length !== size * width)
    throw corruptModel(path, `holds ${raw.length} bytes for ${size} numbers of ${width}`);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Float64Array.from({ length: size }, (_, index) => readElement(view, index * width, type));
}

/** Two numbers of 4 bits a byte, low half first. */
function halves(
  bytes: Uint8Array,
  type: "int4" | "uint4",
  size: number,
  path: string,
): Float64Array {
  if (bytes.length !== Math.ceil(size / 2))
    throw corruptModel(path, `holds ${bytes.length} bytes for ${size} numbers of 4 bits`);
  return Float64Array.from({ length: size }, (_, index) => {
    const bits = ((bytes[index >> 1] ?? 0) >> (index % 2 === 0 ? 0 : 4)) & 15;
    return type === "int4" && bits > 7 ? bits - 16 : bits;
  });
}

/** Bytes of an element; types of half a byte and texts are read otherwise. */
const widths: Readonly<Record<Exclude<OnnxType, "int4" | "uint4">, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
  string: 1,
};

function readElement(view: DataView, at: number, type: OnnxType): number {
  switch (type) {
    case "float32":
      return view.getFloat32(at, true);
    case "float64":
      return view.getFloat64(at, true);
    case "float16":
      return float16(view.getUint16(at, true));
    case "bfloat16":
      return bfloat16(view.getUint16(at, true));
    case "int8":
      return view.getInt8(at);
    case "int16":
      return view.getInt16(at, true);
    case "uint16":
      return view.getUint16(at, true);
    case "int32":
      return view.getInt32(at, true);
    case "uint32":
      return view.getUint32(at, true);
    case "int64":
      return Number(view.getBigInt64(at, true));
    case "uint64":
      return Number(view.getBigUint64(at, true));
    default:
      return view.getUint8(at);
  }
}

/** IEEE 754 binary16. */
function float16(bits: number): number {
  const sign = bits < 0x8000 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The upper half of a float32. */
function bfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, (bits & 0xffff) * 2 ** 16);
  return view.getFloat32(0);
}
