import { throwIfAborted } from "../base/event-loop.js";
import type { RunOptions } from "./run-options.js";

/**
 * Splits items 0..`items` into ranges of at most `grain` and hands them to `threads` threads, each taking the next when it is free.
 * Between ranges it reports progress and can be aborted. The first failure ends it, after the ranges under way.
 */
export async function forRanges(
  threads: number,
  items: number,
  grain: number,
  path: string,
  options: RunOptions,
  work: (thread: number, begin: number, end: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  let done = 0;
  let failed = false;
  const takeTurns = async (thread: number): Promise<void> => {
    while (next < items && !failed) {
      throwIfAborted(options.signal, path);
      const begin = next;
      next = Math.min(items, begin + grain);
      const end = next;
      await work(thread, begin, end);
      done += end - begin;
      options.onProgress?.(done / items);
    }
  };
  const attempt = (thread: number): Promise<void> =>
    takeTurns(thread).catch((error: unknown) => {
      failed = true;
      throw error;
    });
  const busy = Math.min(threads, Math.ceil(items / grain));
  const settled = await Promise.allSettled(
    Array.from({ length: busy }, (_, thread) => attempt(thread)),
  );
  for (const one of settled) if (one.status === "rejected") throw one.reason;
}
