import type { Graph } from "./graph.js";
import { type GraphNode, operandsOf } from "./node.js";
import { shortText } from "./numpy-text.js";
import { valueTypeText } from "./value-type.js";

/** A box of a drawing. */
interface Box {
  readonly id: number;
  readonly lines: readonly string[];
  readonly kind: GraphNode["kind"];
  /** Not free: drawn to be seen. */
  readonly costly: boolean;
}

/**
 * The graph in the language of Graphviz: a box a node with its type (and the width reserved, where that is wider), range, tag and
 * `notes` (by node id, e.g. its cost), an edge an operand.
 */
export function drawDot(graph: Graph, notes: ReadonlyMap<number, string> = new Map()): string {
  return [`digraph "${dotText(graph.name)}" {`, ...dotLines(graph, notes, ""), "}", ""].join("\n");
}

/** Boxes and edges of a drawing; `prefix` sets the names of its boxes apart from those of others. */
export function dotLines(
  graph: Graph,
  notes: ReadonlyMap<number, string>,
  prefix: string,
): string[] {
  const boxes = boxesOf(graph, notes).map(({ id, lines, kind, costly }) => {
    const fill = fillOf(kind, costly);
    const shape = kind === "operation" ? "box" : "ellipse";
    const label = lines.map(dotText).join("\\n");
    return `  ${prefix}n${id} [label="${label}", shape=${shape}, style=filled, fillcolor="${fill}"];`;
  });
  const edges = graph.nodes.flatMap((node) =>
    operandsOf(node).map((from) => `  ${prefix}n${from} -> ${prefix}n${node.id};`),
  );
  const results = graph.outputs.flatMap((id, index) => [
    `  ${prefix}result${index} [label="result ${index}", shape=plaintext];`,
    `  ${prefix}n${id} -> ${prefix}result${index};`,
  ]);
  return [...boxes, ...edges, ...results];
}

