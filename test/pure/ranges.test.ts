// Work split among threads: every item once, in ranges, until a failure or an abort.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { forRanges } from "../../src/runtime/ranges.js";
import { refusal } from "../support/refused.js";

test("every item is worked on once, in ranges of at most the grain, and progress rises to 1", async () => {
  const count = fc.integer({ min: 1, max: 40 });
  await fc.assert(
    fc.asyncProperty(count, count, count, async (threads, items, grain) => {
      const times = new Array<number>(items).fill(0);
      const progress: number[] = [];
      const onProgress = (done: number): void => void progress.push(done);
      await forRanges(threads, items, grain, "work", { onProgress }, async (thread, begin, end) => {
        assert.ok(thread >= 0 && thread < threads);
        assert.ok(begin < end && end - begin <= grain);
        for (let i = begin; i < end; i++) times[i] = (times[i] ?? 0) + 1;
      });
      assert.deepEqual(times, new Array<number>(items).fill(1));
      assert.deepEqual(
        progress,
        progress.toSorted((a, b) => a - b),
      );
      assert.equal(progress.at(-1), 1);
    }),
  );
});

test("a failure ends the work: the other thread begins no further range, and its last one is waited for", async () => {
  const begun: number[] = [];
  let ended = 0;
  const work = async (thread: number, begin: number): Promise<void> => {
    begun.push(begin);
    if (thread === 0) throw new Error("the first range fails");
    await setTimeout(5);
    ended++;
  };
  await assert.rejects(forRanges(2, 10, 1, "work", {}, work), /the first range fails/);
  assert.deepEqual(begun, [0, 1]);
  assert.equal(ended, 1);
});

test("an abort ends the work before the next range", async () => {
  const control = new AbortController();
  const begun: number[] = [];
  const work = async (_: number, begin: number): Promise<void> => {
    begun.push(begin);
    if (begin === 2) control.abort();
  };
  await assert.rejects(
    forRanges(1, 9, 1, "work", { signal: control.signal }, work),
    refusal("aborted", /^work/),
  );
  assert.deepEqual(begun, [0, 1, 2]);
});
