import { VelumError } from "../base/error.js";
import { type Shape, sizeOf, type Tensor } from "../base/tensor.js";
import { extremes, type GraphBuilder, type Origin } from "../graph/builder.js";
import { minimalIntegerType } from "../graph/integer-type.js";
import { type Attributes, placedName } from "../graph/node.js";
import { evaluateOperation } from "../op-spec/evaluate-operation.js";
import { wrongCount } from "../op-spec/operands.js";
import { opSpec } from "./registry.js";

/** A value of more elements would take gigabytes to trace, let alone encrypted. */
const mostElements = 2 ** 26;

/** A node together with its value on the sample that the function is traced with. */
export interface SampledNode {
  readonly id: number;
  readonly encrypted: boolean;
  readonly sample: Tensor;
  /** Floating-point numbers. */
  readonly float?: boolean;
}

/**
 * Adds a node for operation `name` to a graph under construction. The sample's value gives a first guess of the
 * type. Errors: `unsupported-op` for an unknown name, `bad-argument` for a wrong number of operands, `bad-shape`,
 * `out-of-range` where the operation fails on the sample.
 */
export function applyOp(
  builder: GraphBuilder,
  name: string,
  operands: readonly SampledNode[],
  attributes: Attributes,
  origin: Origin,
): SampledNode {
  const path = placedName(name, origin);
  const spec = opSpec(name, path);
  if (spec.operands !== "any" && operands.length !== spec.operands) {
    throw wrongCount(operands.length, spec.operands, path);
  }
  const shapes = operands.map((operand) => operand.sample.shape);
  const shape = spec.shape(attributes, shapes, path);
  checkShape(shape, path);
  const samples = operands.map((operand) => operand.sample);
  const floats = operands.map((operand) => operand.float === true);
  if (spec.integerOperands && floats.some((own) => own)) throw integersOnly(path);
  const float = spec.float(attributes, floats);
  const anyFloat = float || floats.some((own) => own);
  const sample = evaluateOperation(spec, attributes, samples, anyFloat, path);
  const encrypted = spec.encrypts || operands.some((operand) => operand.encrypted);
  const { min, max } = extremes(sample);
  const type = float ? { signed: false, bits: 1 } : minimalIntegerType(min, max);
  const output = { encrypted, type, shape, ...(float ? { float } : {}) };
  const ids = operands.map((operand) => operand.id);
  const text = spec.text(attributes, operands.length);
  const id = builder.operation(name, ids, attributes, output, origin, text);
  return { id, encrypted, sample, ...(float ? { float } : {}) };
}

/** Before anything of that shape is made. */
function checkShape(shape: Shape, path: string): void {
  const wrong = shape.find((length) => !Number.isSafeInteger(length) || length < 1);
  const size = sizeOf(shape);
  if (wrong === undefined && size <= mostElements) return;
  throw new VelumError({
    code: "bad-shape",
    path,
    problem:
      wrong === 0
        ? "the result has no elements"
        : wrong === undefined
          ? `the result has ${size} elements, and values have at most ${mostElements}`
          : `the result has an axis of length ${wrong}`,
    limit: mostElements,
    cure: "Use axes of length 1 or more, some millions of elements in all",
  });
}

function integersOnly(path: string): VelumError {
  return new VelumError({
    code: "unsupported-op",
    path,
    problem: "an operand is floating-point, and it is for integers alone",
    cure: 'Make the operand an integer before, with astype("int64")',
  });
}
