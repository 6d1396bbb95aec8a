import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import type { Graph } from "../../graph/graph.js";
import { integerTypeText, maximumOf, minimumOf } from "../../graph/integer-type.js";
import { nodePath, type OperationNode } from "../../graph/node.js";
import { lookupArgument } from "../../op-spec/lookup-argument.js";
import { evaluateNodes, type NodeValues } from "../../ops/evaluate.js";
import { opSpec } from "../../ops/registry.js";

/**
 * What the encrypted run of a compiled graph gives, computed in clear. A value that leaves the width reserved for it would wrap on
 * ciphertexts: it is an error here, since the inputset did not show it.
 * Errors: those of `evaluateGraph`, and `out-of-range` naming node, width and cure.
 */
export function simulateGraph(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const values = evaluateNodes(graph, inputs);
  for (const node of graph.nodes) {
    if (!node.output.encrypted) continue;
    const type = { ...node.output.type, bits: node.assignedBits ?? node.output.type.bits };
    const least = minimumOf(type);
    const most = maximumOf(type);
    const outside = values.of(node).data.find((value) => value < least || value > most);
    if (outside === undefined) continue;
    throw new VelumError({
      code: "out-of-range",
      path: nodePath(node),
      problem: `a value of ${outside} does not fit the ${integerTypeText(type)} that the inputset asked for`,
      limit: `${least} to ${most}`,
      actual: outside,
      cure: "Compile with an inputset that reaches such values, or clip the inputs",
    });
  }
  for (const node of graph.nodes) {
    if (node.kind === "operation") checkArgument(graph, node, values);
  }
  return graph.outputs.map((id) => values.of(graph.node(id)));
}

/** A look-up of a value beyond the range that its argument was made for. */
function checkArgument(graph: Graph, node: OperationNode, values: NodeValues): void {
  const [operand] = node.operands.map((id) => graph.node(id));
  const lookup = opSpec(node.name, nodePath(node)).lookup(node.attributes, node.output.shape);
  if (operand === undefined || lookup === undefined) return;
  const { least, most } = lookupArgument(operand, lookup);
  const outside = values.of(operand).data.find((value) => value < least || value > most);
  if (outside === undefined) return;
  throw new VelumError({
    code: "out-of-range",
    path: nodePath(node),
    problem: `a value of ${outside} is looked up, and the inputset asked for ${least} to ${most}`,
    limit: `${least} to ${most}`,
    actual: outside,
    cure: "Compile with an inputset that reaches such values, or clip the inputs",
  });
}
