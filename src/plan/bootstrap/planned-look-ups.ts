import type { RegionProgram } from "../../regions/region-program.js";
import { log2UnionFailure } from "../../security/failure.js";
import type { OutputEncoding } from "../../tfhe/output-encoding.js";
import type { LookupNoise } from "../parameters/parameter-request.js";
import type { Plan, PlannedRounding } from "../plan.js";
import type { RotationChoice } from "./choose-rotations.js";
import type { PlannedRotations } from "./constraints.js";
import type { HiddenOutput } from "./hidden-outputs.js";
import { regionValue } from "./region-value.js";
import type { RotationGroup } from "./rotations.js";
import { wrongShare } from "./rounding-share.js";

type Choice = RotationChoice["choice"];

/** Look-ups of one program, those that hide its outputs included, and their time on one thread. */
export function countsOf(
  regions: RegionProgram,
  groups: readonly PlannedRotations[],
  hides: readonly HiddenOutput[],
  { times }: Choice,
): Pick<Plan, "bootstraps" | "bootstrapMs" | "bootstrapsByNode"> {
  const counted = [
    ...groups.map(({ kind, elements }) => ({ kind, count: elements.length })),
    ...hides.map(({ kind, lookups }) => ({ kind, count: lookups })),
  ];
  return {
    bootstraps: counted.reduce((sum, { count }) => sum + count, 0),
    bootstrapMs: counted.reduce(
      (sum, { kind, count }) => sum + count * (times[kind]?.totalMs ?? 0),
      0,
    ),
    bootstrapsByNode: bootstrapsByNode(regions, groups, hides),
  };
}

/** Where one program may fail. */
interface Failing {
  readonly groups: readonly PlannedRotations[];
  readonly hides: readonly HiddenOutput[];
  readonly outputs: readonly OutputEncoding[];
  readonly outputNoises: readonly Noise[];
}

type Noise = { readonly failureLog2: number } | undefined;

/** How likely one program's look-ups and outputs fail; other programs of the choice run by themselves. */
export function failureOf(
  { groups, hides, outputs, outputNoises }: Failing,
  { lookups: noises }: Choice,
): Plan["failure"] {
  const shares = [
    ...groups.map(({ kind, elements }) => shareOf(noises[kind], elements.length)),
    ...hides.map(({ kind, lookups }) => shareOf(noises[kind], lookups)),
    ...outputs.map(({ layout }, output) =>
      shareOf(outputNoises[output], layout.form === "lwe" ? layout.count : 0),
    ),
  ];
  return {
    worstLog2: Math.max(...shares.map(({ failureLog2 }) => failureLog2)),
    runLog2: log2UnionFailure(shares),
  };
}

function shareOf(
  noise: Noise,
  count: number,
): { readonly count: number; readonly failureLog2: number } {
  return { count, failureLog2: noise?.failureLog2 ?? Number.NEGATIVE_INFINITY };
}

/** What is promised of all rotations that round. */
export function roundingsOf(
  regions: RegionProgram,
  groups: readonly PlannedRotations[],
  { lookups }: Choice,
): PlannedRounding[] {
  return groups.flatMap((group) => plannedRoundings(group, regions, lookups[group.kind]));
}

/** What is promised of rotations that round, for each node that they serve; nothing for others. */
function plannedRoundings(
  { before, results }: PlannedRotations,
  regions: RegionProgram,
  noise: LookupNoise | undefined,
): PlannedRounding[] {
  const { precision, low, inBand } = before;
  if (inBand === undefined || noise === undefined) return [];
  const step = 2 ** low;
  const { failureLog2, totalLog2 } = noise;
  const offShare = wrongShare(step * 2 ** (totalLog2 + precision + 1), step);
  const band = { from: step / 2 - inBand, to: step / 2 + inBand - 1 };
  const counts = new Map<number | undefined, number>();
  for (const { step: own } of results.flat()) {
    const { node } = regionValue(regions, own.result);
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return [...counts].map(([node, count]) => ({ node, count, step, band, failureLog2, offShare }));
}

/** A rotation that several nodes use counts for the first of them. */
function bootstrapsByNode(
  regions: RegionProgram,
  groups: readonly RotationGroup[],
  hides: readonly HiddenOutput[],
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const add = (node: number | undefined, count: number): void => {
    if (node !== undefined) counts.set(node, (counts.get(node) ?? 0) + count);
  };
  for (const { before, elements } of groups) {
    add(regionValue(regions, before.result).node, elements.length);
  }
  for (const { node, lookups } of hides) add(node, lookups);
  return counts;
}
