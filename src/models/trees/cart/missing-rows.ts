/** Brings rows without a value to the end, in scikit-learn's order; returns where they begin. */
export function missingLast(
  samples: Int32Array,
  column: Float32Array,
  start: number,
  end: number,
): number {
  const isMissing = (p: number) => Number.isNaN(column[samples[p] ?? 0] ?? 0);
  let known = end;
  for (let p = start; p < known; ) {
    if (isMissing(known - 1)) known--;
    else {
      if (isMissing(p)) swap(samples, p, --known);
      p++;
    }
  }
  return known;
}

/** Brings the last `count` entries of `list[start..end)` before the others; both keep their order. */
export function lastToFront(
  list: Int32Array | Float32Array,
  start: number,
  end: number,
  count: number,
): void {
  const moved = list.slice(end - count, end);
  list.copyWithin(start + count, start, end - count);
  list.set(moved, start);
}

export function swap(items: Int32Array, a: number, b: number): void {
  const held = items[a] ?? 0;
  items[a] = items[b] ?? 0;
  items[b] = held;
}
