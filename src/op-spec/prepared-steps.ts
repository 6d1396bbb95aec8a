import { type Shape, sizeOf } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import { type GraphNode, nodePath, type OperationNode } from "../graph/node.js";
import { evaluateOperation } from "./evaluate-operation.js";
import type { Kernel } from "./kernel.js";
import type { OpSpec } from "./spec.js";

/** Places for all values of a graph, by node, and what fills them in order. */
export interface PreparedSteps {
  readonly values: readonly Float64Array[];
  /** Fills the places of all operations; those of the inputs must hold their values. */
  run(): void;
}

interface Step {
  readonly kernel: Kernel;
  readonly operands: readonly Float64Array[];
  readonly out: Float64Array;
}

/** Makes a graph ready; `find` gives the operation of a name. */
export function prepareSteps(
  graph: Graph,
  find: (name: string, path: string) => OpSpec,
): PreparedSteps {
  const values: Float64Array[] = [];
  const steps: Step[] = [];
  for (const node of graph.nodes) {
    const out =
      node.kind === "constant" ? node.value.data : new Float64Array(sizeOf(node.output.shape));
    values.push(out);
    if (node.kind !== "operation") continue;
    const operands = node.operands.map((id) => values[id] ?? out);
    steps.push({ kernel: kernelOf(graph, node, find), operands, out });
  }
  return {
    values,
    run() {
      for (const { kernel, operands, out } of steps) kernel(operands, out);
    },
  };
}

/** The operation's own kernel, or else its meaning, which makes new tensors. */
function kernelOf(
  graph: Graph,
  node: OperationNode,
  find: (name: string, path: string) => OpSpec,
): Kernel {
  const path = nodePath(node);
  const spec = find(node.name, path);
  const operands = node.operands.map((id) => graph.node(id));
  const shapes = operands.map(({ output }) => output.shape);
  const floats = isFloat(node) || operands.some(isFloat);
  const own = spec.kernel(node.attributes, shapes, floats, path);
  if (own !== undefined) return own;
  return (values, out) => {
    const tensors = shapes.map((shape: Shape, k) => ({
      shape,
      data: Float64Array.from(values[k] ?? []),
    }));
    out.set(evaluateOperation(spec, node.attributes, tensors, floats, path).data);
  };
}

function isFloat(node: GraphNode): boolean {
  return node.output.float === true;
}
