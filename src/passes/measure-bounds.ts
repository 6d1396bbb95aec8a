import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { extremes } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { minimalIntegerType } from "../graph/integer-type.js";
import { type Bounds, nodePath } from "../graph/node.js";
import { isGraph } from "../graph/printer.js";
import type { ValueType } from "../graph/value-type.js";
import type { IntegerTrees } from "../op-spec/integer-trees.js";
import { PreparedGraph } from "../ops/prepared-graph.js";
import { opSpec } from "../ops/registry.js";
import { treeBounds } from "../ops/tree-ensemble/tree-ensemble.js";

/**
 * Evaluates the graph on every sample of `inputset` (one tensor a parameter) and gives each node the bounds found and the
 * narrowest type for them. The inputset is a promise: later inputs outside its ranges may give wrong results.
 * Errors, with the sample's number in the path: `empty-inputset`, `bad-argument`, `bad-shape`, `not-a-number`,
 * `not-integer`, and what `evaluateGraph` reports. Cost: one exact evaluation a sample.
 */
export function measureBounds(graph: Graph, inputset: Iterable<readonly Tensor[]>): Graph {
  const bounds: (Bounds | undefined)[] = graph.nodes.map(() => undefined);
  const prepared = new PreparedGraph(graph);
  let samples = 0;
  for (const sample of inputset) {
    prepared.run(sample, `inputset[${samples}]`);
    for (const node of graph.nodes) {
      if (node.kind === "constant" && samples > 0) continue;
      bounds[node.id] = joined(bounds[node.id], prepared.valueOf(node.id));
    }
    samples++;
  }
  if (samples === 0) {
    throw new VelumError({
      code: "empty-inputset",
      path: "inputset",
      problem: "there are no samples",
      cure: "Give at least one sample; the ranges of all values are measured on them",
    });
  }
  for (const node of graph.nodes) {
    if (node.kind !== "operation") continue;
    const trees = opSpec(node.name, nodePath(node)).trees(node.attributes);
    // Samples reach few of the leaves that other inputs may reach.
    if (trees !== undefined) bounds[node.id] = sumBounds(trees);
  }
  return withBounds(graph, bounds);
}

function sumBounds(trees: IntegerTrees): Bounds {
  const { low, high } = treeBounds(trees);
  return { min: extremes(low).min, max: extremes(high).max };
}

/** The graph with new bounds, and the narrowest types for them. */
export function withBounds(graph: Graph, bounds: readonly (Bounds | undefined)[]): Graph {
  return withFusedTypes(typed(graph, bounds));
}

function typed(graph: Graph, bounds: readonly (Bounds | undefined)[]): Graph {
  return graph.mapNodes((node) => {
    const own = bounds[node.id];
    if (own === undefined) return node;
    if (node.output.float === true) return { ...node, bounds: own };
    const minimal = minimalIntegerType(own.min, own.max);
    const type = { ...minimal, bits: Math.max(minimal.bits, node.hintBits ?? 0) };
    return { ...node, bounds: own, output: { ...node.output, type } };
  });
}

/** A node that was fused and is also needed by itself has one type: the measured one shows inside the fused node too. */
function withFusedTypes(graph: Graph): Graph {
  const types = new Map<number, ValueType>();
  for (const { kind, traced, output } of graph.nodes) {
    if (kind === "operation" && traced !== undefined) types.set(traced, output);
  }
  return graph.mapNodes((node) => {
    const fused = node.kind === "operation" ? node.attributes["subgraph"] : undefined;
    if (node.kind !== "operation" || !isGraph(fused)) return node;
    const shared = fused.mapNodes((inner) => {
      const output = inner.traced === undefined ? undefined : types.get(inner.traced);
      return inner.kind === "operation" && output !== undefined ? { ...inner, output } : inner;
    });
    return { ...node, attributes: { ...node.attributes, subgraph: shared } };
  });
}

function joined(known: Bounds | undefined, values: Float64Array): Bounds {
  let min = known?.min ?? values[0] ?? 0;
  let max = known?.max ?? values[0] ?? 0;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return known !== undefined && min === known.min && max === known.max ? known : { min, max };
}
