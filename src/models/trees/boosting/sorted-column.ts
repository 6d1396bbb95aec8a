import { sortedFloat32 } from "./sort-float32.js";

/** The distinct values of a column, ascending, with the weight of the rows that have each. */
export interface SortedColumn {
  readonly values: Float32Array;
  readonly sums: Float64Array;
  /** Rows that are not NaN. */
  readonly present: number;
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
  if (weights === undefined)
    return { values: distinct, sums: sums.subarray(0, size), present: count };
  return {
    values: distinct,
    sums: summed(placesOf(column, distinct), weights, size),
    present: count,
  };
}

/** A column that is sorted once and weighed several times. */
export interface SortedPlaces {
  weighed(weights: Float64Array): SortedColumn;
}

export function sortedPlaces(column: Float32Array): SortedPlaces {
  const { values, present } = sortedColumn(column, undefined);
  const places = placesOf(column, values);
  return {
    weighed: (weights) => ({ values, sums: summed(places, weights, values.length), present }),
  };
}

/** `[rows]` index of each row's value; -1 for NaN. */
function placesOf(column: Float32Array, values: Float32Array): Int32Array {
  const place = new Map(Array.from(values, (value, at) => [value, at]));
  return Int32Array.from(column, (value) => place.get(value) ?? -1);
}

function summed(places: Int32Array, weights: Float64Array, size: number): Float64Array {
  const sums = new Float64Array(size);
  for (let row = 0; row < places.length; row++) {
    const at = places[row] ?? -1;
    if (at >= 0) sums[at] = (sums[at] ?? 0) + (weights[row] ?? 0);
  }
  return sums;
}
