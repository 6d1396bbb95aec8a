import type { RegionProgram, RegionValue } from "../../regions/region-program.js";

/** A value of a region program. */
export function regionValue(regions: RegionProgram, value: number): RegionValue {
  const found = regions.values[value];
  if (found === undefined) throw new RangeError(`region value ${value}`);
  return found;
}
