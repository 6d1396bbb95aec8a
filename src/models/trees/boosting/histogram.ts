import type { BinnedColumns } from "./binned-columns.js";

/** First and second derivative of the loss for each row, in single precision as the originals keep them. */
export interface Derivatives {
  /** `[rows]` */
  readonly gradient: Float32Array;
  readonly hessian: Float32Array;
}

/** What a bin holds: gradient and hessian, or also how many rows. */
export type BinWidth = 2 | 3;

/**
 * Sums of derivatives by bin, `[bins, 2]` (gradient, hessian) or `[bins, 3]` (also rows). One node's histogram holds all features,
 * one after the other. A builder keeps histograms that are given back for the next node.
 */
export class HistogramBuilder {
  readonly #data: BinnedColumns;
  readonly #width: BinWidth;
  readonly #length: number;
  readonly #free: Float64Array[] = [];
  readonly #gradient: Float32Array;
  readonly #hessian: Float32Array;
  /** How many histograms may wait for their nodes' turn; nodes beyond that have their children's made anew. */
  readonly keepable: number;

  constructor(data: BinnedColumns, width: BinWidth, keptBytes = 2 ** 28) {
    this.#data = data;
    this.#width = width;
    this.#length = width * (data.offsets[data.features] ?? 0);
    this.keepable = Math.floor(keptBytes / (8 * this.#length));
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
    const { gradient, hessian } = this.#inOrder(order, start, end, derivatives);
    const own = order.subarray(start, end);
    const width = this.#width;
    let at = 0;
    // Four columns in one pass: the row and its derivatives are read once, and the sums do not wait for each other.
    for (; width === 2 && at + 4 <= features.length; at += 4) {
      const group = Array.from(features.subarray(at, at + 4), (feature) => ({
        column: feature * rows,
        sums: 2 * (offsets[feature] ?? 0),
      }));
      addFourColumns(histogram, bins, group, own, gradient, hessian);
    }
    for (const feature of features.subarray(at)) {
      const column = bins.subarray(feature * rows, (feature + 1) * rows);
      const from = width * (offsets[feature] ?? 0);
      const sums = histogram.subarray(from, width * (offsets[feature + 1] ?? 0));
      addColumn(sums, column, width, own, { gradient, hessian });
    }
    return histogram;
  }

  /** Derivatives of `order[start..end)`, one after the other. */
  #inOrder(order: Int32Array, start: number, end: number, all: Derivatives): Derivatives {
    const count = end - start;
    const gradient = this.#gradient.subarray(0, count);
    const hessian = this.#hessian.subarray(0, count);
    for (let i = 0; i < count; i++) {
      const row = order[start + i] ?? 0;
      gradient[i] = all.gradient[row] ?? 0;
      hessian[i] = all.hessian[row] ?? 0;
    }
    return { gradient, hessian };
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

type Bins = Uint8Array | Uint16Array | Uint32Array;

/** Where a column begins in the bins and its sums in the histogram. */
interface ColumnPlace {
  readonly column: number;
  readonly sums: number;
}

const nowhere: ColumnPlace = { column: 0, sums: 0 };

function addFourColumns(
  sums: Float64Array,
  bins: Bins,
  [p0 = nowhere, p1 = nowhere, p2 = nowhere, p3 = nowhere]: readonly ColumnPlace[],
  order: Int32Array,
  gradient: Float32Array,
  hessian: Float32Array,
): void {
  const { column: c0, sums: s0 } = p0;
  const { column: c1, sums: s1 } = p1;
  const { column: c2, sums: s2 } = p2;
  const { column: c3, sums: s3 } = p3;
  for (let i = 0; i < order.length; i++) {
    const row = order[i] ?? 0;
    const g = gradient[i] ?? 0;
    const h = hessian[i] ?? 0;
    const a = s0 + 2 * (bins[c0 + row] ?? 0);
    const b = s1 + 2 * (bins[c1 + row] ?? 0);
    const c = s2 + 2 * (bins[c2 + row] ?? 0);
    const d = s3 + 2 * (bins[c3 + row] ?? 0);
    sums[a] = (sums[a] ?? 0) + g;
    sums[a + 1] = (sums[a + 1] ?? 0) + h;
    sums[b] = (sums[b] ?? 0) + g;
    sums[b + 1] = (sums[b + 1] ?? 0) + h;
    sums[c] = (sums[c] ?? 0) + g;
    sums[c + 1] = (sums[c + 1] ?? 0) + h;
    sums[d] = (sums[d] ?? 0) + g;
    sums[d + 1] = (sums[d + 1] ?? 0) + h;
  }
}

/** `width` 3 also counts rows. */
function addColumn(
  sums: Float64Array,
  column: Bins,
  width: BinWidth,
  order: Int32Array,
  { gradient, hessian }: Derivatives,
): void {
  for (let i = 0; i < order.length; i++) {
    const at = width * (column[order[i] ?? 0] ?? 0);
    sums[at] = (sums[at] ?? 0) + (gradient[i] ?? 0);
    sums[at + 1] = (sums[at + 1] ?? 0) + (hessian[i] ?? 0);
    if (width === 3) sums[at + 2] = (sums[at + 2] ?? 0) + 1;
  }
}
