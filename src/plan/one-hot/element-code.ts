import type { RegionProgram } from "../../regions/region-program.js";
import { type ElementRanges, type SeparableValue, tableOf } from "./separable.js";

/** How one input element is written into the uploaded vector. */
export type ElementCode =
  /** As itself. */
  | { readonly kind: "number" }
  /** `high - low + 1` cells, a 1 in that of its value (of the nearest, if it lies outside), 0 in the others. */
  | { readonly kind: "one hot"; readonly low: number; readonly high: number };

/** Cells that an element takes. */
export function cellsOf(code: ElementCode): number {
  return code.kind === "number" ? 1 : code.high - code.low + 1;
}

/** Codes of all input elements, from the functions of them that `rows` sum up. */
export function elementCodes(
  regions: RegionProgram,
  ranges: ElementRanges,
  rows: readonly SeparableValue[],
): ElementCode[] {
  const tables = new Map<number, Float64Array[]>();
  for (const row of rows) {
    for (const j of row.tables.keys()) {
      const table = tableOf(row, j, ranges);
      if (table !== undefined) tables.set(j, [...(tables.get(j) ?? []), table]);
    }
  }
  // An element that is also read as it is changes from every value to the next.
  for (const row of rows) {
    for (const [j, slope] of row.slopes) {
      const known = tables.get(j);
      if (slope !== 0 && known !== undefined && !row.tables.has(j)) {
        const table = tableOf(row, j, ranges);
        if (table !== undefined) known.push(table);
      }
    }
  }
  const whole = regions.steps.some(
    (step) => step.kind === "ensemble" && step.trees.gridBits !== undefined,
  );
  return ranges.counts.map((_, j) =>
    elementCode(tables.get(j) ?? [], ranges.lowest[j] ?? 0, whole),
  );
}

/** A number where all functions are lines; else cells for the values between the first and the last change, or for all (`whole`). */
function elementCode(tables: readonly Float64Array[], lowest: number, whole: boolean): ElementCode {
  if (tables.every(isLine)) return { kind: "number" };
  const count = tables[0]?.length ?? 1;
  if (whole) return { kind: "one hot", low: lowest, high: lowest + count - 1 };
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const table of tables) {
    for (let i = 1; i < table.length; i++) {
      if (table[i] === table[i - 1]) continue;
      first = Math.min(first, i - 1);
      last = Math.max(last, i);
    }
  }
  return { kind: "one hot", low: lowest + first, high: lowest + last };
}

function isLine(table: Float64Array): boolean {
  const slope = (table[1] ?? 0) - (table[0] ?? 0);
  return table.every((entry, i) => entry === (table[0] ?? 0) + slope * i);
}
