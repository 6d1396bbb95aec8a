import type { BootstrapInstruction, Instruction } from "../../program/program.js";
import type { RegionValue } from "../../regions/region-program.js";
import { publicZeroVariance, soakDistanceLog2 } from "../../security/noise-protection.js";
import type { RotationShape } from "../../tfhe/bootstrap-shape.js";
import type { GlweParameters } from "../../tfhe/parameters.js";
import type {
  LookupConstraint,
  LookupNoise,
  NoiseSources,
  OutputConstraint,
} from "../parameters/parameter-request.js";
import { torus32 } from "../torus.js";
import type { SlotLowering } from "./slot-lowering.js";

/** What noise beside the flood may take up, in halves of a step of the output's width, and how often the output is looked up. */
export interface RefreshMargins {
  readonly lookup: number;
  /** Of what is decrypted. */
  readonly output: number;
  readonly rounds: number;
}

/**
 * Noise gets half of half a step, the flood the other half. Rounds that the search counts with; how many are needed is known when parameters
 * are.
 */
const usualMargins: RefreshMargins = { lookup: 1 / 2, output: 1 / 2, rounds: 4 };

/** How an output is protected. */
export interface OutputProtection {
  readonly floodLog2: number;
  /** Look-ups after which it is flooded again. */
  readonly rounds: number;
  /** Of all elements together. */
  readonly distanceLog2: number;
}

/**
 * Results of look-ups, protected: flooded, looked up in a table that changes nothing, flooded again, some times (Ducas and Stehlé, Sanitization
 * of FHE ciphertexts, Eurocrypt 2016). A flood hides what was before it but for a small probability, and a look-up gets rid of
 * the flood; after several rounds only the product of these probabilities is left. What that asks of parameters: a kind of look-up of
 * the output's own width, number `kind`, of what came before (`sources`) and of itself.
 */
export function protectedOutput(
  bits: number,
  count: number,
  kind: number,
  sources: readonly NoiseSources[],
  { lookup, output, rounds }: RefreshMargins = usualMargins,
): {
  readonly lookup: LookupConstraint;
  readonly output: Partial<OutputConstraint> & { sources: readonly NoiseSources[] };
} {
  const own: NoiseSources = {
    freshSquaredNorm: 0,
    bootstrapSquaredNorms: [...new Array<number>(kind).fill(0), 1],
  };
  return {
    lookup: {
      ...{ precision: bits, negacyclic: false, tablesLog2: 0, margin: lookup },
      count: count * rounds,
      sources: [...sources, own].map(rounded),
    },
    output: { margin: output, sources: [rounded(own)] },
  };
}

/** Flooded ciphertexts are rounded to the 32-bit torus. The encryption of zero adds next to nothing beside a key switch. */
function rounded(sources: NoiseSources): NoiseSources {
  const { freshSquaredNorm, extractionSquaredNorm = freshSquaredNorm } = sources;
  return { ...sources, extractionSquaredNorm: extractionSquaredNorm + 1 };
}

/** As many rounds as the distance asked for takes. `noise`: of the look-ups that refresh the output, `count`: its elements. */
export function outputProtection(
  bits: number,
  count: number,
  noise: LookupNoise,
  glwe: GlweParameters,
  distanceLog2: number,
): OutputProtection {
  const variance = 4 ** noise.bootstrapLog2 + 4 ** noise.freshLog2;
  return roundsOf(bits, count, { first: variance, later: variance }, glwe, distanceLog2);
}

/** The same from the variances of what is flooded first, and of what a look-up that refreshes gives. */
export function roundsOf(
  bits: number,
  count: number,
  variances: { readonly first: number; readonly later: number },
  glwe: GlweParameters,
  distanceLog2: number,
): OutputProtection {
  const floodLog2 = refreshFloodLog2(bits);
  const zero = publicZeroVariance(glwe, glwe.noiseLog2);
  const [first, later] = [variances.first + zero, variances.later + zero];
  const each = distanceLog2 - Math.log2(count);
  for (let rounds = 1; ; rounds++) {
    const reached = Math.log2(count) + soakDistanceLog2(later, floodLog2, rounds + 1, each, first);
    if (reached <= distanceLog2 || rounds === mostRounds)
      return { floodLog2, rounds, distanceLog2: Math.min(0, reached) };
  }
}

const mostRounds = 64;

/** Half of half a step below a padding bit. */
export function refreshFloodLog2(bits: number): number {
  return 64 - (bits + 3);
}

/** A look-up of each of `tableOf.length` slots that changes nothing. */
export type RefreshLookup = Omit<BootstrapInstruction, "from" | "to" | "count">;

/** That of a value of a program. */
export function refreshOf(
  { size, assignedBits: precision, type }: Pick<RegionValue, "size" | "assignedBits" | "type">,
  rotation: RotationShape,
): RefreshLookup {
  const first = type.signed ? -(2 ** (precision - 1)) : 0;
  return {
    ...{ op: "bootstrap", precision, ...rotation, offset: type.signed ? 2 ** 30 : 0 },
    tables: Int32Array.from({ length: 2 ** precision }, (_, entry) =>
      torus32(first + entry, 31 - precision),
    ),
    tableOf: new Int32Array(size),
  };
}

/** Instructions that protect what lies in the slots from `from` on that `refresh` looks up; it then lies in as many from `at` on. */
export function protectionSteps(
  refresh: RefreshLookup,
  from: number,
  { floodLog2, rounds }: Pick<OutputProtection, "floodLog2" | "rounds">,
  slots: Pick<SlotLowering, "reserve">,
): { readonly instructions: Instruction[]; readonly at: number } {
  const count = refresh.tableOf.length;
  const instructions: Instruction[] = [];
  let at = from;
  const next = (): { readonly from: number; readonly to: number; readonly count: number } => {
    const to = slots.reserve(count);
    const step = { from: at, to, count };
    at = to;
    return step;
  };
  instructions.push({ op: "protect lwe", ...next(), floodLog2 });
  for (let round = 0; round < rounds; round++) {
    instructions.push({ ...refresh, ...next() });
    instructions.push({ op: "protect lwe", ...next(), floodLog2 });
  }
  return { instructions, at };
}
