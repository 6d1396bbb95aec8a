import { corruptModel, unsupportedModel } from "../../files/fields.js";
import { bytesOf, forEachField, integerOf, pushFloats, pushIntegers, textOf } from "./protobuf.js";
import { type OnnxTensor, type OnnxType, onnxType, readTensor } from "./tensor.js";

/** An attribute of a node; only the parts that the file sets are filled. */
export interface OnnxAttribute {
  readonly name: string;
  readonly float: number | undefined;
  readonly integer: number | undefined;
  readonly text: string | undefined;
  readonly tensor: OnnxTensor | undefined;
  /** A GraphProto message, for `readGraph`. */
  readonly graph: Uint8Array | undefined;
  readonly floats: readonly number[];
  readonly integers: readonly number[];
  readonly texts: readonly string[];
}

export interface OnnxNode {
  readonly name: string;
  readonly operator: string;
  /** "" is the main domain of ONNX. */
  readonly domain: string;
  /** "" stands for an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** The declared type of an input or output; `type` is undefined for lists and maps, a length where it varies. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly type: OnnxType | undefined;
  readonly shape: readonly (number | undefined)[] | undefined;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

export interface OnnxFile {
  readonly producer: string;
  /** Versions of the operator sets, by domain. */
  readonly operatorSets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
}

const file = "ONNX model";

/**
 * Reads an ONNX model file (ModelProto). Errors: `file-corrupt`, `unsupported-op` (data in other files, sparse tensors,
 * element types that are not read).
 */
export function readOnnxFile(bytes: Uint8Array): OnnxFile {
  let producer = "";
  let graph: Uint8Array | undefined;
  const operatorSets = new Map<string, number>();
  forEachField(bytes, file, (field) => {
    if (field.number === 2) producer = textOf(field, file);
    else if (field.number === 7) graph = bytesOf(field, file);
    else if (field.number === 8) {
      let domain = "";
      let version = 0;
      forEachField(bytesOf(field, file), file, (inner) => {
        if (inner.number === 1) domain = textOf(inner, file);
        else if (inner.number === 2) version = integerOf(inner, file);
      });
      operatorSets.set(mainDomain(domain), version);
    }
  });
  if (graph === undefined) throw corruptModel(file, "it holds no graph");
  return { producer, operatorSets, graph: readGraph(graph) };
}

/** Reads a GraphProto message. Errors: as `readOnnxFile`. */
export function readGraph(bytes: Uint8Array): OnnxGraph {
  let name = "";
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  forEachField(bytes, file, (field) => {
    switch (field.number) {
      case 1:
        nodes.push(readNode(bytesOf(field, file), nodes.length));
        return;
      case 2:
        name = textOf(field, file);
        return;
      case 5: {
        const tensor = readTensor(bytesOf(field, file), `${file} initializer ${initializers.size}`);
        initializers.set(tensor.name, tensor);
        return;
      }
      case 11:
        inputs.push(readValueInfo(bytesOf(field, file)));
        return;
      case 12:
        outputs.push(readValueInfo(bytesOf(field, file)));
        return;
      case 15:
        throw unsupportedModel(file, "holds sparse tensors", "Export the model with dense tensors");
    }
  });
  return { name, nodes, initializers, inputs, outputs };
}

function readNode(bytes: Uint8Array, index: number): OnnxNode {
  const path = `${file} node ${index}`;
  const names = { name: "", operator: "", domain: "" };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  forEachField(bytes, path, (field) => {
    if (field.number === 1) inputs.push(textOf(field, path));
    else if (field.number === 2) outputs.push(textOf(field, path));
    else if (field.number === 3) names.name = textOf(field, path);
    else if (field.number === 4) names.operator = textOf(field, path);
    else if (field.number === 7) names.domain = mainDomain(textOf(field, path));
    else if (field.number === 5) {
      const attribute = readAttribute(bytesOf(field, path), path);
      attributes.set(attribute.name, attribute);
    }
  });
  return { ...names, inputs, outputs, attributes };
}

function readAttribute(bytes: Uint8Array, path: string): OnnxAttribute {
  let name = "";
  let float: number | undefined;
  let integer: number | undefined;
  let text: string | undefined;
  let tensor: OnnxTensor | undefined;
  let graph: Uint8Array | undefined;
  const floats: number[] = [];
  const integers: number[] = [];
  const texts: string[] = [];
  forEachField(bytes, path, (field) => {
    const single: number[] = [];
    switch (field.number) {
      case 1:
        name = textOf(field, path);
        return;
      case 2:
        pushFloats(field, path, 4, single);
        float = single[0];
        return;
      case 3:
        integer = integerOf(field, path);
        return;
      case 4:
        text = textOf(field, path);
        return;
      case 5:
        tensor = readTensor(bytesOf(field, path), `${path} attribute "${name}"`);
        return;
      case 6:
        graph = bytesOf(field, path);
        return;
      case 7:
        pushFloats(field, path, 4, floats);
        return;
      case 8:
        pushIntegers(field, path, integers);
        return;
      case 9:
        texts.push(textOf(field, path));
        return;
    }
  });
  return { name, float, integer, text, tensor, graph, floats, integers, texts };
}

function readValueInfo(bytes: Uint8Array): OnnxValueInfo {
  let name = "";
  let type: OnnxType | undefined;
  let shape: (number | undefined)[] | undefined;
  forEachField(bytes, file, (field) => {
    if (field.number === 1) name = textOf(field, file);
    else if (field.number === 2)
      forEachField(bytesOf(field, file), file, (kind) => {
        if (kind.number !== 1) return;
        forEachField(bytesOf(kind, file), file, (part) => {
          if (part.number === 1) {
            const number = integerOf(part, file);
            type = number === 0 ? undefined : onnxType(number, `${file} input or output`);
          } else if (part.number === 2) shape = readShape(bytesOf(part, file));
        });
      });
  });
  return { name, type, shape };
}

function readShape(bytes: Uint8Array): (number | undefined)[] {
  const shape: (number | undefined)[] = [];
  forEachField(bytes, file, (field) => {
    if (field.number !== 1) return;
    let length: number | undefined;
    forEachField(bytesOf(field, file), file, (part) => {
      if (part.number === 1) length = integerOf(part, file);
    });
    shape.push(length !== undefined && length > 0 ? length : undefined);
  });
  return shape;
}

/** "ai.onnx" is another name of the main domain. */
function mainDomain(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}
