import { nextTurn, sliceMs, throwIfAborted } from "../../base/event-loop.js";
import type { RunOptions } from "../../runtime/run-options.js";

/** Does `work` on every item in turn and gives the event loop its turns; can be aborted between items. */
export async function forEachInSlices<Item, Result>(
  items: readonly Item[],
  path: string,
  options: Pick<RunOptions, "signal">,
  work: (item: Item, index: number) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let sliceStart = performance.now();
  for (const [index, item] of items.entries()) {
    throwIfAborted(options.signal, path);
    results.push(work(item, index));
    if (performance.now() - sliceStart < sliceMs) continue;
    await nextTurn();
    sliceStart = performance.now();
  }
  return results;
}
