import { type Shape, scalar, sizeOf, type Tensor } from "../base/tensor.js";
import { readIntegers } from "../op-spec/attributes.js";
import { dialectOf } from "../op-spec/mlir/mlir-forms.js";
import { emitZero } from "../op-spec/mlir/mlir-shapes.js";
import type { MlirType } from "../op-spec/mlir-emitter.js";
import { defineOp, type OpSpec } from "../op-spec/spec.js";

/** An operation without operands: a tensor of one number, encrypted without a mask and without noise. */
export function defineFilled(name: string, value: number, doc: string): OpSpec {
  const filled = (shape: Shape): Tensor => ({
    shape,
    data: new Float64Array(sizeOf(shape)).fill(value),
  });
  return defineOp<Shape>({
    name,
    doc,
    operands: 0,
    encrypts: true,
    read: (attributes, path) => readIntegers(attributes, "shape", path) ?? [],
    text: () => `${name}()`,
    shape: (shape) => shape,
    evaluate: (shape) => filled(shape),
    range: (shape) => ({ low: filled(shape), high: filled(shape) }),
    widths: () => ({ equal: "nothing", spareBits: 0 }),
    mlir: (_, { result }, emitter) => {
      if (value === 0) return emitZero(result, emitter);
      const clear: MlirType = { ...result, kind: "clear", bits: result.bits + 1, shape: [] };
      const constant = emitter.constant(scalar(value), clear);
      const zero = emitZero(result, emitter);
      const dialect = dialectOf(result);
      const operand = result.shape.length === 0 ? constant : emitter.fromElement(constant);
      return emitter.emit(`${dialect}.add_eint_int`, [zero, operand], result);
    },
    affine: (shape) => {
      const outputs = sizeOf(shape);
      return {
        inputs: 0,
        outputs,
        rowStart: new Int32Array(outputs + 1),
        column: new Int32Array(0),
        weight: new Float64Array(0),
        constant: new Float64Array(outputs).fill(value),
      };
    },
  });
}
