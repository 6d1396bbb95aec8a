import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { noChromium, openPage } from "../support/browser-page.js";
import { goldenRuns } from "../support/golden-artifact.js";

interface Run {
  readonly runtime: string;
  readonly threads: number;
  readonly results: unknown;
  readonly wanted: unknown;
  readonly progress: readonly number[];
  readonly needsKeys: boolean;
}

interface StoredRun {
  readonly threads: number;
  readonly answers: unknown;
  readonly clientMs: number;
  readonly aborted: string;
}

/** Compiling WebAssembly and parameters for the first time is the longest that the main thread does. */
const longestTaskMs = 600;

for (const isolated of [true, false]) {
  const how = isolated ? "with shared memory" : "with one worker";
  const threads = isolated ? availableParallelism() : 1;

  test(`a page compiles, encrypts, computes and decrypts, ${how}`, {
    skip: noChromium,
  }, async () => {
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
      assert.equal(run.threads, threads);
      assert.equal(run.progress.at(-1), 1);
    }
    console.log(`# tasks of 50 ms or more on the main thread, ${how}: ${page.longTasksMs}`);
    assert.ok(
      page.longTasksMs.every((ms) => ms < longestTaskMs),
      String(page.longTasksMs),
    );
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
      assert.equal(run.threads, threads);
      assert.ok(run.clientMs < 50, `${run.clientMs} ms`);
    }
    assert.equal(lookup.aborted, "run: was aborted by its caller. Start it again to get a result");
    assert.ok(
      page.longTasksMs.every((ms) => ms < longestTaskMs),
      String(page.longTasksMs),
    );
  });
}
