import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { type IntegerType, maximumOf } from "../graph/integer-type.js";
import { nearestKnown } from "./tabulate.js";

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
 * Values without an entry take the one of the nearest value that has it, in this order. With `first`, entries belong to the
 * indices from it on, 2^low apart. `[2^bits]`
 */
export function tableOverType(
  table: Tensor,
  type: IntegerType,
  first?: number,
  low = 0,
): Float64Array {
  const size = 2 ** type.bits;
  const maximum = maximumOf(type);
  return tableOver(
    table,
    Array.from({ length: size }, (_, i) => (i <= maximum ? i : i - size)),
    first,
    low,
  );
}

/** Entries for `count` ascending values from `start` on, filled like `tableOverType`'s. `[count]` */
export function ascendingTable(
  table: Tensor,
  start: number,
  count: number,
  first?: number,
): Float64Array {
  return tableOver(
    table,
    Array.from({ length: count }, (_, i) => start + i),
    first,
  );
}

function tableOver(
  table: Tensor,
  values: readonly number[],
  first: number | undefined,
  low = 0,
): Float64Array {
  const length = table.data.length;
  const place = (value: number): number => {
    if (first !== undefined) return Math.floor((value - first) / 2 ** low);
    return value < 0 ? value + length : value;
  };
  const known = values.map((value) => {
    if (first === undefined) return value < length && value >= -length;
    return value >= first && value < first + length * 2 ** low;
  });
  return Float64Array.from(nearestKnown(known), (source) => {
    return table.data[place(values[source] ?? 0)] ?? 0;
  });
}
