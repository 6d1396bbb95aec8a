import { broadcastShapes } from "../op-spec/broadcast.js";
import { applyElements, type ElementFunction, shapesOf } from "../op-spec/elementwise.js";
import { operandPair } from "../op-spec/operands.js";
import { noAttributes, type OpDefinition } from "../op-spec/spec.js";

/** What sums, differences and products of two tensors, element by element with broadcasting, have in common. */
export function pairwise(
  fn: ElementFunction,
): Pick<OpDefinition<null>, "operands" | "read" | "shape" | "evaluateFloat" | "elementwise"> {
  return {
    operands: 2,
    read: noAttributes,
    shape: (_, shapes, path) => broadcastShapes(...operandPair(shapes, path), path),
    evaluateFloat: (_, operands, path) => {
      const shape = broadcastShapes(...operandPair(shapesOf(operands), path), path);
      return applyElements(fn, operands, shape);
    },
    elementwise: true,
  };
}
