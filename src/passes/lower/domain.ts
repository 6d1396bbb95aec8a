import { VelumError } from "../../base/error.js";
import { maximumOf, minimumOf } from "../../graph/integer-type.js";
import { type Bounds, type GraphNode, nodePath } from "../../graph/node.js";

/** Values that the node may take: what the inputset promises, or the whole type where the user gave a hint. Error `not-compiled` for a node without bounds. */
export function domainOf(node: GraphNode): Bounds {
  const { bounds, output, hintBits } = node;
  if (bounds === undefined) {
    throw new VelumError({
      code: "not-compiled",
      path: nodePath(node),
      problem: "its range is not known",
      cure: "Measure bounds on an inputset first",
    });
  }
  if (hintBits === undefined) return bounds;
  return { min: minimumOf(output.type), max: maximumOf(output.type) };
}
