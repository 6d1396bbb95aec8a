import { extremes } from "../../graph/builder.js";
import type { Bounds } from "../../graph/node.js";

/** `start + slope * (argument - first argument)`. */
export interface Line {
  readonly slope: number;
  /** Value at the first place. */
  readonly start: number;
}

/** The line through all entries, `step` apart, if its slope is an integer up to `steepest`: then no look-up is needed. */
export function lineThrough(
  entries: Float64Array,
  step: number,
  steepest: number,
): Line | undefined {
  const start = entries[0] ?? 0;
  const slope = entries.length > 1 ? ((entries[1] ?? 0) - start) / step : 0;
  if (!Number.isInteger(slope) || Math.abs(slope) > steepest) return undefined;
  return entries.every((entry, i) => entry === start + slope * step * i)
    ? { slope, start }
    : undefined;
}

export function boundsOfTables(tables: readonly Float64Array[]): Bounds {
  const found = tables.map((data) => extremes({ shape: [data.length], data }));
  return {
    min: Math.min(...found.map((own) => own.min)),
    max: Math.max(...found.map((own) => own.max)),
  };
}

/** Lowest bits that are zero in all numbers; 30 where all are zero. */
export function zeroBits(numbers: Float64Array): number {
  let low = 30;
  for (const number of numbers) {
    while (low > 0 && number % 2 ** low !== 0) low--;
  }
  return low;
}
