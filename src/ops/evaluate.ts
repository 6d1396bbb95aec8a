import { VelumError } from "../base/error.js";
import { sameShape, shapeText, type Tensor } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import { type GraphNode, nodePath } from "../graph/node.js";
import { evaluateOperation } from "../op-spec/evaluate-operation.js";
import { opSpec } from "./registry.js";

/**
 * The exact meaning of a graph: the results for `inputs`, given in the order of the parameters. Slow and plain; every
 * other way to run the graph is tested against it. Errors: `bad-argument`, `bad-shape`, `not-integer`, `not-a-number`
 * for inputs; `out-of-range` for an index outside its table or a result of 2^53 and more.
 */
export function evaluateGraph(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const values = evaluateNodes(graph, inputs);
  return graph.outputs.map((id) => values.of(graph.node(id)));
}

/** Values of all nodes of one evaluation. */
export interface NodeValues {
  of(node: GraphNode): Tensor;
}

/** Like `evaluateGraph`, but gives the value of every node. `path` names the inputs in errors. */
export function evaluateNodes(graph: Graph, inputs: readonly Tensor[], path = ""): NodeValues {
  checkInputs(graph, inputs, path);
  const values: Tensor[] = [];
  graph.inputs.forEach((id, position) => {
    const value = inputs[position];
    if (value !== undefined) values[id] = value;
  });
  const valueAt = (id: number): Tensor => {
    const value = values[id];
    if (value !== undefined) return value;
    throw new Error(`node ${id} of graph ${graph.name} was read before it was computed`);
  };
  for (const node of graph.nodes) {
    if (node.kind === "constant") values[node.id] = node.value;
    if (node.kind !== "operation") continue;
    const at = nodePath(node);
    const operands = node.operands.map(valueAt);
    const floats = isFloat(node) || node.operands.some((id) => isFloat(graph.node(id)));
    const spec = opSpec(node.name, at);
    values[node.id] = evaluateOperation(spec, node.attributes, operands, floats, at);
  }
  return { of: (node) => valueAt(node.id) };
}

/** One value for each parameter, of its shape. Errors: `bad-argument` and those of `checkInput`. */
export function checkInputs(graph: Graph, inputs: readonly Tensor[], path: string): void {
  const parameters = graph.inputNodes();
  if (inputs.length !== parameters.length) {
    throw new VelumError({
      code: "bad-argument",
      path: path === "" ? graph.name : path,
      problem: `${inputs.length} inputs were given for ${parameters.length} parameters`,
      limit: parameters.length,
      actual: inputs.length,
      cure: `Give one value for each of ${parameters.map((node) => node.name).join(", ")}`,
    });
  }
  parameters.forEach((node, position) => {
    const value = inputs[position];
    if (value === undefined) return;
    checkInput(value, node.output.shape, `${path === "" ? "" : `${path}, `}input "${node.name}"`);
  });
}

function isFloat(node: GraphNode): boolean {
  return node.output.float === true;
}

/** Errors: `bad-shape`, `not-a-number`, `not-integer`, `out-of-range`. */
export function checkInput(value: Tensor, shape: readonly number[], path: string): void {
  if (!sameShape(value.shape, shape)) {
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `the value has shape ${shapeText(value.shape)}, the parameter ${shapeText(shape)}`,
      limit: shapeText(shape),
      actual: shapeText(value.shape),
      cure: "Give values of the shape that the function was traced with",
    });
  }
  checkIntegers(value, path);
}

/** Errors: `not-a-number`, `not-integer`, `out-of-range`. Values are not shown: they may be secret. */
export function checkIntegers(value: Tensor, path: string): void {
  for (const [position, item] of value.data.entries()) {
    if (Number.isSafeInteger(item)) continue;
    const element = value.shape.length === 0 ? "the value" : `element ${position}`;
    if (Number.isNaN(item)) {
      throw new VelumError({
        code: "not-a-number",
        path,
        problem: `${element} is not a number`,
        cure: "Replace or drop missing values before",
      });
    }
    if (Number.isInteger(item) || !Number.isFinite(item)) {
      throw new VelumError({
        code: "out-of-range",
        path,
        problem: `${element} is too large`,
        limit: Number.MAX_SAFE_INTEGER,
        cure: "Use integers below 2^53",
      });
    }
    throw new VelumError({
      code: "not-integer",
      path,
      problem: `${element} is not an integer`,
      cure: "Quantize floating-point values to integers before",
    });
  }
}
