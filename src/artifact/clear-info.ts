import { type Shape, sizeOf } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import type { AffineMap } from "../program/affine.js";
import type { ClearSums } from "../program/program.js";
import type { ClearPart } from "../regions/clear-part.js";
import type { Form } from "../regions/region-forms.js";
import { type ClearInputLayout, clearInputLayouts } from "../tfhe/wire-clear.js";
import type { JsonValue } from "./client-file.js";
import { graphJson, readGraph } from "./graph-json.js";
import type { JsonFields } from "./json-fields.js";
import { mostEntries, mostNumbers } from "./shared-fields.js";

/** A clear parameter: the server refuses other shapes and numbers. */
export interface ClearInputInfo {
  readonly name: string;
  readonly shape: Shape;
  readonly min: number;
  readonly max: number;
}

/** Polynomials of N i32 at `weights` and u64 at `addends`, for the instruction `clear linear`, whose fields these are. */
export interface ClearLinearInfo {
  readonly kind: "linear";
  readonly inputs: number;
  readonly results: number;
  readonly read: number;
  readonly pitch: number;
  readonly deltaLog2: number;
  readonly parts: readonly { readonly sums: ClearSums; readonly first: number }[];
  readonly weights: number;
  readonly addends: number;
}

/** Rows of an LWE sum, for the instruction `clear affine`, whose fields these are: i32 `[count + 1]`, `[terms]`, `[terms]`, u32 `[count]`. */
export interface ClearAffineInfo {
  readonly kind: "affine";
  readonly sums: ClearSums;
  /** Slot of each column. */
  readonly slots: readonly number[];
  readonly terms: number;
  readonly count: number;
  readonly scaleLog2: number;
  readonly deltaLog2: number;
  readonly starts: number;
  readonly columns: number;
  readonly weights: number;
  readonly addends: number;
}

export type ClearPlaceInfo = ClearLinearInfo | ClearAffineInfo;

/** What a server computes from clear parameters, and where it puts the numbers in a request's workspace. */
export interface ClearInfo {
  readonly inputs: readonly ClearInputInfo[];
  /** The clear part as JSON; `readClearPart` reads it. */
  readonly part: JsonValue;
  /** Elements of each value of the program. */
  readonly sizes: readonly number[];
  readonly places: readonly ClearPlaceInfo[];
}

/** How the clear parameters travel, in order. */
export function clearLayoutsOf(info: ClearInfo | undefined): ClearInputLayout[] {
  return clearInputLayouts(info?.inputs ?? []);
}

export function clearPartJson({ graph, leaves }: ClearPart): JsonValue {
  return {
    graph: graphJson(graph),
    leaves: [...leaves].map(([node, { sources, map }]) => ({ node, sources, ...mapJson(map) })),
  };
}

function mapJson(map: AffineMap): { readonly [name: string]: JsonValue } {
  const { inputs, outputs, rowStart, column, weight, constant } = map;
  return {
    ...{ inputs, outputs, rowStart: Array.from(rowStart), column: Array.from(column) },
    ...{ weight: Array.from(weight), constant: Array.from(constant) },
  };
}

const mostBits = 64;
const largestInteger = Number.MAX_SAFE_INTEGER;

