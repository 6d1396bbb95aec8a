import { VelumError } from "../../base/error.js";
import { type Shape, shapeText } from "../../base/tensor.js";
import { filled } from "../../op-spec/choice.js";
import { extremesOf } from "../../op-spec/interval.js";
import { dialectOf, notInDialect } from "../../op-spec/mlir/mlir-forms.js";
import { operandPair } from "../../op-spec/operands.js";
import { inOrder } from "../../op-spec/selection.js";
import { defineOp, noAttributes } from "../../op-spec/spec.js";

/** Entries of a table that is itself a parameter: operand 0 is looked up in operand 1. */
export const dynamicTlu = defineOp<null>({
  name: "dynamic_tlu",
  guessedType: "first operand",
  doc: "Look-up in a table that is known only at run time. Two look-ups or more for each entry and element.",
  operands: 2,
  read: noAttributes,
  shape: (_, shapes, path) => {
    const [x, table] = operandPair(shapes, path);
    if (table.length === 1) return x;
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `a table of shape ${shapeText(table)} is not a list of entries`,
      cure: "Give a table with one axis",
    });
  },
  evaluate: (_, operands, path) => {
    const [x, table] = operandPair(operands, path);
    const entries = table.data.length;
    const data = x.data.map((at) => {
      if (at >= -entries && at < entries) return table.data[at < 0 ? at + entries : at] ?? 0;
      throw new VelumError({
        code: "out-of-range",
        path,
        problem: `${at} has no entry in a table of ${entries}`,
        limit: entries - 1,
        actual: at,
        cure: "Give the table an entry for every value that is looked up",
      });
    });
    return { shape: x.shape, data };
  },
  range: (_, operands, path) => {
    const [x, table] = operandPair(operands, path);
    return extremesOf([table], x.low.shape);
  },
  widths: () => ({ equal: "nothing", spareBits: 0 }),
  choice: (_, shapes, path) => {
    const [x, table]: [Shape, Shape] = operandPair(shapes, path);
    const size = filled(x, 0).data.length;
    return {
      parts: [1],
      indices: [0],
      shape: x,
      lengths: [table[0] ?? 1],
      deciders: [inOrder(size)],
      sources: ([position = 0]) => {
        const length = table[0] ?? 1;
        return new Int32Array(size).fill(position < 0 ? position + length : position);
      },
    };
  },
  mlir: (_, call, emitter) => {
    const [x, table] = operandPair(call.operands, call.path);
    const whole = (table.type.shape[0] ?? 0) === 2 ** x.type.bits && !x.type.signed;
    if (x.type.kind !== "encrypted" || table.type.kind !== "clear" || !whole)
      throw notInDialect(call);
    return emitter.emit(`${dialectOf(call.result)}.apply_lookup_table`, [x, table], call.result);
  },
});
