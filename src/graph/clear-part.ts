import type { Graph } from "./graph.js";
import type { Attributes, AttributeValue } from "./node.js";

/** True if the graph has clear parameters: what depends on them alone, the server may compute in plain. */
export function readsClear(graph: Graph): boolean {
  return graph.inputNodes().some(({ output }) => !output.encrypted);
}

/** The same graph with every clear parameter encrypted, and all that depends on them. */
export function encryptClear(graph: Graph): Graph {
  if (!readsClear(graph)) return graph;
  return graph.mapNodes((node) => {
    if (node.kind === "constant") return node;
    // The width of a clear value's encoding is none of an encrypted one.
    const { encodedBits: _, ...own } = node;
    return { ...own, output: { ...node.output, encrypted: true } };
  });
}

/** False where an attribute is a function: such nodes cannot be written to files. */
export function isPlainData(attributes: Attributes): boolean {
  return Object.values(attributes).every(isData);
}

function isData(value: AttributeValue): boolean {
  if (typeof value === "function") return false;
  if (typeof value !== "object" || value === null) return true;
  if ("nodes" in value) {
    return value.nodes.every((node) => node.kind !== "operation" || isPlainData(node.attributes));
  }
  return !isList(value) || value.every(isData);
}

function isList(value: object): value is readonly AttributeValue[] {
  return Array.isArray(value);
}