/** Reads the clear part of a server file; every place lies within `requestBytes`. `N`: the polynomial size. Error `file-corrupt`. */
export function readClearInfo(fields: JsonFields, N: number, requestBytes: number): ClearInfo {
  const sizes = fields.integers("sizes", mostEntries, 0, mostNumbers);
  const part = fields.object("part");
  const graph = readGraph(part.object("graph"));
  const place = (own: JsonFields, name: string, bytes: number): number =>
    own.integer(name, 0, requestBytes - bytes);
  const info: ClearInfo = {
    inputs: fields.objects("inputs", mostEntries, readInput),
    part: { graph: graphJson(graph), leaves: part.objects("leaves", mostEntries, readLeafJson) },
    sizes,
    places: fields.objects("places", mostEntries, (own): ClearPlaceInfo => {
      const kind = own.text("kind", /^(linear|affine)$/);
      const deltaLog2 = own.integer("deltaLog2", 0, mostBits);
      const count = (name: string): number => own.integer(name, 1, mostNumbers);
      if (kind === "linear") {
        const [inputs, results, read] = [count("inputs"), count("results"), count("read")];
        const parts = own.objects("parts", mostEntries, (one) => ({
          sums: readSums(one.object("sums"), graph, sizes),
          first: one.integer("first", 0, results - 1),
        }));
        return {
          ...{ kind, inputs, results, read, pitch: own.integer("pitch", 1, N), deltaLog2, parts },
          weights: place(own, "weights", results * inputs * N * 4),
          addends: place(own, "addends", results * read * 8),
        };
      }
      const sums = readSums(own.object("sums"), graph, sizes);
      const [rows, terms] = [count("count"), own.integer("terms", 0, mostNumbers)];
      return {
        ...{ kind: "affine", sums, terms, count: rows, deltaLog2 },
        slots: own.integers("slots", mostNumbers, -1, mostNumbers),
        scaleLog2: own.integer("scaleLog2", 0, mostBits),
        starts: place(own, "starts", (rows + 1) * 4),
        columns: place(own, "columns", terms * 4),
        weights: place(own, "weights", terms * 4),
        addends: place(own, "addends", rows * 4),
      };
    }),
  };
  const shapes = graph.inputs.map((id) => graph.node(id).output.shape.join());
  if (shapes.join(";") === info.inputs.map(({ shape }) => shape.join()).join(";")) return info;
  throw fields.misfit("inputs", "are others than those of the graph");
}

/** The clear part itself. `fields`: what `ClearInfo.part` holds. */
export function readClearPart(fields: JsonFields): ClearPart {
  const graph = readGraph(fields.object("graph"));
  const leaves = fields.objects("leaves", mostEntries, (own) => readLeaf(own));
  return { graph, leaves: new Map(leaves) };
}

function readLeafJson(fields: JsonFields): JsonValue {
  const [node, { sources, map }] = readLeaf(fields);
  return { node, sources, ...mapJson(map) };
}

function readLeaf(fields: JsonFields): [number, Form] {
  const outputs = fields.integer("outputs", 0, mostNumbers);
  const inputs = fields.integer("inputs", 0, mostNumbers);
  const integers = (name: string, least: number, most: number): number[] =>
    fields.integers(name, mostNumbers, least, most);
  const column = Int32Array.from(integers("column", 0, inputs - 1));
  const map: AffineMap = {
    ...{ inputs, outputs, column },
    rowStart: Int32Array.from(integers("rowStart", 0, column.length)),
    weight: Float64Array.from(integers("weight", -largestInteger, largestInteger)),
    constant: Float64Array.from(integers("constant", -largestInteger, largestInteger)),
  };
  const fits =
    map.rowStart.length === outputs + 1 &&
    map.weight.length === column.length &&
    map.constant.length === outputs;
  if (!fits) throw fields.misfit("rowStart", "does not fit the rows");
  const node = fields.integer("node", 0, mostEntries);
  return [node, { sources: fields.integers("sources", mostEntries, 0, mostEntries), map }];
}

function readInput(fields: JsonFields): ClearInputInfo {
  const min = fields.integer("min", -largestInteger, largestInteger);
  const shape = fields.integers("shape", mostEntries, 1, mostNumbers);
  if (sizeOf(shape) > mostNumbers) throw fields.misfit("shape", "has too many numbers");
  return {
    name: fields.text("name"),
    shape,
    min,
    max: fields.integer("max", min, largestInteger),
  };
}

/** An integer, or half of one. */
function readHalves(fields: JsonFields, name: string): number {
  const value = fields.value(name);
  if (typeof value === "number" && Number.isSafeInteger(2 * value)) return value;
  throw fields.misfit(name, "is no integer and no half of one");
}

function readSums(fields: JsonFields, graph: Graph, sizes: readonly number[]): ClearSums {
  const node = fields.integer("node", 0, graph.nodes.length - 1);
  const elements = sizeOf(graph.node(node).output.shape);
  return {
    node,
    ...(fields.has("rows") ? { rows: fields.integers("rows", mostNumbers, 0, elements - 1) } : {}),
    first: readHalves(fields, "first"),
    sources: fields.integers("sources", mostEntries, 0, sizes.length - 1),
  };
}
