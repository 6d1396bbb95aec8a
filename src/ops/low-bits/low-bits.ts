import { VelumError } from "../../base/error.js";
import { sizeOf, type Tensor } from "../../base/tensor.js";
import type { Attributes } from "../../graph/node.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineOp } from "../../op-spec/spec.js";
import { modulo } from "../arithmetic/integer-arithmetic.js";

/**
 * The lowest `bits` bits of every element, in an encoding of so many bits: higher ones fall off the end of the torus when a ciphertext is
 * multiplied by a power of two. No bootstrap. What else is added then needs to be no quieter than `bits` bits ask for, however wide the
 * operand is. Above bit `bits` anything may stand, so only look-ups of windows may read the sums. Made by the lowering alone.
 */
export const lowBits = defineOp({
  name: "low_bits",
  doc: "The lowest bits of every element, for look-ups of windows. No bootstrap.",
  operands: 1,
  read: readBits,
  shape: (_, shapes, path) => onlyOperand(shapes, path),
  evaluate: (bits, operands, path) => {
    const operand = onlyOperand(operands, path);
    return { shape: operand.shape, data: operand.data.map((value) => modulo(value, 2 ** bits)) };
  },
  range: (bits, operands, path) => {
    const { shape } = onlyOperand(operands, path).low;
    const filled = (value: number): Tensor => ({
      shape,
      data: new Float64Array(sizeOf(shape)).fill(value),
    });
    return { low: filled(0), high: filled(2 ** bits - 1) };
  },
  widths: () => ({ equal: "nothing", spareBits: 0 }),
  mlir: (_, call) => {
    throw new VelumError({
      code: "unsupported-op",
      path: call.path,
      problem: "the dialects know no encoding without high bits",
      cure: "Print the graph before it is lowered to look-ups",
    });
  },
  dropsHighBits: true,
  elementwise: true,
});

function readBits({ bits }: Attributes, path: string): number {
  if (typeof bits === "number" && Number.isInteger(bits) && bits > 0) return bits;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: "it keeps no whole number of bits",
    cure: "Take windows of values with bits",
  });
}
