import { floatText } from "./float-text.js";
import type { Graph } from "./graph.js";
import { type AttributeValue, type GraphNode, operandsOf } from "./node.js";
import { shorten, shortText } from "./numpy-text.js";
import { valueTypeText } from "./value-type.js";

/** What the text of a graph shows. */
export interface GraphFormat {
  /** The column `∈ [min, max]`. Default: yes, where bounds are known. */
  readonly ranges?: boolean;
  /** Constants before inputs and operations, in order of use from the end. Default: no, order of creation. */
  readonly constantsFirst?: boolean;
  /** The column `@ tag`. Default: yes. */
  readonly tags?: boolean;
  /** The column `file:line`. Default: no. */
  readonly locations?: boolean;
  /** Widths as assigned by the compiler instead of as measured. Default: no. */
  readonly assignedWidths?: boolean;
  /** The section of fused nodes with their graphs. Default: yes, where there are any. */
  readonly subgraphs?: boolean;
}

/** Blanks between the longest line and the next column. */
const columnGap = 8;

/** One line a node, then `return`: the layout of Concrete 2.10's printed circuits. */
export function formatGraph(graph: Graph, format: GraphFormat): string {
  const all = format.constantsFirst === true ? constantsFirst(graph) : graph.nodes;
  // Parameters that nothing reads are not shown.
  const read = new Set([...graph.outputs, ...graph.nodes.flatMap(operandsOf)]);
  const order = all.filter((node) => node.kind !== "input" || read.has(node.id));
  const names = new Map(order.map((node, position) => [node.id, `%${position}`]));
  const nameOf = (id: number): string => names.get(id) ?? "%?";

  let lines = order.map((node) => `${nameOf(node.id)} = ${nodeText(node, nameOf)}`);
  lines = padStarts(lines);
  lines = appendColumn(
    lines,
    order.map((node) => `# ${typeText(node, format)}`),
  );
  if (format.ranges !== false) lines = appendColumn(lines, order.map(rangeText));
  if (format.tags !== false) {
    lines = appendColumn(
      lines,
      order.map((node) => (node.tag === "" ? "" : `@ ${node.tag}`)),
    );
  }
  if (format.locations === true)
    lines = appendColumn(
      lines,
      order.map((node) => node.location),
    );
  lines.push(`return ${graph.outputs.map(nameOf).join(", ")}`);
  lines = lines.map((line) => line.trimEnd());
  if (format.subgraphs !== false) lines.push(...subgraphLines(order, nameOf, format));
  return lines.join("\n");
}

/** The section of fused nodes, each with its own graph. */
function subgraphLines(
  order: readonly GraphNode[],
  nameOf: (id: number) => string,
  format: GraphFormat,
): string[] {
  const lines: string[] = [];
  for (const node of order) {
    const subgraph = node.kind === "operation" ? node.attributes["subgraph"] : undefined;
    if (!isGraph(subgraph)) continue;
    const text = formatGraph(subgraph, { ...format, ranges: false });
    const inner = text.split("\n").map((line) => `        ${line}`);
    lines.push("", `    ${nameOf(node.id)} = ${nodeText(node, nameOf)}:`, "", ...inner);
  }
  return lines.length === 0 ? [] : ["", "Subgraphs:", ...lines];
}

/** The graph that an attribute holds, if it holds one. */
export function isGraph(value: AttributeValue | undefined): value is Graph {
  return typeof value === "object" && value !== null && "nodes" in value;
}

function nodeText(node: GraphNode, nameOf: (id: number) => string): string {
  if (node.kind === "constant") return shortText(node.value, node.output.float === true);
  if (node.kind === "input") return node.name;
  const operands = node.operands.map(nameOf);
  if (node.text !== undefined) {
    return node.text
      .replace(/\{(\d+)\}/g, (_, position) => operands[Number(position)] ?? "%?")
      .replace(/«(.*?)»/g, (_, long: string) => shorten(long));
  }
  const attributes = Object.entries(node.attributes).flatMap(([name, value]) =>
    isGraph(value) ? [] : [`${name}=${shortText(value)}`],
  );
  return `${node.name}(${[...operands, ...attributes].join(", ")})`;
}

function typeText(node: GraphNode, format: GraphFormat): string {
  const { output, assignedBits } = node;
  if (format.assignedWidths !== true || assignedBits === undefined) return valueTypeText(output);
  return valueTypeText({ ...output, type: { ...output.type, bits: assignedBits } });
}

function rangeText(node: GraphNode): string {
  if (node.bounds === undefined) return "";
  const bound = (value: number): string =>
    node.output.float === true ? floatText(Number(value.toFixed(6))) : String(value);
  return `∈ [${bound(node.bounds.min)}, ${bound(node.bounds.max)}]`;
}

/** Blanks in front, so that every `=` stands in the same column. */
function padStarts(lines: readonly string[]): string[] {
  const longest = Math.max(0, ...lines.map((line) => line.indexOf("=")));
  return lines.map((line) => " ".repeat(longest - line.indexOf("=")) + line);
}

function appendColumn(lines: readonly string[], cells: readonly string[]): string[] {
  const width = Math.max(0, ...lines.map((line) => line.length)) + columnGap;
  return lines.map((line, index) => line.padEnd(width) + (cells[index] ?? ""));
}

function constantsFirst(graph: Graph): readonly GraphNode[] {
  const constants = new Set<GraphNode>();
  const collect = (id: number): void => {
    const node = graph.node(id);
    if (node.kind === "constant") constants.add(node);
  };
  for (const id of graph.outputs) collect(id);
  for (const node of [...graph.nodes].reverse()) operandsOf(node).forEach(collect);
  return [...constants, ...graph.nodes.filter((node) => !constants.has(node))];
}
