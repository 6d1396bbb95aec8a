import type { LookupStep, RegionProgram } from "../ops/region-program.js";
import { regionValue } from "./region-value.js";

/** One element of a look-up step's result. */
export interface LookupElement {
  readonly step: LookupStep;
  readonly index: number;
}

/** Rotations that are done in one way, before anything reads the results. */
export interface RotationGroup {
  readonly precision: number;
  /** log2 of the tables that each rotation reads. */
  readonly tablesLog2: number;
  /** The look-up step in front of which they are done: the first that takes a result of theirs. */
  readonly before: LookupStep;
  /** `[rotations]` elements of what that step reads: the arguments. */
  readonly elements: Int32Array;
  /** `[rotations]` the look-ups that each rotation gives: one to 2^tablesLog2 of one argument. */
  readonly results: readonly (readonly LookupElement[])[];
}

/** log2 of the most tables that one rotation may read, by precision of the look-up; 0 where absent. */
export type SharingPolicy = ReadonlyMap<number, number>;

/**
 * The rotations of a program, in the order in which they are done. Look-ups of one argument (`LookupStep.origins`) share rotations as
 * far as the policy allows; the last rotation of an argument reads no more tables than it needs.
 */
export function rotationsOf(regions: RegionProgram, policy: SharingPolicy): RotationGroup[] {
  const steps = regions.steps.filter((step): step is LookupStep => step.kind === "lookup");
  const together = policy.size === 0 ? undefined : argumentsOf(regions, steps);
  const done = new Map(steps.map((step) => [step, new Uint8Array(step.tableOf.length)]));
  const groups: RotationGroup[] = [];
  for (const before of steps) {
    const most = 2 ** (policy.get(before.precision) ?? 0);
    const own = new Map<number, { elements: number[]; results: LookupElement[][] }>();
    for (let index = 0; index < before.tableOf.length; index++) {
      if (done.get(before)?.[index] === 1) continue;
      const alone = [{ step: before, index }];
      const all =
        most === 1 ? alone : (together?.get(argumentKey(regions, before, index)) ?? alone);
      const left = all.filter((one) => done.get(one.step)?.[one.index] !== 1);
      const results = left.slice(0, most);
      for (const one of results) done.get(one.step)?.fill(1, one.index, one.index + 1);
      const tablesLog2 = Math.ceil(Math.log2(results.length));
      const group = own.get(tablesLog2) ?? { elements: [], results: [] };
      own.set(tablesLog2, group);
      group.elements.push(index);
      group.results.push(results);
    }
    for (const [tablesLog2, { elements, results }] of own) {
      const { precision } = before;
      groups.push({
        ...{ precision, tablesLog2, before, results },
        elements: Int32Array.from(elements),
      });
    }
  }
  return groups;
}

/** For each precision with arguments of several look-ups, the most look-ups that one argument has. */
export function sharedArguments(regions: RegionProgram): ReadonlyMap<number, number> {
  const steps = regions.steps.filter((step): step is LookupStep => step.kind === "lookup");
  const most = new Map<number, number>();
  for (const elements of argumentsOf(regions, steps).values()) {
    const precision = elements[0]?.step.precision ?? 0;
    if (elements.length > 1) {
      most.set(precision, Math.max(most.get(precision) ?? 0, elements.length));
    }
  }
  return most;
}

/** All look-ups of each argument, in the order of the program. */
function argumentsOf(
  regions: RegionProgram,
  steps: readonly LookupStep[],
): ReadonlyMap<string, LookupElement[]> {
  const found = new Map<string, LookupElement[]>();
  for (const step of steps) {
    for (let index = 0; index < step.tableOf.length; index++) {
      const key = argumentKey(regions, step, index);
      const known = found.get(key);
      if (known === undefined) found.set(key, [{ step, index }]);
      else known.push({ step, index });
    }
  }
  return found;
}

/** Equal for look-ups that one rotation can do: of the same argument, read in the same way. */
function argumentKey(regions: RegionProgram, step: LookupStep, index: number): string {
  const { signed } = regionValue(regions, step.source).type;
  return `${step.origins[index]} ${step.precision} ${step.low} ${signed}`;
}
