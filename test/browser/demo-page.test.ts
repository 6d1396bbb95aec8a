import assert from "node:assert/strict";
import { test } from "node:test";
import { noChromium, openPage, type PageResult } from "../support/browser-page.js";
import { goldenRuns } from "../support/golden-artifact.js";

interface Run {
  readonly runtime: string;
  readonly threads: number;
  readonly cores: number;
  readonly results: unknown;
  readonly wanted: unknown;
  readonly progress: readonly number[];
  readonly needsKeys: boolean;
}

interface StoredRun {
  readonly threads: number;
  readonly cores: number;
  readonly answers: unknown;
  readonly aborted: string;
}

/** The main thread is free for others between tasks, none of which takes half of the time: compiling for the first time is the longest. */
function assertFree({ longTasksMs, runMs }: PageResult): void {
  assert.ok(Math.max(...longTasksMs) < runMs / 2, `${longTasksMs} of ${runMs} ms`);
}

for (const isolated of [true, false]) {
  const how = isolated ? "with shared memory" : "with one worker";

  test(`a page compiles, encrypts, computes and decrypts, ${how}`, {
    skip: noChromium,
  }, async (t) => {
    const page = await openPage({ isolated, module: "test/browser/pages/demo.js" });
    assert.deepEqual(page.console, []);
    const runs = page.value as Run[];
    assert.deepEqual(
      runs.map(({ needsKeys }) => needsKeys),
      [false, true],
    );
    for (const run of runs) {
      assert.deepEqual(run.results, run.wanted);
      assert.equal(run.runtime, "wasm");
      assert.equal(run.threads, isolated ? run.cores : 1);
      assert.equal(run.progress.at(-1), 1);
    }
    t.diagnostic(
      `tasks of 50 ms or more on the main thread: ${page.longTasksMs} of ${page.runMs} ms`,
    );
    assertFree(page);
  });

  test(`a page runs stored files with the small entries, ${how}`, {
    skip: noChromium,
  }, async () => {
    const page = await openPage({ isolated, module: "test/browser/pages/two-sides.js" });
    assert.deepEqual(page.console, []);
    const [linear, lookup] = page.value as [StoredRun, StoredRun];
    for (const [run, { results }] of [
      [linear, goldenRuns.linear],
      [lookup, goldenRuns.lookup],
    ] as const) {
      assert.deepEqual(run.answers, [results, results]);
      assert.equal(run.threads, isolated ? run.cores : 1);
    }
    assert.equal(lookup.aborted, "run: was aborted by its caller. Start it again to get a result");
    assertFree(page);
  });
}
