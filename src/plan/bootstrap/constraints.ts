import { VelumError } from "../../base/error.js";
import type { LookupStep, RegionProgram } from "../../regions/region-program.js";
import type {
  LookupConstraint,
  NoiseSources,
  OutputConstraint,
} from "../parameters/parameter-request.js";
import { NoiseFront } from "./noise-front.js";
import { protectedOutput } from "./protected-outputs.js";
import { regionValue } from "./region-value.js";
import { noiseFactor, type RotationGroup, rotationsOf, type SharingPolicy } from "./rotations.js";
import { type LookupNoises, SumNoise } from "./sum-noise.js";

/** A program that shares its keys with others. */
export interface PlannedProgram {
  readonly regions: RegionProgram;
  /** Outputs, of these programs or of this one, that may come in as its inputs without being decrypted in between. */
  readonly feeds?: readonly ProgramOutput[];
  /** Its outputs are protected: each is flooded and looked up again some times (`protectedOutput`). */
  readonly hides?: boolean;
}

export interface ProgramOutput {
  /** Position among the programs. */
  readonly program: number;
  /** Position among its outputs. */
  readonly output: number;
}

/** Rotations of one kind: position among the constraints' look-ups. */
export interface PlannedRotations extends RotationGroup {
  readonly kind: number;
}

/** What programs ask of the parameters that they share. */
export interface ProgramConstraints {
  /** Kinds of rotations: one for each width, margin and number of tables. */
  readonly lookups: readonly LookupConstraint[];
  /** The outputs of all programs, one after the other. */
  readonly outputs: readonly OutputConstraint[];
  /** For each program, its rotations in the order in which they are done. */
  readonly rotations: readonly (readonly PlannedRotations[])[];
  /** For each program, the position in `outputs` of its first output. */
  readonly firstOutputs: readonly number[];
  /** For each of `outputs`, the kind of look-up that refreshes it once it is flooded; undefined where it is not protected. */
  readonly refreshes: readonly (number | undefined)[];
}

/**
 * Constraints of several programs under one choice of parameters: widths of tables and outputs, and the norms of the sums that they
 * are read from. An output that may be fed back counts as it comes out of its look-ups: all of its 32 bits are kept. `policy` says which
 * look-ups share a rotation.
 *
 * Errors: `unsupported-op` where an output that is fed back depends on inputs through sums alone: its noise would grow with every turn.
 */
export function constraintsOf(
  programs: readonly PlannedProgram[],
  policy: SharingPolicy = new Map(),
): ProgramConstraints {
  const { lookups, rotations } = kindsOf(programs, policy);
  const noises = rotations.map(noiseOfLookups);
  const fed = new Set(
    programs.flatMap(({ feeds = [] }) => feeds.map((one) => `${one.program}.${one.output}`)),
  );
  const fresh: NoiseSources = { freshSquaredNorm: 1, bootstrapSquaredNorms: [] };
  const first = programs.map(({ regions }, program) =>
    noiseOfValues(regions, noises[program] ?? new Map(), [fresh]),
  );
  const outputs: OutputConstraint[] = [];
  const refreshes: (number | undefined)[] = [];
  const firstOutputs: number[] = [];
  for (const [program, { regions, feeds = [], hides = false }] of programs.entries()) {
    const inputs = [fresh, ...feeds.flatMap((one) => fedNoise(programs, first, one))];
    const noise =
      feeds.length === 0
        ? first[program]
        : noiseOfValues(regions, noises[program] ?? new Map(), inputs);
    for (const { kind, before } of rotations[program] ?? []) {
      for (const sources of noise?.get(before.source) ?? inputs) lookups[kind]?.front.add(sources);
    }
    firstOutputs.push(outputs.length);
    for (const [output, { value }] of regions.outputs.entries()) {
      const { assignedBits, size } = regionValue(regions, value);
      const sources = noise?.get(value) ?? inputs;
      const before = lookups.length;
      const own = hides ? protectedOutput(assignedBits, size, before, sources) : undefined;
      refreshes.push(own === undefined ? undefined : before);
      if (own !== undefined) {
        const front = new NoiseFront();
        for (const one of own.lookup.sources) front.add(one);
        lookups.push({ constraint: own.lookup, front });
      }
      outputs.push({
        bits: assignedBits,
        padded: true,
        count: size,
        ...(own?.output ?? { sources }),
        ...(fed.has(`${program}.${output}`) ? { unrounded: true } : {}),
      });
    }
  }
  return {
    lookups: lookups.map(({ constraint, front }) => ({ ...constraint, sources: front.worst() })),
    outputs,
    rotations,
    firstOutputs,
    refreshes,
  };
}

