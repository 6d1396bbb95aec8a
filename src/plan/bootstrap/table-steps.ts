import type { RegionProgram } from "../../regions/region-program.js";
import { type LookupElement, tableNumbers } from "./look-up-tables.js";
import { regionValue } from "./region-value.js";

/**
 * A table as a sum of steps: `constant` plus, for every j, `jumps[j]` times a step at entry j, which is -1/2 in front of it and 1/2 from
 * it on. In units of 2^-32 of the torus.
 */
export interface TableSteps {
  /** `[2^precision]`. That at entry 0 changes sign where the argument leaves the table, and is 0 where no argument does. */
  readonly jumps: Float64Array;
  readonly constant: number;
}

/** Tables that are read from one rotation of a table of halves, `unit / 2`, at several places. */
export interface StepReading {
  /** How many entries in front of the argument's the places are, ascending. */
  readonly steps: Int32Array;
  /** In units of 2^-32: even. */
  readonly unit: number;
}

/** The table of an element; undefined where it cannot be cut into steps. */
export function stepsOf(regions: RegionProgram, element: LookupElement): TableSteps {
  const entries = tableNumbers(regions, element);
  const jumps = entries.map((entry, i) => (i === 0 ? 0 : entry - (entries[i - 1] ?? 0)));
  const ends = (entries[0] ?? 0) + (entries.at(-1) ?? 0);
  if (staysInside(regions, element)) return { jumps, constant: ends / 2 };
  jumps[0] = ends;
  return { jumps, constant: 0 };
}

/**
 * The largest of some tables that can be read together so that the weights on steps add up to at most `mostWeight` for each: positions
 * in `tables`, and how they are read. Undefined where that are fewer than two.
 */
export function readTogether(
  tables: readonly TableSteps[],
  mostWeight: number,
): { readonly chosen: readonly number[]; readonly reading: StepReading } | undefined {
  let chosen = [...tables.keys()].filter((i) => {
    const own = tables[i];
    return own !== undefined && weightOf(own, unitOf([own])) <= mostWeight;
  });
  for (;;) {
    if (chosen.length < 2) return undefined;
    const picked = chosen.flatMap((i) => tables[i] ?? []);
    const unit = unitOf(picked);
    const weights = picked.map((own) => weightOf(own, unit));
    const most = Math.max(...weights);
    if (most <= mostWeight) {
      if (unit % 2 !== 0 || picked.some(({ constant }) => !Number.isInteger(constant))) return;
      const steps = new Set(
        picked.flatMap(({ jumps }) => [...jumps.keys()].filter((j) => jumps[j])),
      );
      return { chosen, reading: { steps: Int32Array.from(steps).sort(), unit } };
    }
    chosen = chosen.filter((_, i) => (weights[i] ?? 0) < most);
  }
}

/** Sum of a table's weights on the steps. */
export function weightOf({ jumps }: TableSteps, unit: number): number {
  return jumps.reduce((sum, jump) => sum + Math.abs(jump), 0) / unit;
}

/** What divides all jumps; tables without jumps take any unit. */
function unitOf(tables: readonly TableSteps[]): number {
  let unit = 0;
  for (const { jumps } of tables) {
    for (let jump of jumps) {
      while (jump !== 0) [unit, jump] = [Math.abs(jump), unit % jump];
    }
  }
  return unit === 0 ? 2 : unit;
}

/** No argument is outside of the table, so that it need not go on with its entries negated. Nearest entries may lie outside. */
function staysInside(regions: RegionProgram, { step }: LookupElement): boolean {
  if (step.inBand !== undefined) return false;
  const { type, bounds } = regionValue(regions, step.source);
  const entries = 2 ** step.precision;
  const lowest = type.signed ? -entries / 2 : 0;
  const unit = 2 ** step.low;
  return bounds.min >= lowest * unit && bounds.max < (lowest + entries) * unit;
}
