import assert from "node:assert/strict";
import type { TestContext } from "node:test";

/** Where measured over predicted variance must lie. */
export const bothSides: readonly [number, number] = [0.8, 1.25];

/**
 * Asserts that `measured / predicted` lies in `range`, and notes the ratio in the test's report.
 * `samples`: how many numbers `measured` is the mean square of; fewer than 2000 are refused. Numbers that share a key or a mask are fewer
 * than they seem. Tests draw from seeds of their own, so that they end alike in every run.
 */
export function assertRatio(
  t: TestContext,
  measured: number,
  predicted: number,
  samples: number,
  range: readonly [number, number] = bothSides,
): void {
  const ratio = measured / predicted;
  const [least, most] = range;
  t.diagnostic(`measured / predicted ${ratio.toFixed(3)}, ${samples} samples`);
  assert.ok(samples >= 2000, `${samples} samples are too few`);
  assert.ok(ratio >= least && ratio <= most, `ratio ${ratio}, allowed ${least} to ${most}`);
}

/** Asserts that a mean is zero within 5 of its own deviations. */
export function assertCentred(values: ArrayLike<number>, variance: number): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  const deviations = sum / Math.sqrt(values.length * variance);
  assert.ok(Math.abs(deviations) < 5, `the mean lies ${deviations} deviations from zero`);
}
