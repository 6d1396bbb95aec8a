import { sortedFloat32 } from "./sort-float32.js";

/** The distinct values of a column, ascending, with the weight of the rows that have each. */
export interface SortedColumn {
  readonly values: Float32Array;
  readonly sums: Float64Array;
}

/** NaN is left out. `weights` (`[rows]`) count each row once where undefined. */
export function sortedColumn(
  column: Float32Array,
  weights: Float64Array | undefined,
): SortedColumn {
  const sorted = sortedFloat32(column);
  const count = sorted.length;
  const values = new Float32Array(count);
  const sums = new Float64Array(count);
  let size = 0;
  for (let i = 0; i < count; i++) {
    const value = sorted[i] ?? 0;
    if (size === 0 || value !== values[size - 1]) values[size++] = value;
    sums[size - 1] = (sums[size - 1] ?? 0) + 1;
  }
  const distinct = values.subarray(0, size);
  if (weights === undefined) return { values: distinct, sums: sums.subarray(0, size) };
  sums.fill(0);
  const place = new Map(Array.from(distinct, (value, at) => [value, at]));
  column.forEach((value, row) => {
    const at = place.get(value);
    if (at !== undefined) sums[at] = (sums[at] ?? 0) + (weights[row] ?? 0);
  });
  return { values: distinct, sums: sums.subarray(0, size) };
}
