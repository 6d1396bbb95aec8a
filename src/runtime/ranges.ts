import { throwIfAborted } from "../base/event-loop.js";
import type { Engine, Step } from "./engine.js";
import type { RunOptions } from "./run-options.js";

/**
 * Splits items 0..`items` into ranges of at most `grain` and hands them to the engine's threads, each taking the next when it is free.
 * Between ranges it reports progress and can be aborted. The first failure ends it, after the ranges under way.
 */
export async function forRanges(
  engine: Engine,
  items: number,
  grain: number,
  path: string,
  options: RunOptions,
  step: (thread: number, begin: number, end: number) => Step,
): Promise<void> {
  let next = 0;
  let done = 0;
  let failed = false;
  const work = async (thread: number): Promise<void> => {
    while (next < items && !failed) {
      throwIfAborted(options.signal, path);
      const begin = next;
      next = Math.min(items, begin + grain);
      const end = next;
      await engine.run(thread, [step(thread, begin, end)]);
      done += end - begin;
      options.onProgress?.(done / items);
    }
  };
  const attempt = (thread: number): Promise<void> =>
    work(thread).catch((error: unknown) => {
      failed = true;
      throw error;
    });
  const threads = Math.min(engine.threads, Math.ceil(items / grain));
  const settled = await Promise.allSettled(
    Array.from({ length: threads }, (_, thread) => attempt(thread)),
  );
  for (const one of settled) if (one.status === "rejected") throw one.reason;
}
