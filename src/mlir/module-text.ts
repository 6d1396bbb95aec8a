import { VelumError } from "../base/error.js";
import type { Graph } from "../graph/graph.js";
import { type GraphNode, nodePath } from "../graph/node.js";
import { encrypted } from "../op-spec/mlir/mlir-shapes.js";
import type { MlirType, MlirValue } from "../op-spec/mlir-emitter.js";
import { opSpec } from "../ops/registry.js";
import { typeText } from "./dialect-text.js";
import { FunctionWriter } from "./function-writer.js";

/**
 * The graph as a module in Concrete's FHE and FHELinalg dialects, in the text form that Concrete 2.10 prints and reads.
 * The graph needs bounds and assigned widths. Errors: `not-compiled` without widths; `unsupported-op` for operations on
 * clear values alone and forms that the dialects lack.
 */
export function mlirModule(graph: Graph): string {
  const writer = new FunctionWriter();
  const values: MlirValue[] = [];
  graph.inputNodes().forEach((node, position) => {
    values[node.id] = { name: `%arg${position}`, type: typeOf(node), measuredBits: bitsOf(node) };
  });
  for (const node of graph.nodes) {
    if (node.kind === "input") continue;
    values[node.id] = { ...valueOfNode(graph, node, values, writer), measuredBits: bitsOf(node) };
  }
  const results = graph.outputs.flatMap((id) => values[id] ?? []);
  const resultTypes = results.map((value) => typeText(value.type)).join(", ");
  const parameters = graph
    .inputNodes()
    .map((node, position) => `%arg${position}: ${typeText(typeOf(node))}`);
  const signature = `@${quoted(graph.name)}(${parameters.join(", ")}) -> ${results.length === 1 ? resultTypes : `(${resultTypes})`}`;
  const names = results.map((value) => value.name).join(", ");
  return [
    "module {",
    `  func.func ${signature} {`,
    ...writer.finished().map((line) => `    ${line}`),
    `    return ${names} : ${resultTypes}`,
    "  }",
    "}",
    "",
  ].join("\n");
}

/** One module of the functions of several; texts that are no modules, but say why there is none, stay as comments. */
export function joinModules(texts: readonly string[]): string {
  const [head, end] = ["module {\n", "}\n"];
  const functions = texts.map((text) =>
    text.startsWith(head) ? text.slice(head.length, -end.length) : `  ${text}`,
  );
  return `${head}${functions.join("")}${end}`;
}

function valueOfNode(
  graph: Graph,
  node: Exclude<GraphNode, { kind: "input" }>,
  values: readonly MlirValue[],
  writer: FunctionWriter,
): MlirValue {
  const result = typeOf(node);
  if (node.kind === "constant") {
    return { ...writer.constant(node.value, result), value: node.value };
  }
  const path = nodePath(node);
  const operands = node.operands.flatMap((id) => {
    const value = values[id];
    if (value === undefined) return [];
    const { kind, output } = graph.node(id);
    if (node.output.encrypted || kind === "constant") return [value];
    // The dialects compute on encrypted values alone: work on clear parameters begins with their trivial encryption.
    return [encrypted(value, { ...result, signed: output.type.signed }, writer)];
  });
  return opSpec(node.name, path).mlir(node.attributes, { operands, result, path }, writer);
}

function typeOf(node: GraphNode): MlirType {
  const { type, shape } = node.output;
  if (node.assignedBits === undefined) {
    throw new VelumError({
      code: "not-compiled",
      path: nodePath(node),
      problem: "its width is not assigned",
      cure: "Measure bounds and assign bit-widths first",
    });
  }
  return {
    kind: node.output.encrypted || node.kind === "operation" ? "encrypted" : "clear",
    signed: type.signed,
    bits: node.assignedBits,
    shape,
  };
}

function bitsOf(node: GraphNode): number {
  return node.output.type.bits;
}

/** Function names that are no identifiers stand in quotes. */
function quoted(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_$.]*$/.test(name) ? name : JSON.stringify(name);
}
