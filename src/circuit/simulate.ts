import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import type { Graph } from "../graph/graph.js";
import { integerTypeText, maximumOf, minimumOf } from "../graph/integer-type.js";
import { nodePath } from "../graph/node.js";
import { evaluateNodes } from "../ops/evaluate.js";

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
  return graph.outputs.map((id) => values.of(graph.node(id)));
}
