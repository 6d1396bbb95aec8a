import { VelumError } from "../../base/error.js";
import { sizeOf, type Tensor } from "../../base/tensor.js";
import type { Graph } from "../../graph/graph.js";
import { type Attributes, nodePath } from "../../graph/node.js";
import { isGraph } from "../../graph/printer.js";
import { emitTabulated } from "../../op-spec/elementwise-op/elementwise-mlir.js";
import { tooManyValues } from "../../op-spec/elementwise-op/elementwise-range.js";
import { evaluateOperation } from "../../op-spec/evaluate-operation.js";
import { exact } from "../../op-spec/exact.js";
import type { Interval } from "../../op-spec/interval.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { prepareSteps } from "../../op-spec/prepared-steps.js";
import { defineOp, type OpSpec } from "../../op-spec/spec.js";

/** Finds an operation by its name; given by the registry, which this one is part of. */
type FindOp = (name: string, path: string) => OpSpec;

/** A fused node: what its graph computes from one integer operand, element by element. */
export function subgraphOp(find: FindOp): OpSpec {
  const run = (graph: Graph, operands: readonly Tensor[], path: string): Tensor =>
    evaluateFused(find, graph, onlyOperand(operands, path), path);
  return defineOp<Graph>({
    name: "subgraph",
    doc: "Several element-wise operations fused into one look-up.",
    operands: 1,
    read: readGraph,
    shape: (graph) => graph.node(graph.outputs[0] ?? 0).output.shape,
    evaluate: run,
    kernel: (graph, _, __, path) => {
      const { values, run: steps } = prepareSteps(graph, find);
      const input = values[graph.inputs[0] ?? 0];
      const result = values[graph.outputs[0] ?? 0];
      if (input === undefined || result === undefined) return undefined;
      return (operands, out) => {
        input.set(operands[0] ?? input);
        steps();
        for (let i = 0; i < out.length; i++) out[i] = exact(result[i] ?? 0, path);
      };
    },
    range: (graph, operands, path) =>
      fusedRange((operand) => run(graph, [operand], path), onlyOperand(operands, path), path),
    widths: () => ({ equal: "nothing", spareBits: 0 }),
    mlir: (graph, call, emitter) =>
      emitTabulated((operands) => run(graph, operands, call.path), call, emitter),
    elementwise: true,
    tabulated: true,
    float: () => false,
  });
}

function readGraph(attributes: Attributes, path: string): Graph {
  const { subgraph: graph } = attributes;
  if (isGraph(graph)) return graph;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: "the node has no graph",
    cure: "Fused nodes are made by the compiler",
  });
}

function evaluateFused(find: FindOp, graph: Graph, input: Tensor, path: string): Tensor {
  const values: Tensor[] = [];
  for (const node of graph.nodes) {
    if (node.kind === "input") values.push(input);
    else if (node.kind === "constant") values.push(node.value);
    else {
      const at = nodePath(node);
      const operands = node.operands.flatMap((id) => values[id] ?? []);
      const floats = [node, ...node.operands.map((id) => graph.node(id))].some(
        ({ output }) => output.float === true,
      );
      values.push(evaluateOperation(find(node.name, at), node.attributes, operands, floats, at));
    }
  }
  const result = values[graph.outputs[0] ?? 0];
  if (result === undefined) throw new Error(`${path}: a fused graph without a result`);
  return { shape: result.shape, data: result.data.map((value) => exact(value, path)) };
}

/** Tries every value between the bounds of any element. */
function fusedRange(
  run: (operand: Tensor) => Tensor,
  { low, high }: Interval,
  path: string,
): Interval {
  const first = Math.min(...low.data);
  const last = Math.max(...high.data);
  if (last - first >= 2 ** 16) throw tooManyValues(last - first + 1, path);
  const size = sizeOf(low.shape);
  const least = new Float64Array(size).fill(Infinity);
  const most = new Float64Array(size).fill(-Infinity);
  for (let value = first; value <= last; value++) {
    const { data } = run({ shape: low.shape, data: new Float64Array(size).fill(value) });
    for (let i = 0; i < size; i++) {
      if (value < (low.data[i] ?? 0) || value > (high.data[i] ?? 0)) continue;
      least[i] = Math.min(least[i] ?? 0, data[i] ?? 0);
      most[i] = Math.max(most[i] ?? 0, data[i] ?? 0);
    }
  }
  return { low: { shape: low.shape, data: least }, high: { shape: low.shape, data: most } };
}
