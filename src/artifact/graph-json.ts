import { type Shape, sizeOf, type Tensor } from "../base/tensor.js";
import { Graph } from "../graph/graph.js";
import type { Attributes, AttributeValue, GraphNode } from "../graph/node.js";
import { isGraph } from "../graph/printer.js";
import type { ValueType } from "../graph/value-type.js";
import type { JsonValue } from "./client-file.js";
import { JsonFields } from "./json-fields.js";
import { mostEntries, mostNumbers } from "./shared-fields.js";

const mostAxes = 64;
const mostDepth = 16;
const largestInteger = Number.MAX_SAFE_INTEGER;

/** A graph as JSON: operations by name with their attributes, constants with their values. Attributes must be data (`isPlainData`). */
export function graphJson({ name, nodes, inputs, outputs }: Graph): JsonValue {
  return { name, nodes: nodes.map(nodeJson), inputs, outputs };
}

function nodeJson(node: GraphNode): JsonValue {
  const { output, bounds, tag, location } = node;
  const own = {
    ...{ encrypted: output.encrypted, shape: output.shape, float: output.float === true },
    ...{ signed: output.type.signed, bits: output.type.bits, tag, location },
    ...(bounds === undefined ? {} : { min: numberJson(bounds.min), max: numberJson(bounds.max) }),
  };
  if (node.kind === "input") return { kind: "input", name: node.name, ...own };
  if (node.kind === "constant") return { kind: "constant", value: tensorJson(node.value), ...own };
  const attributes = Object.entries(node.attributes).map(
    ([key, value]): JsonValue => [key, attributeJson(value)],
  );
  return { kind: "operation", name: node.name, operands: node.operands, attributes, ...own };
}

function attributeJson(value: AttributeValue): JsonValue {
  if (typeof value === "number") return { number: numberJson(value) };
  if (typeof value === "boolean") return { flag: value };
  if (typeof value === "string") return { text: value };
  if (value === null) return { nothing: true };
  if (typeof value === "function") throw new TypeError("a function cannot be written to a file");
  if (isList(value)) return { list: value.map(attributeJson) };
  if (isGraph(value)) return { graph: graphJson(value) };
  if ("items" in value) {
    return { tensors: { shape: value.shape, items: value.items.map(tensorJson) } };
  }
  return { tensor: tensorJson(value) };
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

function tensorJson({ shape, data }: Tensor): JsonValue {
  return { shape, data: Array.from(data, numberJson) };
}

/** JSON has no name for some numbers. */
function numberJson(value: number): JsonValue {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : nameOf(value);
}

function nameOf(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Reads a graph. Operands stand before the nodes that read them. Errors: `file-corrupt`. */
export function readGraph(fields: JsonFields, depth = 0): Graph {
  if (depth > mostDepth) throw fields.misfit("nodes", "are nested too deep");
  const nodes: GraphNode[] = [];
  fields.objects("nodes", mostEntries, (own) => {
    nodes.push(readNode(own, nodes.length, depth));
  });
  const ids = (name: string): number[] => fields.integers(name, mostEntries, 0, nodes.length - 1);
  return new Graph(fields.text("name"), nodes, ids("inputs"), ids("outputs"));
}

function readNode(fields: JsonFields, id: number, depth: number): GraphNode {
  const shape = readShape(fields);
  const type = { signed: fields.flag("signed"), bits: fields.integer("bits", 1, 64) };
  const output: ValueType = {
    ...{ encrypted: fields.flag("encrypted"), type, shape },
    ...(fields.flag("float") ? { float: true } : {}),
  };
  const own = {
    ...{ id, output, tag: fields.text("tag"), location: fields.text("location") },
    ...(fields.has("min")
      ? { bounds: { min: readNumber(fields, "min"), max: readNumber(fields, "max") } }
      : {}),
  };
  const kind = fields.text("kind", /^(input|constant|operation)$/);
  if (kind === "input") return { kind, name: fields.text("name"), ...own };
  if (kind === "constant") return { kind, value: readTensor(fields.object("value")), ...own };
  const operands = fields.integers("operands", mostEntries, 0, id - 1);
  const attributes = readAttributes(fields, depth);
  return { kind: "operation", name: fields.text("name"), operands, attributes, ...own };
}

function readAttributes(fields: JsonFields, depth: number): Attributes {
  const entries = fields.list("attributes", mostEntries, (entry, at): [string, AttributeValue] => {
    const [name, value]: unknown[] = Array.isArray(entry) ? entry : [];
    if (typeof name !== "string") throw fields.misfit(at, "has no name");
    return [name, readAttribute(new JsonFields(value, fields.path, at), depth)];
  });
  return Object.fromEntries(entries);
}

function readAttribute(fields: JsonFields, depth: number): AttributeValue {
  if (fields.has("number")) return readNumber(fields, "number");
  if (fields.has("flag")) return fields.flag("flag");
  if (fields.has("text")) return fields.text("text");
  if (fields.has("graph")) return readGraph(fields.object("graph"), depth + 1);
  if (fields.has("tensor")) return readTensor(fields.object("tensor"));
  if (fields.has("tensors")) {
    const tensors = fields.object("tensors");
    return { shape: readShape(tensors), items: tensors.objects("items", mostNumbers, readTensor) };
  }
  if (fields.has("list")) {
    if (depth > mostDepth) throw fields.misfit("list", "is nested too deep");
    return fields.objects("list", mostNumbers, (own) => readAttribute(own, depth + 1));
  }
  if (fields.has("nothing")) return null;
  throw fields.misfit("value", "is no attribute");
}

function readTensor(fields: JsonFields): Tensor {
  const shape = readShape(fields);
  const data = Float64Array.from(
    fields.list("data", mostNumbers, (value) => namedNumber(value) ?? Number.NaN),
  );
  if (data.length === sizeOf(shape)) return { shape, data };
  throw fields.misfit("data", "has another length than the shape says");
}

function readNumber(fields: JsonFields, name: string): number {
  const value = namedNumber(fields.value(name));
  if (value !== undefined) return value;
  throw fields.misfit(name, "is no number");
}

function namedNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const known = [Number.NaN, Infinity, -Infinity, -0];
  return known.find((number) => nameOf(number) === value);
}

function readShape(fields: JsonFields): Shape {
  return fields.integers("shape", mostAxes, 0, largestInteger);
}
