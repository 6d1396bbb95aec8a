/** Training columns as bin numbers: split search then reads one small integer a value. */
export interface BinnedColumns {
  readonly rows: number;
  readonly features: number;
  /** `[features, rows]` */
  readonly bins: Uint8Array | Uint16Array | Uint32Array;
  /** `[features + 1]` where each feature's bins begin in a histogram; its missing values have the last one, if it has any. */
  readonly offsets: Int32Array;
  /** `[features]` the bin of missing values, or -1. */
  readonly missingBin: Int32Array;
}

/** Which side a value goes to that equals an edge. */
export type EdgeSide = "below" | "above";

/**
 * Puts `columns` (`[features, rows]`, NaN where missing) into bins. `edges[j]` are ascending; a value's bin is the number of edges
 * below it (and of equal ones, where equal values lie above their edge), `lastBins[j]` at most.
 */
export function binColumns(
  columns: Float32Array | Float64Array,
  rows: number,
  edges: readonly (Float32Array | Float64Array)[],
  lastBins: Int32Array,
  equal: EdgeSide,
): BinnedColumns {
  const features = edges.length;
  const offsets = new Int32Array(features + 1);
  const missingBin = new Int32Array(features).fill(-1);
  let most = 0;
  for (let j = 0; j < features; j++) {
    let count = (lastBins[j] ?? 0) + 1;
    if (hasMissing(columns, j * rows, (j + 1) * rows)) missingBin[j] = count++;
    most = Math.max(most, count);
    offsets[j + 1] = (offsets[j] ?? 0) + count;
  }
  const size = features * rows;
  const bins =
    most <= 256
      ? new Uint8Array(size)
      : most <= 65536
        ? new Uint16Array(size)
        : new Uint32Array(size);
  edges.forEach((own, j) => {
    const last = lastBins[j] ?? 0;
    const missing = missingBin[j] ?? 0;
    for (let i = j * rows; i < (j + 1) * rows; i++) {
      const value = columns[i] ?? 0;
      bins[i] = Number.isNaN(value) ? missing : Math.min(last, edgesBelow(own, value, equal));
    }
  });
  return { rows, features, bins, offsets, missingBin };
}

function edgesBelow(edges: Float32Array | Float64Array, value: number, equal: EdgeSide): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const edge = edges[middle] ?? 0;
    if (edge < value || (equal === "above" && edge === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function hasMissing(columns: Float32Array | Float64Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (Number.isNaN(columns[i] ?? 0)) return true;
  return false;
}
