import type { BinnedColumns } from "./binned-columns.js";

/** First and second derivative of the loss for each row, in single precision as the originals keep them. */
export interface Derivatives {
  /** `[rows]` */
  readonly gradient: Float32Array;
  readonly hessian: Float32Array;
}

/**
 * Sums of derivatives by bin, `[bins, 2]`: gradient, hessian. One node's histogram holds all features, one after the other.
 * A builder keeps histograms that are given back for the next node.
 */
export class HistogramBuilder {
  readonly #data: BinnedColumns;
  readonly #length: number;
  readonly #free: Float64Array[] = [];
  readonly #gradient: Float32Array;
  readonly #hessian: Float32Array;

  constructor(data: BinnedColumns) {
    this.#data = data;
    this.#length = 2 * (data.offsets[data.features] ?? 0);
    this.#gradient = new Float32Array(data.rows);
    this.#hessian = new Float32Array(data.rows);
  }

  /** The histogram of the rows `order[start..end)` over `features`. Cost: some 2 ns a row and feature. */
  build(
    order: Int32Array,
    start: number,
    end: number,
    derivatives: Derivatives,
    features: Int32Array,
  ): Float64Array {
    const { bins, rows, offsets } = this.#data;
    const histogram = this.#free.pop()?.fill(0) ?? new Float64Array(this.#length);
    const count = end - start;
    const gradient = this.#gradient.subarray(0, count);
    const hessian = this.#hessian.subarray(0, count);
    for (let i = 0; i < count; i++) {
      const row = order[start + i] ?? 0;
      gradient[i] = derivatives.gradient[row] ?? 0;
      hessian[i] = derivatives.hessian[row] ?? 0;
    }
    const own = order.subarray(start, end);
    for (const feature of features) {
      const column = bins.subarray(feature * rows, (feature + 1) * rows);
      const from = 2 * (offsets[feature] ?? 0);
      const to = 2 * (offsets[feature + 1] ?? 0);
      addColumn(histogram.subarray(from, to), column, own, gradient, hessian);
    }
    return histogram;
  }

  /** Turns a parent's histogram into that of the other child, in place. */
  subtract(parent: Float64Array, child: Float64Array): Float64Array {
    for (let i = 0; i < parent.length; i++) parent[i] = (parent[i] ?? 0) - (child[i] ?? 0);
    return parent;
  }

  /** The histogram is no longer needed; its memory serves again. */
  giveBack(histogram: Float64Array | undefined): void {
    if (histogram !== undefined) this.#free.push(histogram);
  }
}

function addColumn(
  sums: Float64Array,
  column: Uint8Array | Uint16Array | Uint32Array,
  order: Int32Array,
  gradient: Float32Array,
  hessian: Float32Array,
): void {
  for (let i = 0; i < order.length; i++) {
    const at = 2 * (column[order[i] ?? 0] ?? 0);
    sums[at] = (sums[at] ?? 0) + (gradient[i] ?? 0);
    sums[at + 1] = (sums[at + 1] ?? 0) + (hessian[i] ?? 0);
  }
}
