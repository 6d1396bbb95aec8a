import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { Graph } from "../graph/graph.js";
import { type GraphNode, nodePath } from "../graph/node.js";
import { evaluateOperation } from "../op-spec/evaluate-operation.js";
import { clearRange, linearOperands } from "../ops/linear-form.js";
import { opSpec } from "../ops/registry.js";
import { type AffineMap, composeMaps, selectionMap, widenMap } from "../program/affine.js";
import { isClear } from "./clear-weights.js";
import { type Form, joinForms } from "./region-forms.js";

/** Elements `rows` (all, where absent) of graph node `node`, less `first`, an integer or half of one. */
export interface ClearRows {
  readonly node: number;
  readonly rows?: readonly number[];
  readonly first: number;
}

/** What a server computes from clear parameters: the weights and constants of sums of encrypted values. */
export interface ClearPart {
  /** Clear nodes, and encrypted ones whose weights they are. Its clear inputs are the clear parameters, in their order. */
  readonly graph: Graph;
  /** Encrypted nodes without clear weights, by id: sums of program values. */
  readonly leaves: ReadonlyMap<number, Form>;
}

/** `graph` cut down to what `targets` need, which get new ids: nodes of `leaves` have no operands any more. */
export function cutClearPart(
  graph: Graph,
  leaves: ReadonlyMap<number, Form>,
  targets: readonly number[],
): { readonly part: ClearPart; readonly idOf: (node: number) => number } {
  const needed = new Set<number>(targets);
  for (const node of [...graph.nodes].reverse()) {
    if (!needed.has(node.id) || leaves.has(node.id) || node.kind !== "operation") continue;
    for (const id of node.operands) needed.add(id);
  }
  const ids = new Map<number, number>();
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const isParameter = node.kind === "input" && isClear(node);
    if (!needed.has(node.id) && !isParameter) continue;
    const id = nodes.length;
    ids.set(node.id, id);
    const { output, bounds, tag, location } = node;
    const own = { id, output, tag, location, ...(bounds === undefined ? {} : { bounds }) };
    if (leaves.has(node.id)) nodes.push({ kind: "input", name: `node ${node.id}`, ...own });
    else if (node.kind === "operation") {
      const operands = node.operands.map((operand) => ids.get(operand) ?? 0);
      nodes.push({
        kind: "operation",
        name: node.name,
        attributes: node.attributes,
        operands,
        ...own,
      });
    } else if (node.kind === "constant")
      nodes.push({ kind: "constant", value: node.value, ...own });
    else nodes.push({ kind: "input", name: node.name, ...own });
  }
  const idOf = (node: number): number => ids.get(node) ?? 0;
  const parameters = graph.inputs.filter((id) => isClear(graph.node(id))).map(idOf);
  const part = {
    graph: new Graph(graph.name, nodes, parameters, []),
    leaves: new Map([...leaves].map(([id, form]) => [idOf(id), form])),
  };
  return { part, idOf };
}

/**
 * The sums that `wanted` elements are for one request, as maps over the values `sources`, which are joined. `values`: one for each clear
 * parameter. Errors: `out-of-range` where a clear number leaves the range that the circuit was compiled for, and those of operations.
 */
export function clearMaps(
  { graph, leaves }: ClearPart,
  values: readonly Tensor[],
  wanted: readonly (ClearRows & { readonly sources: readonly number[] })[],
  sizeOfValue: (value: number) => number,
): AffineMap[] {
  const tensors = new Map(graph.inputs.map((id, i) => [id, values[i]]));
  const clearOf = (node: GraphNode): Tensor => {
    const value = node.kind === "constant" ? node.value : tensors.get(node.id);
    if (value !== undefined) return value;
    throw new Error(`${nodePath(node)} was read before it was computed`);
  };
  const forms = new Map<number, Form>(leaves);
  const weighing = weighingNodes(graph);
  for (const node of graph.nodes) {
    if (node.kind === "operation" && isClear(node)) {
      const operands = node.operands.map((id) => graph.node(id));
      const floats = [node, ...operands].some(({ output }) => output.float === true);
      const path = nodePath(node);
      const spec = opSpec(node.name, path);
      const value = evaluateOperation(spec, node.attributes, operands.map(clearOf), floats, path);
      if (weighing.has(node.id)) checkRange(value, node);
      tensors.set(node.id, value);
    } else if (node.kind === "operation" && !forms.has(node.id)) {
      const local = opSpec(node.name, nodePath(node)).affine(
        node.attributes,
        linearOperands(graph, node, clearOf),
      );
      if (local === undefined) throw new Error(`${nodePath(node)} is not linear`);
      const inner = joinForms(
        node.operands.flatMap((id) => forms.get(id) ?? []),
        sizeOfValue,
      );
      forms.set(node.id, { sources: inner.sources, map: composeMaps(local, inner.map) });
    }
  }
  return wanted.map(({ node: id, rows, first, sources }) => {
    const node = graph.node(id);
    const form = forms.get(id) ?? { sources: [], map: constantMap(clearOf(node)) };
    const map = overSources(form, sources, sizeOfValue);
    const chosen = rows === undefined ? map : composeMaps(selectionMap(map.outputs, rows), map);
    return { ...chosen, constant: chosen.constant.map((constant) => constant - first) };
  });
}

/** Clear nodes that encrypted ones read: their numbers are weights or constants. */
function weighingNodes(graph: Graph): Set<number> {
  return new Set(
    graph.nodes.flatMap((node) =>
      node.kind === "operation" && node.output.encrypted ? node.operands : [],
    ),
  );
}

/** Noise and widths were planned for the measured type: a number beyond it would give a wrong result. */
function checkRange({ data }: Tensor, node: GraphNode): void {
  const { min, max } = clearRange(node);
  for (const value of data) {
    if (value >= min && value <= max) continue;
    throw new VelumError({
      code: "out-of-range",
      path: nodePath(node),
      problem: `the clear inputs make it ${value}, and the circuit was compiled for ${min} to ${max}`,
      limit: `${min} to ${max}`,
      actual: value,
      cure: "Compile with an inputset that has such values",
    });
  }
}

/** The map without inputs that gives the numbers of a tensor. */
export function constantMap({ data }: Tensor): AffineMap {
  return {
    inputs: 0,
    outputs: data.length,
    rowStart: new Int32Array(data.length + 1),
    column: new Int32Array(),
    weight: new Float64Array(),
    constant: Float64Array.from(data),
  };
}

function overSources(
  { sources, map }: Form,
  all: readonly number[],
  sizeOfValue: (value: number) => number,
): AffineMap {
  if (sources.length === all.length && sources.every((source, i) => source === all[i])) return map;
  const starts = new Map<number, number>();
  let total = 0;
  for (const source of all) {
    starts.set(source, total);
    total += sizeOfValue(source);
  }
  const columns = sources.flatMap((source) =>
    Array.from({ length: sizeOfValue(source) }, (_, i) => (starts.get(source) ?? 0) + i),
  );
  return widenMap(map, total, columns);
}
