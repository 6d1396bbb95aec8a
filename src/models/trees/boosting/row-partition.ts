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

  /** `split` for sets: rows whose bin `goesLeft`, missing values' bin included, go to the front. */
  splitSet(
    data: BinnedColumns,
    [start, end]: readonly [number, number],
    feature: number,
    goesLeft: (bin: number) => boolean,
  ): number {
    const bins = (data.offsets[feature + 1] ?? 0) - (data.offsets[feature] ?? 0);
    const isLeft = Uint8Array.from({ length: bins }, (_, bin) => Number(goesLeft(bin)));
    const column = data.bins.subarray(feature * data.rows, (feature + 1) * data.rows);
    const { order } = this;
    const right = this.#scratch;
    let to = start;
    let moved = 0;
    for (let p = start; p < end; p++) {
      const row = order[p] ?? 0;
      order[to] = row;
      right[moved] = row;
      if (isLeft[column[row] ?? 0] === 1) to++;
      else moved++;
    }
    order.set(right.subarray(0, moved), to);
    return to;
  }
}
