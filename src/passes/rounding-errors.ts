import { scalar, sizeOf, type Tensor } from "../base/tensor.js";
import { Graph } from "../graph/graph.js";
import type { Bounds, GraphNode } from "../graph/node.js";
import { measureBounds, withBounds } from "./measure-bounds.js";
import { inBandOf, type RoundingRule, roughBits } from "./rounding-rule.js";

/** Which way approximate roundings go in the band around ties. */
type Tendency = "up" | "down" | "mixed" | "mixed, other way";

const tendencies: readonly Tendency[] = ["up", "down", "mixed", "mixed, other way"];

/**
 * Bounds that also hold where approximate roundings near ties go up, go down, or go either way from element to element: measured again
 * on the inputset, together with those that `graph` has. The same graph where all roundings are exact. What follows from one rounding
 * alone keeps its bounds for every error; sums of many may in principle go beyond them, by errors that all point in one direction.
 *
 * Cost: four exact evaluations a sample.
 */
export function boundsWithErrors(
  graph: Graph,
  inputset: readonly (readonly Tensor[])[],
  rule: RoundingRule,
): Graph {
  if (graph.nodes.every((node) => roughBits(node, rule) === undefined)) return graph;
  let bounds: readonly (Bounds | undefined)[] = graph.nodes.map((node) => node.bounds);
  for (const tendency of tendencies) {
    const { shifted, idOf } = shiftedGraph(graph, tendency, rule);
    const measured = measureBounds(shifted, inputset);
    bounds = bounds.map((known, id) => joined(known, measured.node(idOf(id)).bounds));
  }
  return withBounds(graph, bounds);
}

interface ShiftedGraph {
  readonly shifted: Graph;
  /** Where a node is. */
  readonly idOf: (id: number) => number;
}

/**
 * The graph with something added before every approximate rounding that takes values of the band across the tie. Look-ups hold their
 * outermost results, so those of values that have no errors yet keep their bounds.
 */
function shiftedGraph(graph: Graph, tendency: Tendency, rule: RoundingRule): ShiftedGraph {
  const nodes: GraphNode[] = [];
  const ids: number[] = [];
  const erring = new Set<number>();
  const idOf = (id: number): number => ids[id] ?? 0;
  const push = (node: GraphNode): number => nodes.push({ ...node, id: nodes.length }) - 1;
  for (const node of graph.nodes) {
    if (node.kind !== "operation") {
      ids.push(push(node));
      continue;
    }
    const [argument = 0] = node.operands;
    const clean = !node.operands.some((id) => erring.has(id));
    const lsbs = roughBits(node, rule);
    if (!clean || lsbs !== undefined) erring.add(node.id);
    if (lsbs === undefined) {
      ids.push(push({ ...node, operands: node.operands.map(idOf) }));
      continue;
    }
    const like = { id: 0, output: node.output, tag: node.tag, location: node.location };
    const constant = (value: Tensor): number => {
      const output = { ...node.output, encrypted: false, shape: value.shape };
      return push({ ...like, kind: "constant", value, output });
    };
    const operation = (name: string, operands: readonly number[]): number =>
      push({ ...like, kind: "operation", name, operands, attributes: {} });
    const { shape } = graph.node(argument).output;
    const data = shifts(sizeOf(shape), inBandOf(lsbs, rule), tendency, node.id);
    const operands = [operation("add", [idOf(argument), constant({ shape, data })])];
    const rounded = push({ ...node, operands });
    const { bounds } = node;
    const ends = clean && bounds !== undefined ? [bounds.min, bounds.max] : undefined;
    ids.push(
      ends === undefined
        ? rounded
        : operation("clip", [rounded, ...ends.map((end) => constant(scalar(end)))]),
    );
  }
  const shifted = new Graph(graph.name, nodes, graph.inputs.map(idOf), graph.outputs.map(idOf));
  return { shifted, idOf };
}

function shifts(size: number, most: number, tendency: Tendency, seed: number): Float64Array {
  if (tendency === "up" || tendency === "down") {
    return new Float64Array(size).fill(tendency === "up" ? most : -most);
  }
  const sign = tendency === "mixed" ? 1 : -1;
  return Float64Array.from({ length: size }, (_, i) => (isOdd(i, seed) ? sign : -sign) * most);
}

/** Scattered over the elements, and different from rounding to rounding (the finalizer of MurmurHash3). */
function isOdd(element: number, seed: number): boolean {
  let z = (element * 0x9e3779b9 + seed * 0x85ebca6b) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return ((z ^ (z >>> 16)) & 1) === 1;
}

function joined(a: Bounds | undefined, b: Bounds | undefined): Bounds | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
