import assert from "node:assert/strict";
import { test } from "node:test";
import { clopperPearson } from "../support/clopper-pearson.js";

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test("no failures: the upper end solves (1 - p)^n = tail", () => {
  const [low, high] = clopperPearson(0, 10, 0.99);
  assert.equal(low, 0);
  near(high, 1 - 0.005 ** 0.1);
});

test("nothing but failures: the lower end solves p^n = tail", () => {
  const [low, high] = clopperPearson(20, 20, 0.95);
  assert.equal(high, 1);
  near(low, 0.025 ** 0.05);
});

test("published values: 10 of 100 at 95 %", () => {
  const [low, high] = clopperPearson(10, 100, 0.95);
  assert.ok(Math.abs(low - 0.0490047) < 1e-6 && Math.abs(high - 0.1762226) < 1e-6);
});

test("both ends mirror when failures and successes change places", () => {
  const [low, high] = clopperPearson(37, 1000, 0.99);
  const [otherLow, otherHigh] = clopperPearson(963, 1000, 0.99);
  near(low, 1 - otherHigh);
  near(high, 1 - otherLow);
});
