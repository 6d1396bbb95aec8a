import type { LookupForm } from "../../op-spec/spec.js";

/**
 * What lies beyond a table is the table again with all signs changed. With the mean of its ends subtracted, 2^q entries are followed by
 * the last one of 2^q + 1 and preceded by the first, so that 2^q + 1 values need q bits. Other tables stay as they are.
 */
export function closed(form: LookupForm): LookupForm {
  const count = form.tables[0]?.data.length ?? 1;
  if (!closes(count)) return form;
  const addends = form.tables.map(({ data }) => ((data[0] ?? 0) + (data[count - 1] ?? 0)) / 2);
  const tables = form.tables.map(({ data }, table) => ({
    shape: [count - 1],
    data: data.slice(0, count - 1).map((entry) => entry - (addends[table] ?? 0)),
  }));
  return { ...form, tables, addends };
}

/** Bits of a look-up of `count` values or blocks that may be closed. */
export function closedBits(count: number): number {
  return Math.ceil(Math.log2(closes(count) ? count - 1 : count));
}

/** Whether `count` is one more than a power of two. */
function closes(count: number): boolean {
  return count > 1 && Number.isInteger(Math.log2(count - 1));
}
