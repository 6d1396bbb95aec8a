import { VelumError } from "../../base/error.js";
import { type Shape, sameShape, shapeText, sizeOf, type Tensor } from "../../base/tensor.js";
import type { Attributes, AttributeValue, TensorArray } from "../../graph/node.js";
import type { Interval } from "../interval.js";
import { onlyOperand } from "../operands.js";
import { defineOp, type LookupForm } from "../spec.js";
import { tableEntry } from "../table.js";
import { emitLookup } from "./mlir.js";

/** Table look-up: every element is replaced by an entry of its table. */
export const tlu = defineOp({
  name: "tlu",
  doc: "Table look-up of every element: one table for all, or one for each element. One bootstrap an element.",
  operands: 1,
  read: (attributes, path) => readTable(attributes, path),
  shape: (table, shapes, path) => {
    const shape = onlyOperand(shapes, path);
    if (!("data" in table) && !sameShape(table.shape, shape)) {
      throw new VelumError({
        code: "bad-shape",
        path,
        problem: `tables of shape ${shapeText(table.shape)} cannot be looked up with a value of shape ${shapeText(shape)}`,
        cure: "Give one table, or exactly one for each element",
      });
    }
    return shape;
  },
  evaluate: (table, operands, path) => {
    const operand = onlyOperand(operands, path);
    const data = operand.data.map((index, i) => tableEntry(tableAt(table, i, path), index, path));
    return { shape: operand.shape, data };
  },
  range: (table, operands, path) => lookupRange(table, onlyOperand(operands, path), path),
  widths: () => ({ equal: "nothing", spareBits: 0 }),
  mlir: (table, call, emitter) => emitLookup(lookupForm(table, call.result.shape), call, emitter),
  lookup: lookupForm,
});

function readTable(attributes: Attributes, path: string): Tensor | TensorArray {
  const { table } = attributes;
  if (table !== undefined && isTensorLike(table)) return table;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: "the node has no attribute `table`",
    cure: "Make look-ups with a LookupTable",
  });
}

function isTensorLike(value: AttributeValue): value is Tensor | TensorArray {
  return typeof value === "object" && value !== null && "shape" in value;
}

function tableAt(table: Tensor | TensorArray, element: number, path: string): Tensor {
  const own = "data" in table ? table : table.items[element];
  if (own !== undefined) return own;
  throw new VelumError({
    code: "bad-shape",
    path,
    problem: `element ${element} has no table`,
    cure: "Give one table, or exactly one for each element",
  });
}

function lookupForm(table: Tensor | TensorArray, shape: Shape): LookupForm {
  if ("data" in table) return { tables: [table], tableOf: new Int32Array(sizeOf(shape)) };
  // Equal tables are kept once, in order of first use.
  const positions = new Map<string, number>();
  const tables: Tensor[] = [];
  const tableOf = Int32Array.from(table.items, (item) => {
    const key = item.data.join();
    const known = positions.get(key);
    if (known !== undefined) return known;
    positions.set(key, tables.length);
    return tables.push(item) - 1;
  });
  return { tables, tableOf };
}

/** Extremes of the entries between the bounds of each element. Cost: the width of the bounds an element. */
function lookupRange(table: Tensor | TensorArray, operand: Interval, path: string): Interval {
  const size = operand.low.data.length;
  const low = new Float64Array(size).fill(Infinity);
  const high = new Float64Array(size).fill(-Infinity);
  for (let i = 0; i < size; i++) {
    const own = tableAt(table, i, path);
    for (let index = operand.low.data[i] ?? 0; index <= (operand.high.data[i] ?? 0); index++) {
      const entry = tableEntry(own, index, path);
      low[i] = Math.min(low[i] ?? entry, entry);
      high[i] = Math.max(high[i] ?? entry, entry);
    }
  }
  const { shape } = operand.low;
  return { low: { shape, data: low }, high: { shape, data: high } };
}
