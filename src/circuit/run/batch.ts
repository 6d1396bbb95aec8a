import { type SliceOptions, Slices } from "../../base/event-loop.js";

/** Does `work` on every item in turn and gives the event loop its turns; can be aborted between items. */
export async function forEachInSlices<Item, Result>(
  items: readonly Item[],
  path: string,
  { signal }: Pick<SliceOptions, "signal">,
  work: (item: Item, index: number) => Result,
): Promise<Result[]> {
  const slices = new Slices(path, { signal });
  const results: Result[] = [];
  for (const [index, item] of items.entries()) {
    results.push(work(item, index));
    await slices.pause(results.length / items.length);
  }
  return results;
}
