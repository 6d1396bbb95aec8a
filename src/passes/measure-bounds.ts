import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { extremes } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { minimalIntegerType } from "../graph/integer-type.js";
import type { Bounds } from "../graph/node.js";
import { evaluateNodes } from "../ops/evaluate.js";

/**
 * Evaluates the graph on every sample of `inputset` (one tensor a parameter) and gives each node the bounds found and the
 * narrowest type for them. The inputset is a promise: later inputs outside its ranges may give wrong results.
 * Errors, with the sample's number in the path: `empty-inputset`, `bad-argument`, `bad-shape`, `not-a-number`,
 * `not-integer`, and what `evaluateGraph` reports. Cost: one exact evaluation a sample.
 */
export function measureBounds(graph: Graph, inputset: Iterable<readonly Tensor[]>): Graph {
  const bounds: (Bounds | undefined)[] = graph.nodes.map(() => undefined);
  let samples = 0;
  for (const sample of inputset) {
    const values = evaluateNodes(graph, sample, `inputset[${samples}]`);
    for (const node of graph.nodes) {
      const found = extremes(values.of(node));
      bounds[node.id] = join(bounds[node.id], found);
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
  return withBounds(graph, bounds);
}

/** The graph with new bounds, and the narrowest types for them. */
export function withBounds(graph: Graph, bounds: readonly (Bounds | undefined)[]): Graph {
  return graph.mapNodes((node) => {
    const own = bounds[node.id];
    if (own === undefined) return node;
    if (node.output.float === true) return { ...node, bounds: own };
    const minimal = minimalIntegerType(own.min, own.max);
    const type = { ...minimal, bits: Math.max(minimal.bits, node.hintBits ?? 0) };
    return { ...node, bounds: own, output: { ...node.output, type } };
  });
}

function join(a: Bounds | undefined, b: Bounds): Bounds {
  if (a === undefined) return b;
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}
