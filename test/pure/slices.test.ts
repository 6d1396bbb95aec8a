import assert from "node:assert/strict";
import { test } from "node:test";
import { Slices } from "../../src/base/event-loop.js";
import { rejected } from "../support/refused.js";

const aborted = "work: was aborted by its caller. Start it again to get a result";

function busy(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("work in slices gives others their turn once a slice is over, and says how far it is", async () => {
  const seen: number[] = [];
  const slices = new Slices("work", { onProgress: (fraction) => seen.push(fraction) });
  let turns = 0;
  setImmediate(() => turns++);
  busy(10);
  await slices.pause(0.5);
  assert.equal(turns, 1);
  assert.deepEqual(seen, [0.5]);
});

test("a signal that fires during a slice ends the work at the next pause after it", async () => {
  const control = new AbortController();
  const slices = new Slices("work", { signal: control.signal });
  control.abort();
  busy(10);
  await rejected(() => slices.pause(0.5), "aborted", aborted);
});

test("work does not begin once its signal has fired", async () => {
  await rejected(() => new Slices("work", { signal: AbortSignal.abort() }), "aborted", aborted);
});
