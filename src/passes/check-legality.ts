import { VelumError } from "../base/error.js";
import { shapeText } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import { integerTypeText } from "../graph/integer-type.js";
import { type GraphNode, nodePath } from "../graph/node.js";
import { lookupArgument } from "../op-spec/lookup-argument.js";
import { linearOperands } from "../ops/linear-form.js";
import { opSpec } from "../ops/registry.js";

/**
 * Checks that every node can be compiled: bounds are known, every operation on encrypted values is linear in them or a look-up, and
 * look-up inputs have at most `lookupBits` bits. What is clear is computed in plain.
 * Errors: `not-compiled` without bounds, `unsupported-op`, `width-too-wide`; the text names node and source line.
 */
export function checkLegality(graph: Graph, lookupBits: number): void {
  for (const node of graph.nodes) {
    if (node.bounds === undefined) {
      throw new VelumError({
        code: "not-compiled",
        path: nodePath(node),
        problem: "its range is not known",
        cure: "Measure bounds on an inputset first",
      });
    }
    const inPlain = !node.output.encrypted;
    if (node.kind === "operation" && !inPlain) checkOperation(graph, node, lookupBits);
  }
}

function checkOperation(
  graph: Graph,
  node: GraphNode & { kind: "operation" },
  lookupBits: number,
): void {
  const path = nodePath(node);
  const spec = opSpec(node.name, path);
  const operands = node.operands.map((id) => graph.node(id));
  const linear = linearOperands(graph, node);
  if (spec.affine(node.attributes, linear) !== undefined) return;
  if (spec.trees(node.attributes) !== undefined || spec.dropsHighBits) return;
  const input = operands.find((operand) => operand.kind !== "constant");
  const lookup = spec.lookup(node.attributes, node.output.shape);
  if (input === undefined || lookup === undefined) {
    throw new VelumError({
      code: "unsupported-op",
      path,
      problem: `operands of shapes ${operands.map((operand) => shapeText(operand.output.shape)).join(" and ")} are ${operands.map(statusText).join(" and ")}, which cannot be compiled yet`,
      cure: "Give one side as a constant",
    });
  }
  const measured = lookupArgument(input, lookup).bits;
  if (measured > lookupBits) {
    throw new VelumError({
      code: "width-too-wide",
      path,
      problem: `its input, ${nodePath(input)}, is ${integerTypeText(input.output.type)}: look-ups take at most ${lookupBits} bits`,
      limit: lookupBits,
      actual: measured,
      cure: "Quantize inputs or weights to fewer bits, or look up before values are added",
    });
  }
}

function statusText(node: GraphNode): string {
  if (node.output.encrypted) return "encrypted";
  return node.kind === "constant" ? "constant" : "clear at run time";
}
