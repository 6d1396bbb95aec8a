import { VelumError } from "../../base/error.js";
import { sizeOf, type Tensor } from "../../base/tensor.js";
import { extremes } from "../../graph/builder.js";
import type { Attributes } from "../../graph/node.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineOp } from "../../op-spec/spec.js";

/** What a window look-up carries. */
interface WindowAttributes {
  /** `[2^(bits + 1)]` results by the window's value; entry `v + 2^bits` is `total - entry v`. */
  readonly table: Tensor;
  /** Lowest bit of the window; the operand's bits below it are zero. */
  readonly low: number;
  readonly total: number;
}

/**
 * Table look-up of some bits of every element, whatever its higher bits are: `bits + 1` bits from bit `low` on, by a table whose two
 * halves add up to one number. On ciphertexts that needs no free bit above the window, and costs a look-up of `bits` bits. Made by
 * the lowering alone.
 */
export const windowTlu = defineOp({
  name: "window_tlu",
  doc: "Look-up of some bits of every element, by a table whose halves add up to a constant. One bootstrap an element.",
  operands: 1,
  read: readWindow,
  shape: (_, shapes, path) => onlyOperand(shapes, path),
  evaluate: ({ table, low }, operands, path) => {
    const operand = onlyOperand(operands, path);
    const size = table.data.length;
    const data = operand.data.map((value) => {
      const at = Math.floor(value / 2 ** low);
      return table.data[at - Math.floor(at / size) * size] ?? 0;
    });
    return { shape: operand.shape, data };
  },
  range: ({ table }, operands, path) => {
    const { shape } = onlyOperand(operands, path).low;
    const { min, max } = extremes(table);
    const filled = (value: number): Tensor => ({
      shape,
      data: new Float64Array(sizeOf(shape)).fill(value),
    });
    return { low: filled(min), high: filled(max) };
  },
  widths: () => ({ equal: "nothing", spareBits: 0 }),
  mlir: (_, call) => {
    throw new VelumError({
      code: "unsupported-op",
      path: call.path,
      problem: "the dialects know no look-up of a window of bits",
      cure: "Print the graph before it is lowered to look-ups",
    });
  },
  lookup: ({ table, low, total }, shape) => {
    const half = table.data.length / 2;
    const data = table.data.slice(0, half).map((entry) => entry - total / 2);
    const tableOf = new Int32Array(sizeOf(shape));
    return {
      tables: [{ shape: [half], data }],
      ...{ tableOf, low, window: Math.log2(half), addends: [total / 2] },
    };
  },
  elementwise: true,
});

function readWindow(attributes: Attributes, path: string): WindowAttributes {
  const { table, low } = attributes;
  if (typeof table === "object" && table !== null && "data" in table && typeof low === "number") {
    const { data } = table;
    const half = data.length / 2;
    const total = (data[0] ?? 0) + (data[half] ?? 0);
    const fits = Number.isInteger(Math.log2(half)) && Number.isInteger(low) && low >= 0;
    const halves = data.every((entry, i) => i >= half || entry + (data[i + half] ?? 0) === total);
    if (fits && halves) return { table, low, total };
  }
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: "it has no table of a power of two entries whose halves add up to one number",
    cure: "Make look-ups with a LookupTable",
  });
}
