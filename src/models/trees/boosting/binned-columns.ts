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
    const column = columns.subarray(j * rows, (j + 1) * rows);
    const out = bins.subarray(j * rows, (j + 1) * rows);
    writeBins(out, column, own, equal, lastBins[j] ?? 0, missingBin[j] ?? 0);
  });
  return { rows, features, bins, offsets, missingBin };
}

/** Cells between the first and the last edge; a value is looked for among the edges of its own cell alone. */
const cells = 1024;

function writeBins(
  out: BinnedColumns["bins"],
  column: Float32Array | Float64Array,
  edges: Float32Array | Float64Array,
  equal: EdgeSide,
  last: number,
  missing: number,
): void {
  const low = edges[0] ?? 0;
  const width = (edges.at(-1) ?? 0) - low;
  const scale = width > 0 && Number.isFinite(width) ? (cells - 1) / width : 0;
  // Rises with the value, so edges of earlier cells lie below it and edges of later ones above.
  const cellOf = (value: number): number =>
    scale === 0 ? 0 : Math.min(cells - 1, Math.max(0, Math.floor((value - low) * scale)));
  const before = new Int32Array(cells + 1);
  for (const edge of edges) before[cellOf(edge) + 1] = (before[cellOf(edge) + 1] ?? 0) + 1;
  for (let cell = 0; cell < cells; cell++) {
    before[cell + 1] = (before[cell + 1] ?? 0) + (before[cell] ?? 0);
  }
  const above = equal === "above";
  for (let i = 0; i < column.length; i++) {
    const value = column[i] ?? 0;
    if (Number.isNaN(value)) {
      out[i] = missing;
      continue;
    }
    const cell = cellOf(value);
    let from = before[cell] ?? 0;
    let to = before[cell + 1] ?? 0;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const edge = edges[middle] ?? 0;
      if (edge < value || (above && edge === value)) from = middle + 1;
      else to = middle;
    }
    out[i] = Math.min(last, from);
  }
}

function hasMissing(columns: Float32Array | Float64Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (Number.isNaN(columns[i] ?? 0)) return true;
  return false;
}
