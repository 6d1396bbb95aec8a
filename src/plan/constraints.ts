import { VelumError } from "../base/error.js";
import type { LookupStep, RegionProgram, RegionValue } from "../ops/region-program.js";
import { NoiseFront } from "./noise-front.js";
import type { LookupConstraint, NoiseSources, OutputConstraint } from "./parameter-request.js";
import { SumNoise } from "./sum-noise.js";

/** A program that shares its keys with others. */
export interface PlannedProgram {
  readonly regions: RegionProgram;
  /** Outputs, of these programs or of this one, that may come in as its inputs without being decrypted in between. */
  readonly feeds?: readonly ProgramOutput[];
}

export interface ProgramOutput {
  /** Position among the programs. */
  readonly program: number;
  /** Position among its outputs. */
  readonly output: number;
}

/** What programs ask of the parameters that they share. */
export interface ProgramConstraints {
  /** Kinds of look-ups: one for each width. */
  readonly lookups: readonly LookupConstraint[];
  /** The outputs of all programs, one after the other. */
  readonly outputs: readonly OutputConstraint[];
  /** For each program, the kind of each of its look-up steps by the step's result. */
  readonly kinds: readonly ReadonlyMap<number, number>[];
  /** For each program, the position in `outputs` of its first output. */
  readonly firstOutputs: readonly number[];
}

/**
 * Constraints of several programs under one choice of parameters: widths of tables and outputs, and the norms of the sums that they
 * are read from. An output that may be fed back counts as it comes out of its look-ups: all of its 32 bits are kept.
 *
 * Errors: `unsupported-op` where an output that is fed back depends on inputs through sums alone: its noise would grow with every turn.
 */
export function constraintsOf(programs: readonly PlannedProgram[]): ProgramConstraints {
  const lookups: { constraint: Omit<LookupConstraint, "sources">; front: NoiseFront }[] = [];
  const kindOf = new Map<string, number>();
  const kinds = programs.map(({ regions }) => {
    const own = new Map<number, number>();
    for (const step of regions.steps) {
      if (step.kind !== "lookup") continue;
      const shape = lookupShape(step);
      const key = JSON.stringify(shape);
      const kind = kindOf.get(key) ?? lookups.length;
      kindOf.set(key, kind);
      const count = regionValue(regions, step.result).size;
      const known = lookups[kind];
      if (known === undefined) {
        lookups.push({ constraint: { ...shape, count }, front: new NoiseFront() });
      } else {
        known.constraint = { ...shape, count: known.constraint.count + count };
      }
      own.set(step.result, kind);
    }
    return own;
  });
  const fed = new Set(
    programs.flatMap(({ feeds = [] }) => feeds.map((one) => `${one.program}.${one.output}`)),
  );
  const fresh: NoiseSources = { freshSquaredNorm: 1, bootstrapSquaredNorms: [] };
  const first = programs.map(({ regions }, program) =>
    noiseOfValues(regions, kinds[program] ?? new Map(), [fresh]),
  );
  const outputs: OutputConstraint[] = [];
  const firstOutputs: number[] = [];
  for (const [program, { regions, feeds = [] }] of programs.entries()) {
    const inputs = [fresh, ...feeds.flatMap((one) => fedNoise(programs, first, one))];
    const noise =
      feeds.length === 0
        ? first[program]
        : noiseOfValues(regions, kinds[program] ?? new Map(), inputs);
    for (const step of regions.steps) {
      const kind = kinds[program]?.get(step.result);
      if (kind === undefined || step.kind !== "lookup") continue;
      for (const sources of noise?.get(step.source) ?? inputs) lookups[kind]?.front.add(sources);
    }
    firstOutputs.push(outputs.length);
    for (const [output, { value }] of regions.outputs.entries()) {
      outputs.push({
        bits: regionValue(regions, value).assignedBits,
        padded: true,
        count: regionValue(regions, value).size,
        sources: noise?.get(value) ?? inputs,
        ...(fed.has(`${program}.${output}`) ? { unrounded: true } : {}),
      });
    }
  }
  return {
    lookups: lookups.map(({ constraint, front }) => ({ ...constraint, sources: front.worst() })),
    outputs,
    kinds,
    firstOutputs,
  };
}

function lookupShape({ precision }: LookupStep): Omit<LookupConstraint, "sources" | "count"> {
  return { precision, negacyclic: false, tablesLog2: 0 };
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
  kinds: ReadonlyMap<number, number>,
  inputs: readonly NoiseSources[],
): ReadonlyMap<number, readonly NoiseSources[]> {
  const noise = new Map<number, readonly NoiseSources[]>([[0, inputs]]);
  const sums = new SumNoise(regions, inputs, kinds);
  for (const step of regions.steps) {
    const { node } = regionValue(regions, step.result);
    if (step.kind === "affine") {
      noise.set(step.result, sums.noise(step));
    } else if (step.kind === "lookup") {
      const kind = kinds.get(step.result) ?? 0;
      noise.set(step.result, [
        { freshSquaredNorm: 0, bootstrapSquaredNorms: unitVector(kind), node },
      ]);
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

function unitVector(kind: number): readonly number[] {
  return [...new Array<number>(kind).fill(0), 1];
}

/** A value of a region program. */
export function regionValue(regions: RegionProgram, value: number): RegionValue {
  const found = regions.values[value];
  if (found === undefined) throw new RangeError(`region value ${value}`);
  return found;
}
