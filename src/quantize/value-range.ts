import type { Tensor } from "../base/tensor.js";
import { requireFinite } from "./finite.js";

/** Lowest and highest value of each group: one entry for a whole tensor, or one for each feature. */
export interface ValueRange {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** `global`: one range for all numbers. `perFeature`: one for each index of the last axis. */
export type Granularity = "global" | "perFeature";

/**
 * The range that holds the values of `x`, with a share `tail` (0 to below 0.5) of the values left out at each end.
 * `tail = 0` is minimum and maximum. A quantile between two values is interpolated linearly, as NumPy does.
 * Errors: `not-a-number`.
 */
export function valueRange(x: Tensor, granularity: Granularity, tail: number): ValueRange {
  requireFinite(x, "calibration data");
  const groups = granularity === "global" ? 1 : (x.shape.at(-1) ?? 1);
  const low = new Float64Array(groups);
  const high = new Float64Array(groups);
  for (let group = 0; group < groups; group++) {
    const values = new Float64Array(x.data.length / groups);
    for (let i = 0; i < values.length; i++) values[i] = x.data[i * groups + group] ?? 0;
    values.sort();
    low[group] = quantile(values, tail);
    high[group] = quantile(values, 1 - tail);
  }
  return { low, high };
}

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const a = sorted[below] ?? 0;
  const b = sorted[Math.min(below + 1, sorted.length - 1)] ?? a;
  const part = place - below;
  return part === 0 ? a : a * (1 - part) + b * part;
}
