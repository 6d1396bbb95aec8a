import type { LookupStep, RegionProgram } from "../../regions/region-program.js";
import { regionValue } from "./region-value.js";

/** One element of a look-up step's result. */
export interface LookupElement {
  readonly step: LookupStep;
  readonly index: number;
}

/** The table of an element in units of 2^-32 of the torus, from the smallest argument on: integers, not reduced. */
export function tableNumbers(regions: RegionProgram, element: LookupElement): Float64Array {
  const { precision, source, tables, tableOf, result } = element.step;
  const table = tables[tableOf[element.index] ?? 0];
  if (table === undefined) throw new RangeError(`table of value ${result}`);
  const entries = 2 ** precision;
  const lowest = regionValue(regions, source).type.signed ? -entries / 2 : 0;
  const scale = 2 ** (31 - regionValue(regions, result).assignedBits);
  return Float64Array.from({ length: entries }, (_, entry) => {
    // Values outside the measured type never occur; they take the nearest entry.
    const at = Math.min(Math.max(lowest + entry - table.first, 0), table.entries.length - 1);
    return (table.entries[at] ?? 0) * scale;
  });
}
