/**
 * Sorts `keys[start..end)` ascending and moves `items` along. No NaN. In place, not stable.
 * Quicksort in three parts with a median of three (Bentley and McIlroy 1993), insertion below 24, heapsort when it degenerates.
 */
export function sortPairs(keys: Float32Array, items: Int32Array, start: number, end: number): void {
  if (end - start > 1) sortPart(keys, items, start, end, 2 * (32 - Math.clz32(end - start)));
}

function sortPart(
  keys: Float32Array,
  items: Int32Array,
  start: number,
  end: number,
  depth: number,
): void {
  let low = start;
  let high = end;
  let left = depth;
  while (high - low > 24) {
    if (left-- === 0) {
      heapSort(keys, items, low, high);
      return;
    }
    const pivot = medianOfThree(keys[low] ?? 0, keys[(low + high) >>> 1] ?? 0, keys[high - 1] ?? 0);
    let less = low;
    let at = low;
    let more = high;
    while (at < more) {
      const key = keys[at] ?? 0;
      if (key < pivot) swap(keys, items, less++, at++);
      else if (key > pivot) swap(keys, items, at, --more);
      else at++;
    }
    // The smaller part by a call, the larger one by the loop: the stack stays short.
    if (less - low < high - more) {
      sortPart(keys, items, low, less, left);
      low = more;
    } else {
      sortPart(keys, items, more, high, left);
      high = less;
    }
  }
  insertionSort(keys, items, low, high);
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function swap(keys: Float32Array, items: Int32Array, a: number, b: number): void {
  const key = keys[a] ?? 0;
  const item = items[a] ?? 0;
  keys[a] = keys[b] ?? 0;
  items[a] = items[b] ?? 0;
  keys[b] = key;
  items[b] = item;
}

function insertionSort(keys: Float32Array, items: Int32Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const key = keys[i] ?? 0;
    const item = items[i] ?? 0;
    let at = i;
    for (let before = keys[at - 1] ?? 0; at > start && before > key; before = keys[at - 1] ?? 0) {
      keys[at] = before;
      items[at] = items[at - 1] ?? 0;
      at--;
    }
    keys[at] = key;
    items[at] = item;
  }
}

function heapSort(keys: Float32Array, items: Int32Array, start: number, end: number): void {
  const count = end - start;
  for (let root = (count >> 1) - 1; root >= 0; root--) sift(keys, items, start, root, count);
  for (let last = count - 1; last > 0; last--) {
    swap(keys, items, start, start + last);
    sift(keys, items, start, 0, last);
  }
}

function sift(
  keys: Float32Array,
  items: Int32Array,
  start: number,
  root: number,
  count: number,
): void {
  let at = root;
  for (let child = 2 * at + 1; child < count; child = 2 * at + 1) {
    const other = child + 1;
    if (other < count && (keys[start + other] ?? 0) > (keys[start + child] ?? 0)) child = other;
    if ((keys[start + child] ?? 0) <= (keys[start + at] ?? 0)) return;
    swap(keys, items, start + at, start + child);
    at = child;
  }
}
