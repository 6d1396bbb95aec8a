import type { LookupStep, RegionProgram } from "../../regions/region-program.js";
import type { LookupElement } from "./look-up-tables.js";
import { regionValue } from "./region-value.js";
import {
  readTogether,
  type StepReading,
  stepsOf,
  type TableSteps,
  weightOf,
} from "./table-steps.js";

/** A look-up, and its table where that is read as a sum of steps. */
export interface RotationResult extends LookupElement {
  readonly table?: TableSteps;
}

/** Rotations that are done in one way, before anything reads the results. */
export interface RotationGroup {
  readonly precision: number;
  /** log2 of the tables that each rotation holds. */
  readonly tablesLog2: number;
  /** Present where tables are sums of steps of one. */
  readonly reading?: StepReading;
  /** The look-up step in front of which they are done: the first that takes a result of theirs. */
  readonly before: LookupStep;
  /** `[rotations]` elements of what that step reads: the arguments. */
  readonly elements: Int32Array;
  /** `[rotations]` the look-ups that each rotation gives, all of one argument: at most 2^tablesLog2, or any number of sums of steps. */
  readonly results: readonly (readonly RotationResult[])[];
}

/** How look-ups of one argument may share rotations. */
export interface Sharing {
  /** log2 of the most tables that one rotation holds. */
  readonly tablesLog2: number;
  /** Tables with so large weights on steps, at most, are read as sums of steps; 0 for none. */
  readonly stepWeight: number;
}

/** By precision of the look-ups; what is absent is not shared. */
export type SharingPolicy = ReadonlyMap<number, Sharing>;

/**
 * The rotations of a program, in the order in which they are done. Look-ups of one argument (`LookupStep.origins`) share rotations as
 * far as the policy allows: first those whose tables are sums of few steps, then others by their number.
 */
export function rotationsOf(regions: RegionProgram, policy: SharingPolicy): RotationGroup[] {
  const steps = regions.steps.filter((step): step is LookupStep => step.kind === "lookup");
  const shares = sharesOf(regions, steps, policy);
  const groups: RotationGroup[] = [];
  for (const before of steps) {
    const own = new Map<string, OpenGroup>();
    for (let index = 0; index < before.tableOf.length; index++) {
      const alone: Share = { results: [{ step: before, index }] };
      const share = shares.get(before)?.[index] ?? alone;
      const [first] = share.results;
      // Done before, by the first look-up of its rotation.
      if (first === undefined || first.step !== before || first.index !== index) continue;
      const { reading, results } = share;
      const tablesLog2 = reading === undefined ? Math.ceil(Math.log2(results.length)) : 0;
      const key = `${tablesLog2} ${reading?.unit} ${reading?.steps}`;
      const group = own.get(key) ?? { share, tablesLog2, elements: [], results: [] };
      own.set(key, group);
      group.elements.push(index);
      group.results.push(results);
    }
    for (const { share, tablesLog2, elements, results } of own.values()) {
      const { reading } = share;
      groups.push({
        ...{ precision: before.precision, tablesLog2, before, results },
        ...(reading === undefined ? {} : { reading }),
        elements: Int32Array.from(elements),
      });
    }
  }
  return groups;
}

/** How much larger an element's noise is than that of what its rotation gives, at most. */
export function noiseFactor(
  { reading }: Pick<RotationGroup, "reading">,
  { table }: RotationResult,
): number {
  return reading === undefined || table === undefined ? 1 : weightOf(table, reading.unit);
}

/** For each precision with arguments of several look-ups, how many look-ups would need no rotation if all of one argument shared one. */
export function sharedArguments(regions: RegionProgram): ReadonlyMap<number, number> {
  const steps = regions.steps.filter((step): step is LookupStep => step.kind === "lookup");
  const spare = new Map<number, number>();
  for (const { length, 0: first } of argumentsOf(regions, steps).values()) {
    if (first === undefined || length < 2) continue;
    const { precision } = first.step;
    spare.set(precision, (spare.get(precision) ?? 0) + length - 1);
  }
  return spare;
}

/** Look-ups that one rotation does. */
interface Share {
  readonly results: readonly RotationResult[];
  readonly reading?: StepReading;
}

interface OpenGroup {
  readonly share: Share;
  readonly tablesLog2: number;
  readonly elements: number[];
  readonly results: (readonly RotationResult[])[];
}

/** The rotation of each element of each step that shares its argument with others. */
function sharesOf(
  regions: RegionProgram,
  steps: readonly LookupStep[],
  policy: SharingPolicy,
): Map<LookupStep, (Share | undefined)[]> {
  const shares = new Map<LookupStep, (Share | undefined)[]>();
  if (policy.size === 0) return shares;
  const known = new Map<string, readonly Cut[]>();
  const cutters = new TableCuts(regions);
  for (const elements of argumentsOf(regions, steps).values()) {
    const sharing = policy.get(elements[0]?.step.precision ?? 0);
    if (sharing === undefined || elements.length < 2) continue;
    const key = elements.map(({ step, index }) => `${step.result}.${step.tableOf[index]}`).join();
    const cuts = known.get(key) ?? cutters.cut(elements, sharing);
    known.set(key, cuts);
    for (const { chosen, reading, tables } of cuts) {
      const results = chosen.flatMap((i, at): RotationResult[] => {
        const [element, table] = [elements[i], tables?.[at]];
        if (element === undefined) return [];
        return [table === undefined ? element : { ...element, table }];
      });
      const share = reading === undefined ? { results } : { results, reading };
      for (const { step, index } of results) {
        const own = shares.get(step) ?? [];
        shares.set(step, own);
        own[index] = share;
      }
    }
  }
  return shares;
}

/** Some look-ups of one argument, by their positions. */
interface Cut {
  readonly chosen: readonly number[];
  readonly reading?: StepReading;
  readonly tables?: readonly TableSteps[];
}

class TableCuts {
  readonly #regions: RegionProgram;
  readonly #steps = new Map<LookupStep, TableSteps[]>();

  constructor(regions: RegionProgram) {
    this.#regions = regions;
  }

  cut(elements: readonly LookupElement[], { tablesLog2, stepWeight }: Sharing): Cut[] {
    const cuts: Cut[] = [];
    let left = [...elements.keys()];
    while (stepWeight > 0) {
      const tables = left.flatMap((i) => this.#stepsOf(elements[i]));
      const found = readTogether(tables, stepWeight);
      if (found === undefined) break;
      const chosen = found.chosen.flatMap((i) => left[i] ?? []);
      const own = found.chosen.flatMap((i) => tables[i] ?? []);
      cuts.push({ chosen, reading: found.reading, tables: own });
      left = left.filter((i) => !chosen.includes(i));
    }
    for (let at = 0; at < left.length; at += 2 ** tablesLog2) {
      cuts.push({ chosen: left.slice(at, at + 2 ** tablesLog2) });
    }
    return cuts;
  }

  #stepsOf(element: LookupElement | undefined): TableSteps[] {
    if (element === undefined) return [];
    const { step, index } = element;
    const own = this.#steps.get(step) ?? [];
    this.#steps.set(step, own);
    const table = step.tableOf[index] ?? 0;
    own[table] ??= stepsOf(this.#regions, element);
    return own[table] === undefined ? [] : [own[table]];
  }
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
  return `${step.origins[index]} ${step.precision} ${step.low} ${step.inBand} ${signed}`;
}
