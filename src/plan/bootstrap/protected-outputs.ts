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

/** Noise gets half of half a step, the flood the other half. */
const noiseShare = 1 / 2;

/** Rounds that the search counts with; how many are needed is known when parameters are. */
const usualRounds = 4;

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
      ...{ precision: bits, negacyclic: false, tablesLog2: 0, margin: noiseShare },
      count: count * usualRounds,
      sources: [...sources, own].map(rounded),
    },
    output: { margin: noiseShare, sources: [rounded(own)] },
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
  const floodLog2 = 64 - (bits + 3);
  const variance =
    4 ** noise.bootstrapLog2 + 4 ** noise.freshLog2 + publicZeroVariance(glwe, glwe.noiseLog2);
  for (let rounds = 1; ; rounds++) {
    const reached =
      Math.log2(count) +
      soakDistanceLog2(variance, floodLog2, rounds + 1, distanceLog2 - Math.log2(count));
    if (reached <= distanceLog2 || rounds === mostRounds)
      return { floodLog2, rounds, distanceLog2: Math.min(0, reached) };
  }
}

const mostRounds = 64;

/** Instructions that protect what lies in `value.size` slots from `from` on; it then lies in as many from `at` on. */
export function protectionSteps(
  value: Pick<RegionValue, "size" | "assignedBits" | "type">,
  from: number,
  { floodLog2, rounds }: OutputProtection,
  rotation: RotationShape,
  slots: SlotLowering,
): { readonly instructions: Instruction[]; readonly at: number } {
  const { size: count, assignedBits: precision, type } = value;
  const instructions: Instruction[] = [];
  let at = from;
  const next = (): { readonly from: number; readonly to: number; readonly count: number } => {
    const to = slots.reserve(count);
    const step = { from: at, to, count };
    at = to;
    return step;
  };
  const first = type.signed ? -(2 ** (precision - 1)) : 0;
  const refresh: Omit<BootstrapInstruction, "from" | "to" | "count"> = {
    ...{ op: "bootstrap", precision, ...rotation, offset: type.signed ? 2 ** 30 : 0 },
    tables: Int32Array.from({ length: 2 ** precision }, (_, entry) =>
      torus32(first + entry, 31 - precision),
    ),
    tableOf: new Int32Array(count),
  };
  instructions.push({ op: "protect lwe", ...next(), floodLog2 });
  for (let round = 0; round < rounds; round++) {
    instructions.push({ ...refresh, ...next() });
    instructions.push({ op: "protect lwe", ...next(), floodLog2 });
  }
  return { instructions, at };
}
