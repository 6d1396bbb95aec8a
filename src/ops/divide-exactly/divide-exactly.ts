import { VelumError } from "../../base/error.js";
import { sizeOf, type Tensor } from "../../base/tensor.js";
import type { Attributes } from "../../graph/node.js";
import { readIntegers } from "../../op-spec/attributes.js";
import { shapeOf } from "../../op-spec/elementwise.js";
import { emitLookup } from "../../op-spec/mlir/mlir-lookup.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineOp } from "../../op-spec/spec.js";
import { identityMap } from "../../program/affine.js";

/** `x / divisor` without a rest: the scale of a mean, where it cancels. */
export const divideExactly = defineOp<number>({
  name: "divide_exactly",
  doc: "Quotient by a number that divides every weight of the linear combination so far. Free.",
  operands: 1,
  read: readDivisor,
  shape: (_, shapes, path) => onlyOperand(shapes, path),
  evaluate: (divisor, operands, path) => quotients(onlyOperand(operands, path), divisor, path),
  range: (divisor, operands, path) => {
    const { low, high } = onlyOperand(operands, path);
    return {
      low: { ...low, data: low.data.map((value) => Math.ceil(value / divisor) + 0) },
      high: { ...high, data: high.data.map((value) => Math.floor(value / divisor) + 0) },
    };
  },
  widths: () => ({ equal: "operands and result", spareBits: 0 }),
  mlir: (divisor, call, emitter) => {
    const { type } = onlyOperand(call.operands, call.path);
    const size = 2 ** type.bits;
    const data = Float64Array.from({ length: size }, (_, i) => {
      const value = type.signed && i >= size / 2 ? i - size : i;
      return Math.trunc(value / divisor) + 0;
    });
    const tableOf = new Int32Array(sizeOf(type.shape));
    return emitLookup({ tables: [{ shape: [size], data }], tableOf }, call, emitter);
  },
  affine: (_, operands) => identityMap(sizeOf(shapeOf(onlyOperand(operands, "divide_exactly")))),
  divisor: (divisor) => divisor,
});

/** Errors: `bad-argument` for a divisor below 1. */
export function readDivisor(attributes: Attributes, path: string): number {
  const [divisor = 0] = readIntegers(attributes, "divisor", path) ?? [];
  if (divisor >= 1) return divisor;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `the divisor is ${divisor}`,
    limit: 1,
    actual: divisor,
    cure: "Divide by 1 or more",
  });
}

function quotients(value: Tensor, divisor: number, path: string): Tensor {
  const data = value.data.map((item) => {
    if (item % divisor === 0) return item / divisor + 0;
    throw new VelumError({
      code: "not-integer",
      path,
      problem: `a value is no multiple of ${divisor}`,
      limit: `multiples of ${divisor}`,
      cure: 'Round it, which makes it one look-up of the sum: round().astype("int64"), fhe.floor, astype; or divide after decryption',
    });
  });
  return { shape: value.shape, data };
}
