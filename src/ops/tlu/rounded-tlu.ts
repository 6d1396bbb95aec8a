import { VelumError } from "../../base/error.js";
import type { Attributes } from "../../graph/node.js";
import type { LookupForm, OpSpec } from "../spec.js";
import { tlu } from "./tlu.js";

/**
 * Table look-up by blocks of 2^low values: a rounding, and what follows it, in one look-up of the block's number. The argument keeps its
 * lowest bits, so that the `in_band` values on either side of a border between blocks may read the entry of either block. Made by the
 * lowering alone; its exact meaning is that of the table.
 */
export const roundedTlu: OpSpec = {
  ...tlu,
  name: "rounded_tlu",
  doc: "Look-up of every element, rounded, by a table; next to a border of two entries it may give either. One bootstrap an element.",
  mlir: (_, call) => {
    throw new VelumError({
      code: "unsupported-op",
      path: call.path,
      problem: "the dialects know no look-up of rounded values",
      cure: "Print the graph before it is lowered to look-ups",
    });
  },
  lookup: (attributes, shape) => {
    const form = tlu.lookup(attributes, shape);
    return form === undefined ? undefined : { ...closed(form), inBand: readBand(attributes) };
  },
};

/**
 * What lies beyond a table is the table again with all signs changed. With the mean of its ends subtracted, 2^q entries are followed by
 * the last one of 2^q + 1 and preceded by the first: a table of blocks that fills its bits but for one entry needs no further bit.
 */
function closed(form: LookupForm): LookupForm {
  const count = form.tables[0]?.data.length ?? 1;
  if (!closes(count)) return form;
  const addends = form.tables.map(({ data }) => ((data[0] ?? 0) + (data[count - 1] ?? 0)) / 2);
  const tables = form.tables.map(({ data }, table) => ({
    shape: [count - 1],
    data: data.slice(0, count - 1).map((entry) => entry - (addends[table] ?? 0)),
  }));
  return { ...form, tables, addends };
}

/** Bits of a look-up of `count` blocks. */
export function blockBits(count: number): number {
  return Math.ceil(Math.log2(closes(count) ? count - 1 : count));
}

/** Whether `count` is one more than a power of two. */
function closes(count: number): boolean {
  return count > 1 && Number.isInteger(Math.log2(count - 1));
}

function readBand({ in_band: inBand }: Attributes): number {
  return typeof inBand === "number" ? inBand : 0;
}
