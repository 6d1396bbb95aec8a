import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { extremes } from "../graph/builder.js";
import type { Graph } from "../graph/graph.js";
import { type Bounds, nodePath } from "../graph/node.js";
import { exactly, type Interval, uniformInterval } from "../op-spec/interval.js";
import { opSpec } from "../ops/registry.js";
import { measureBounds, withBounds } from "./measure-bounds.js";

/**
 * Where the ranges of computed values come from: `"inputset"`: measured on it; `"intervals"`: what can follow from the measured ranges
 * of the parameters.
 */
export type BoundsForm = "inputset" | "intervals";

/** Bounds of all nodes by `form`. Errors: those of `measureBounds`, and of `intervalBounds`. */
export function boundsBy(
  form: BoundsForm,
  graph: Graph,
  inputset: readonly (readonly Tensor[])[],
): Graph {
  const measured = measureBounds(graph, inputset);
  return form === "inputset" ? measured : boundsFromInputs(measured);
}

/** `intervalBounds` for the bounds that the parameters have already. */
export function boundsFromInputs(graph: Graph): Graph {
  const inputs = graph.inputNodes().map(({ bounds }) => bounds ?? { min: 0, max: 0 });
  return intervalBounds(graph, inputs);
}

/**
 * Gives every node bounds that hold for *all* inputs within `inputs` (one range a parameter, in order), not only for
 * measured ones. They may be wider than what can occur, e.g. for `x - x`. Errors: `bad-argument` for a wrong number of
 * ranges, `out-of-range` where a table has no entry for a possible index.
 */
export function intervalBounds(graph: Graph, inputs: readonly Bounds[]): Graph {
  const intervals = nodeIntervals(graph, inputs);
  return withBounds(
    graph,
    intervals.map(({ low, high }) => ({ min: extremes(low).min, max: extremes(high).max })),
  );
}

/** Sound bounds of every element of every node, by node id; see `intervalBounds`. Error `bad-argument` for another number of inputs. */
export function nodeIntervals(graph: Graph, inputs: readonly Bounds[]): Interval[] {
  if (inputs.length !== graph.inputs.length) {
    throw new VelumError({
      code: "bad-argument",
      path: graph.name,
      problem: `${inputs.length} ranges were given for ${graph.inputs.length} parameters`,
      limit: graph.inputs.length,
      actual: inputs.length,
      cure: "Give one range for each parameter",
    });
  }
  const intervals: Interval[] = [];
  for (const node of graph.nodes) {
    if (node.kind === "constant") intervals.push(exactly(node.value));
    else if (node.kind === "input") {
      const range = inputs[graph.inputs.indexOf(node.id)] ?? { min: 0, max: 0 };
      intervals.push(uniformInterval(node.output.shape, range));
    } else {
      const path = nodePath(node);
      const operands = node.operands.flatMap((id) => intervals[id] ?? []);
      intervals.push(opSpec(node.name, path).range(node.attributes, operands, path));
    }
  }
  return intervals;
}
