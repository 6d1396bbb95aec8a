import assert from "node:assert/strict";
import { test } from "node:test";
import { requestsAhead } from "../../src/runtime/schedule.js";

test("short requests are given ahead for some milliseconds, long ones not at all", () => {
  const ahead = (ms: number) => requestsAhead(ms, 1000, 2);
  assert.deepEqual(
    [3.5, 6, 24, 48, 100, 101, Number.POSITIVE_INFINITY].map(ahead),
    [27, 15, 3, 1, 1, 0, 0],
  );
  assert.ok(ahead(0.001) <= 32);
});

test("the last requests are shared evenly", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4, 9].map((left) => requestsAhead(3.5, left, 2)),
    [0, 0, 1, 1, 2, 4],
  );
});
