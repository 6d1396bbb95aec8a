import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { type IntegerType, maximumOf, minimumOf } from "../graph/integer-type.js";

/** Entry `index` with Python's rule: -1 is the last entry. Errors: `out-of-range`. */
export function tableEntry(table: Tensor, index: number, path: string): number {
  const length = table.data.length;
  const entry = table.data[index < 0 ? index + length : index];
  if (entry !== undefined) return entry;
  throw new VelumError({
    code: "out-of-range",
    path,
    problem: `index ${index} lies outside a table of ${length} entries`,
    limit: index < 0 ? -length : length - 1,
    actual: index,
    cure: "Give the table an entry for every value that its input can take",
  });
}

/**
 * The table over every value of `type`, in the order of the dialect: 0 to the maximum, then the minimum to -1.
 * Values without an entry take the one of the nearest value that has it, in this order. `[2^bits]`
 */
export function tableOverType(table: Tensor, type: IntegerType): Float64Array {
  const length = table.data.length;
  const size = 2 ** type.bits;
  const maximum = maximumOf(type);
  const values = Array.from({ length: size }, (_, i) => (i <= maximum ? i : i - size));
  const known = values.map((value) => value < length && value >= -length);
  const left = nearest(known, 1);
  const right = nearest(known, -1);
  return Float64Array.from(values, (_, position) => {
    const before = left[position] ?? -1;
    const after = right[position] ?? -1;
    const source =
      after < 0 || (before >= 0 && position - before <= after - position) ? before : after;
    const value = values[source] ?? 0;
    return table.data[value < 0 ? value + length : value] ?? 0;
  });
}

/** The same entries for ascending values, `minimumOf(type)` first. `[2^bits]` */
export function ascendingTable(table: Tensor, type: IntegerType): Float64Array {
  const entries = tableOverType(table, type);
  const first = minimumOf(type);
  return Float64Array.from(entries, (_, i) => {
    const value = first + i;
    return entries[value < 0 ? value + entries.length : value] ?? 0;
  });
}

/** Position of the closest `true` at or before (`step` 1) or at or after (`step` -1) each place; -1 if there is none. */
function nearest(known: readonly boolean[], step: 1 | -1): Int32Array {
  const positions = new Int32Array(known.length);
  let last = -1;
  for (let count = 0; count < known.length; count++) {
    const position = step === 1 ? count : known.length - 1 - count;
    if (known[position] === true) last = position;
    positions[position] = last;
  }
  return positions;
}