/** As it stands between the quotes of Graphviz. */
export function dotText(text: string): string {
  return text.replaceAll(/["\\]/g, "\\$&");
}

const charWidth = 7;
const lineHeight = 16;
const padding = 8;
const columnGap = 24;
const rowGap = 40;

/**
 * The same as an SVG picture: operands above what reads them, in rows; within a row nodes stand near the middle of their operands.
 */
export function drawSvg(graph: Graph, notes: ReadonlyMap<number, string> = new Map()): string {
  const { lines, width, height } = svgLines(graph, notes);
  return [svgHead(width, height), ...lines, "</svg>", ""].join("\n");
}

export function svgHead(width: number, height: number): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="12">`
  );
}

/** Edges and boxes of a picture, and its size. */
export function svgLines(
  graph: Graph,
  notes: ReadonlyMap<number, string>,
): { readonly lines: string[]; readonly width: number; readonly height: number } {
  const placed = place(graph, boxesOf(graph, notes));
  const edges = graph.nodes.flatMap((node) =>
    operandsOf(node).flatMap((id) => edge(placed.get(id), placed.get(node.id))),
  );
  const boxes = [...placed.values()].map(drawBox);
  const width = Math.max(0, ...[...placed.values()].map((box) => box.x + box.width)) + columnGap;
  const height = Math.max(0, ...[...placed.values()].map((box) => box.y + box.height)) + rowGap;
  return { lines: [...edges, ...boxes], width, height };
}

function boxesOf(graph: Graph, notes: ReadonlyMap<number, string>): Box[] {
  const results = new Set(graph.outputs);
  return graph.nodes.map((node) => {
    const note = notes.get(node.id);
    const { bounds, assignedBits, output, tag } = node;
    const reserved =
      output.encrypted && assignedBits !== undefined && assignedBits > output.type.bits
        ? ` (${assignedBits} bits reserved)`
        : "";
    const lines = [
      `%${node.id} ${titleOf(node)}${results.has(node.id) ? " → result" : ""}`,
      `${valueTypeText(output)}${reserved}`,
      ...(bounds === undefined ? [] : [`in [${bounds.min}, ${bounds.max}]`]),
      ...(tag === "" ? [] : [`@ ${tag}`]),
      ...(note === undefined ? [] : [note]),
    ];
    return { id: node.id, lines, kind: node.kind, costly: note !== undefined };
  });
}

function titleOf(node: GraphNode): string {
  if (node.kind === "input") return node.name;
  if (node.kind === "operation") return node.name;
  return shortText(node.value, node.output.float === true);
}

function fillOf(kind: GraphNode["kind"], costly: boolean): string {
  if (costly) return "#ffd9a8";
  return { input: "#cfe8ff", constant: "#eeeeee", operation: "#ffffff" }[kind];
}

interface PlacedBox extends Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function place(graph: Graph, boxes: readonly Box[]): ReadonlyMap<number, PlacedBox> {
  const placed = new Map<number, PlacedBox>();
  let y = rowGap / 2;
  for (const row of rowsOf(graph)) {
    const middle = (id: number): number => {
      const above = operandsOf(graph.node(id)).flatMap((operand) => placed.get(operand) ?? []);
      if (above.length === 0) return 0;
      return above.reduce((sum, { x, width }) => sum + x + width / 2, 0) / above.length;
    };
    const ordered = row.map((id) => ({ id, middle: middle(id) }));
    ordered.sort((a, b) => a.middle - b.middle || a.id - b.id);
    let x = columnGap;
    let tallest = 0;
    for (const { id, middle: wished } of ordered) {
      const box = boxes[id];
      if (box === undefined) continue;
      const width = Math.max(...box.lines.map(({ length }) => length)) * charWidth + 2 * padding;
      const height = box.lines.length * lineHeight + padding;
      const left = Math.round(Math.max(x, wished - width / 2));
      placed.set(id, { ...box, x: left, y, width, height });
      x = left + width + columnGap;
      tallest = Math.max(tallest, height);
    }
    y += tallest + rowGap;
  }
  return placed;
}

/** Every node one row below the lowest of its operands; constants and inputs right above their first reader. */
function rowsOf(graph: Graph): number[][] {
  const depth = new Map<number, number>();
  for (const node of graph.nodes) {
    const above = operandsOf(node).map((id) => depth.get(id) ?? 0);
    depth.set(node.id, above.length === 0 ? 0 : Math.max(...above) + 1);
  }
  for (const leaf of graph.nodes.filter(({ kind }) => kind !== "operation")) {
    const readers = graph.nodes.filter((node) => operandsOf(node).includes(leaf.id));
    const first = Math.min(...readers.map(({ id }) => depth.get(id) ?? 1));
    if (readers.length > 0) depth.set(leaf.id, first - 1);
  }
  const count = Math.max(-1, ...depth.values()) + 1;
  return Array.from({ length: count }, (_, row) =>
    [...depth].flatMap(([id, at]) => (at === row ? [id] : [])),
  );
}

function edge(from: PlacedBox | undefined, to: PlacedBox | undefined): string[] {
  if (from === undefined || to === undefined) return [];
  const [x1, y1] = [from.x + from.width / 2, from.y + from.height];
  const [x2, y2] = [to.x + to.width / 2, to.y];
  const bend = (y1 + y2) / 2;
  const path = `M${x1} ${y1} C${x1} ${bend} ${x2} ${bend} ${x2} ${y2}`;
  return [`<path d="${path}" fill="none" stroke="#666"/>`];
}

function drawBox({ x, y, width, height, lines, kind, costly }: PlacedBox): string {
  const round = kind === "operation" ? 2 : 12;
  const fill = fillOf(kind, costly);
  const texts = lines.map(
    (line, i) =>
      `<text x="${x + padding}" y="${y + (i + 1) * lineHeight - 2}">${escapeXml(line)}</text>`,
  );
  return (
    `<g><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${round}" ` +
    `fill="${fill}" stroke="#333"/>${texts.join("")}</g>`
  );
}

export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
