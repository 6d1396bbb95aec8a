import type { Tensor } from "../base/tensor.js";
import type { Attributes } from "../graph/node.js";
import type { OpSpec } from "./spec.js";

/** The meaning of one node. `floats`: an operand or the result is floating-point. Errors: those of the operation. */
export function evaluateOperation(
  spec: OpSpec,
  attributes: Attributes,
  operands: readonly Tensor[],
  floats: boolean,
  path: string,
): Tensor {
  return floats
    ? spec.evaluateFloat(attributes, operands, path)
    : spec.evaluate(attributes, operands, path);
}
