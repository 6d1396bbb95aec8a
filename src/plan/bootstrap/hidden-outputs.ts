import type { RegionProgram } from "../../regions/region-program.js";
import { log2UnionFailure } from "../../security/failure.js";
import type { RotationShape } from "../../tfhe/bootstrap-shape.js";
import type { PlanProtection } from "../protection.js";
import type { RotationChoice } from "./choose-rotations.js";
import { type OutputProtection, outputProtection } from "./protected-outputs.js";
import { regionValue } from "./region-value.js";

/** How one output is protected, by which kind of look-up, and how many of them. */
export interface HiddenOutput extends OutputProtection {
  readonly node: number | undefined;
  readonly kind: number;
  readonly lookups: number;
  readonly rotation: RotationShape;
}

/** How every output of a program is protected, its first being number `firstOutput` of all. */
export function protections(
  regions: RegionProgram,
  { constraints, choice }: RotationChoice,
  firstOutput: number,
  distanceLog2: number,
): HiddenOutput[] {
  // Distances of outputs add up.
  const each = distanceLog2 - Math.log2(regions.outputs.length);
  return regions.outputs.map(({ value }, output) => {
    const { size, assignedBits, node } = regionValue(regions, value);
    const kind = constraints.refreshes[firstOutput + output] ?? -1;
    const [noise, rotation] = [choice.lookups[kind], choice.rotations[kind]];
    if (noise === undefined || rotation === undefined) {
      throw new RangeError(`no look-up refreshes output ${output}`);
    }
    const own = outputProtection(assignedBits, size, noise, choice.parameters.glwe, each);
    return { ...own, node, kind, rotation, lookups: size * own.rounds };
  });
}

/** What the plan promises of all of them together. */
export function planProtection(hides: readonly HiddenOutput[]): PlanProtection {
  const shares = hides.map(({ distanceLog2 }) => ({ failureLog2: distanceLog2, count: 1 }));
  return {
    floodLog2: Math.max(...hides.map(({ floodLog2 }) => floodLog2)),
    distanceLog2: log2UnionFailure(shares),
  };
}
