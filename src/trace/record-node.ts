import { VelumError } from "../base/error.js";
import { type NestedInput, type Tensor, toTensor } from "../base/tensor.js";
import type { GraphBuilder } from "../graph/builder.js";
import { type Attributes, placedName } from "../graph/node.js";
import { applyOp, type SampledNode } from "../ops/apply.js";
import { checkIntegers } from "../ops/evaluate.js";
import { opSpec } from "../ops/registry.js";
import { activeTrace } from "./active-trace.js";
import { currentOrigin } from "./origin.js";
import { TracedValue } from "./traced-value.js";

/**
 * Records operation `name` on operands of which at least one is traced; the others become constants.
 * Errors: those of `applyOp`; `not-traceable` if no operand is traced or two traces meet; `not-integer` for clear fractions.
 */
export function recordNode(
  name: string,
  operands: readonly (TracedValue | NestedInput | ArrayLike<number> | Tensor)[],
  attributes: Attributes,
): { readonly builder: GraphBuilder; readonly node: SampledNode } {
  const origin = currentOrigin();
  const path = placedName(name, origin);
  const traced = operands.filter((operand) => operand instanceof TracedValue);
  const builder = traced[0]?.builder ?? (opSpec(name, path).encrypts ? activeTrace() : undefined);
  if (builder === undefined) {
    throw new VelumError({
      code: "not-traceable",
      path,
      problem: "none of the operands is traced",
      cure: "Pass a parameter of the function, or compute with plain numbers",
    });
  }
  if (traced.some((operand) => operand.builder !== builder)) {
    throw new VelumError({
      code: "not-traceable",
      path,
      problem: "an operand belongs to another function",
      cure: "Use the traced values of one call only; do not keep them in outer variables",
    });
  }
  const nodes = operands.map((operand, position) => {
    if (operand instanceof TracedValue) return operand.node;
    const at = `${path}, operand ${position}`;
    const sample = toTensor(operand, at);
    const float = sample.data.every(Number.isFinite) && !sample.data.every(Number.isInteger);
    if (!float) checkIntegers(sample, at);
    const id = builder.constant(sample, origin);
    return { id, encrypted: false, sample, ...(float ? { float } : {}) };
  });
  return { builder, node: applyOp(builder, name, nodes, attributes, origin) };
}