/** A kind of look-up with the noisiest sums that it reads. */
interface LookupKind {
  constraint: Omit<LookupConstraint, "sources">;
  readonly front: NoiseFront;
}

/** The kinds of all programs' rotations, and for each program its rotations with their kinds; no sum is known of the kinds yet. */
function kindsOf(programs: readonly PlannedProgram[], policy: SharingPolicy) {
  const lookups: LookupKind[] = [];
  const kindOf = new Map<string, number>();
  const rotations = programs.map(({ regions }) =>
    rotationsOf(regions, policy).map((group): PlannedRotations => {
      const { precision, tablesLog2, elements, before } = group;
      const shape = { precision, negacyclic: false, tablesLog2, ...marginOf(before) };
      const key = JSON.stringify(shape);
      const kind = kindOf.get(key) ?? lookups.length;
      kindOf.set(key, kind);
      const known = lookups[kind];
      if (known === undefined) {
        const constraint = { ...shape, count: elements.length };
        lookups.push({ constraint, front: new NoiseFront() });
      } else {
        known.constraint = { ...shape, count: known.constraint.count + elements.length };
      }
      return { ...group, kind };
    }),
  );
  return { lookups, rotations };
}

/** The nearest argument that must be read right lies `inBand + 1/2` from the border of two entries. */
function marginOf({ low, inBand }: LookupStep): Pick<LookupConstraint, "margin"> {
  return inBand === undefined ? {} : { margin: (2 * inBand + 1) / 2 ** low };
}

/** What is known of the noise of every element of each look-up step's result. */
function noiseOfLookups(groups: readonly PlannedRotations[]): ReadonlyMap<number, LookupNoises> {
  const found = new Map<number, LookupNoises>();
  for (const group of groups) {
    for (const result of group.results.flat()) {
      const { step, index } = result;
      const size = step.tableOf.length;
      const own = found.get(step.result) ?? {
        ...{ kinds: new Int32Array(size), factors: new Float64Array(size) },
      };
      found.set(step.result, own);
      own.kinds[index] = group.kind;
      own.factors[index] = noiseFactor(group, result);
    }
  }
  return found;
}

/** The noise of an output as an input: of look-ups alone, since what is fed back goes around again and again. */
function fedNoise(
  programs: readonly PlannedProgram[],
  noise: readonly ReadonlyMap<number, readonly NoiseSources[]>[],
  { program, output }: ProgramOutput,
): readonly NoiseSources[] {
  const value = programs[program]?.regions.outputs[output]?.value ?? 0;
  const found = noise[program]?.get(value) ?? [];
  if (found.length > 0 && found.every(({ freshSquaredNorm }) => freshSquaredNorm === 0)) {
    return found;
  }
  throw new VelumError({
    code: "unsupported-op",
    path: `output ${output} of function ${program}`,
    problem: "is fed back as an input and depends on inputs without a table look-up in between",
    cure: "Look it up once more before it is returned: refresh() does so and changes no value",
  });
}

/** The worst noise of every computed value. `inputs`: what the elements of the input may be. */
function noiseOfValues(
  regions: RegionProgram,
  lookups: ReadonlyMap<number, LookupNoises>,
  inputs: readonly NoiseSources[],
): ReadonlyMap<number, readonly NoiseSources[]> {
  const noise = new Map<number, readonly NoiseSources[]>([[0, inputs]]);
  const sums = new SumNoise(regions, inputs, lookups);
  for (const step of regions.steps) {
    const { node } = regionValue(regions, step.result);
    if (step.kind === "affine") {
      noise.set(step.result, sums.noise(step));
    } else if (step.kind === "lookup") {
      const front = new NoiseFront();
      const own = lookups.get(step.result);
      for (const [i, kind] of own?.kinds.entries() ?? []) {
        const bootstrapSquaredNorms = atKind(kind, (own?.factors[i] ?? 1) ** 2);
        front.add({ freshSquaredNorm: 0, bootstrapSquaredNorms, node });
      }
      noise.set(step.result, front.worst());
      sums.addLookup(step);
    } else {
      noise.set(step.result, [
        { freshSquaredNorm: 0, bootstrapSquaredNorms: [], diagramSquaredNorm: 1, node },
      ]);
      sums.addEnsemble(step);
    }
  }
  return noise;
}

function atKind(kind: number, norm: number): readonly number[] {
  return [...new Array<number>(kind).fill(0), norm];
}
