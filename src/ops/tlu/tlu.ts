import { VelumError } from "../../base/error.js";
import { type Shape, sameShape, shapeText, sizeOf, type Tensor } from "../../base/tensor.js";
import type { Attributes, AttributeValue, TensorArray } from "../../graph/node.js";
import type { Interval } from "../../op-spec/interval.js";
import type { Kernel } from "../../op-spec/kernel.js";
import { emitLookup } from "../../op-spec/mlir/mlir-lookup.js";
import { onlyOperand } from "../../op-spec/operands.js";
import { defineOp, type LookupForm } from "../../op-spec/spec.js";
import { tableEntry } from "../../op-spec/table.js";
import { closed } from "./closed-table.js";

/** Table look-up: every element is replaced by an entry of its table. */
export const tlu = defineOp({
  name: "tlu",
  doc: "Table look-up of every element: one table for all, or one for each element. One bootstrap an element.",
  operands: 1,
  integerOperands: true,
  read: readTables,
  shape: ({ table }, shapes, path) => {
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
  evaluate: (tables, operands, path) => {
    const operand = onlyOperand(operands, path);
    const data = operand.data.map((index, i) =>
      entryFor(tableAt(tables.table, i, path), index, tables, path),
    );
    return { shape: operand.shape, data };
  },
  kernel: (attributes, shapes, _, path) => {
    const { table, first, low } = attributes;
    if (first !== undefined && "data" in table) return clampedKernel(table.data, first, 2 ** low);
    const tables = Array.from({ length: sizeOf(onlyOperand(shapes, path)) }, (__, i) =>
      tableAt(attributes.table, i, path),
    );
    return (operands, out) => {
      const a = operands[0];
      if (a === undefined) return;
      for (let i = 0; i < out.length; i++) {
        const own = tables[i];
        if (own !== undefined) out[i] = entryFor(own, a[i] ?? 0, attributes, path);
      }
    };
  },
  range: (tables, operands, path) => lookupRange(tables, onlyOperand(operands, path), path),
  widths: () => ({ equal: "nothing", spareBits: 0 }),
  mlir: (tables, call, emitter) => emitLookup(lookupForm(tables, call.result.shape), call, emitter),
  lookup: (attributes, shape) => {
    const form = lookupForm(attributes, shape);
    return attributes.closes ? closed(form) : form;
  },
  elementwise: true,
});

/** What a look-up node carries. */
interface TableAttributes {
  readonly table: Tensor | TensorArray;
  /** Index of the first entry; undefined for Python's indexing, where negative indices count from the end. */
  readonly first: number | undefined;
  /** Entries are for indices 2^low apart. */
  readonly low: number;
  /** Entries beyond the last power of two need no further bit: see `closed`. Set by the lowering, whose tables cover all arguments. */
  readonly closes: boolean;
}

function readTables(attributes: Attributes, path: string): TableAttributes {
  const { table, first, low, closes } = attributes;
  if (table !== undefined && isTensorLike(table)) {
    return {
      table,
      first: typeof first === "number" ? first : undefined,
      low: typeof low === "number" ? low : 0,
      closes: closes === true,
    };
  }
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

/** One table for all elements, by the same rule as `entryFor`; short, since simulations run it before it is compiled. */
function clampedKernel(entries: Float64Array, first: number, step: number): Kernel {
  const last = entries.length - 1;
  return (operands, out) => {
    const a = operands[0];
    if (a === undefined) return;
    for (let i = 0; i < out.length; i++) {
      const at = Math.floor(((a[i] ?? 0) - first) / step);
      out[i] = entries[Math.max(0, Math.min(at, last))] ?? 0;
    }
  };
}

/** With a first index, indices beyond the table take its nearest entry. */
function entryFor(
  table: Tensor,
  index: number,
  { first, low }: TableAttributes,
  path: string,
): number {
  if (first === undefined) return tableEntry(table, index, path);
  const at = Math.floor((index - first) / 2 ** low);
  return table.data[Math.min(Math.max(at, 0), table.data.length - 1)] ?? 0;
}

function lookupForm({ table, first, low }: TableAttributes, shape: Shape): LookupForm {
  const start = { ...(first === undefined ? {} : { first }), ...(low === 0 ? {} : { low }) };
  if ("data" in table) return { tables: [table], tableOf: new Int32Array(sizeOf(shape)), ...start };
  // Equal tables are kept once, in order of first use.
  const byTable = new Map<Tensor, number>();
  const byEntries = new Map<string, number>();
  const tables: Tensor[] = [];
  const tableOf = Int32Array.from(table.items, (item) => {
    const known = byTable.get(item);
    if (known !== undefined) return known;
    const key = item.data.join();
    const position = byEntries.get(key) ?? tables.push(item) - 1;
    byEntries.set(key, position);
    byTable.set(item, position);
    return position;
  });
  return { tables, tableOf, ...start };
}

/** Extremes of the entries between the bounds of each element. Cost: the width of the bounds an element. */
function lookupRange(tables: TableAttributes, operand: Interval, path: string): Interval {
  const size = operand.low.data.length;
  const low = new Float64Array(size).fill(Infinity);
  const high = new Float64Array(size).fill(-Infinity);
  for (let i = 0; i < size; i++) {
    const own = tableAt(tables.table, i, path);
    for (let index = operand.low.data[i] ?? 0; index <= (operand.high.data[i] ?? 0); index++) {
      const entry = entryFor(own, index, tables, path);
      low[i] = Math.min(low[i] ?? entry, entry);
      high[i] = Math.max(high[i] ?? entry, entry);
    }
  }
  const { shape } = operand.low;
  return { low: { shape, data: low }, high: { shape, data: high } };
}
