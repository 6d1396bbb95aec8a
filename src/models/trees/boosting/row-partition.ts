import type { BinnedColumns } from "./binned-columns.js";

/** The rows of a growing tree's nodes: each node has a range of `order`, its children split that range in two. */
export class RowPartition {
  readonly order: Int32Array;
  readonly #scratch: Int32Array;

  /** `order` holds the root's rows and is permuted from now on. */
  constructor(order: Int32Array) {
    this.order = order;
    this.#scratch = new Int32Array(order.length);
  }

  /**
   * Moves the rows of `order[start..end)` whose bin of `feature` is at most `bin` to the front, and those with a missing value
   * where `missingLeft`; keeps their order on both sides. Returns where the right side begins.
   */
  split(
    data: BinnedColumns,
    [start, end]: readonly [number, number],
    feature: number,
    bin: number,
    missingLeft: boolean,
  ): number {
    const { order } = this;
    const right = this.#scratch;
    const column = data.bins.subarray(feature * data.rows, (feature + 1) * data.rows);
    const missing = data.missingBin[feature] ?? -1;
    let to = start;
    let moved = 0;
    for (let p = start; p < end; p++) {
      const row = order[p] ?? 0;
      const own = column[row] ?? 0;
      // Both are written, the side that keeps its entry moves on: no branch that the processor would guess wrong.
      const left = own === missing ? missingLeft : own <= bin;
      order[to] = row;
      right[moved] = row;
      if (left) to++;
      else moved++;
    }
    order.set(right.subarray(0, moved), to);
    return to;
  }

  /** `split` for sets: rows whose bin is one of `leftBins` go to the front. */
  splitSet(
    data: BinnedColumns,
    [start, end]: readonly [number, number],
    feature: number,
    leftBins: readonly number[],
  ): number {
    const { order } = this;
    const goesLeft = new Set(leftBins);
    const rows = order.slice(start, end);
    const isLeft = (row: number) => goesLeft.has(data.bins[feature * data.rows + row] ?? 0);
    const left = rows.filter(isLeft);
    order.set(left, start);
    order.set(
      rows.filter((row) => !isLeft(row)),
      start + left.length,
    );
    return start + left.length;
  }
}
