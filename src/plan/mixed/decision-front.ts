import type { EnsembleStep, RegionProgram } from "../../regions/region-program.js";
import { largestVariance } from "../../security/failure.js";
import type { GlweParameters } from "../../tfhe/parameters.js";
import { regionValue } from "../bootstrap/region-value.js";
import { type DecisionDiagrams, decisionDiagrams } from "../decision/decision-diagrams.js";
import type { BitsForm } from "../decision/decision-shapes.js";
import {
  type DirectBits,
  diagramVariance,
  leafRounding,
  quietBases,
  withLeafRounding,
} from "../decision/diagram-noise.js";
import { joinedTrees } from "../decision/joined-trees.js";
import type { LeafLimbs } from "../decision/leaf-limbs.js";
import { bitPrices } from "../decision/upload-form.js";
import { outputLimit } from "../parameters/noise-prediction.js";
import { bootstrapKeys } from "../search-space.js";

/** Levels of the gadget that are tried: each makes sums quieter and the upload longer. */
export const mostFrontLevels = 3;

/** Decision trees in front of table look-ups: the results of all of them in the coefficients of one GLWE ciphertext. */
export interface DecisionFront {
  readonly diagrams: DecisionDiagrams;
  readonly limbs: LeafLimbs;
  /** The largest error of a sum that its look-up bears, in turns of the torus. */
  readonly limit: number;
}

/**
 * Trees as a program's look-ups expect them: in the order of its steps, every sum in one coefficient, below a padding bit. Undefined without
 * trees, without look-ups, or where trees ask nothing. `form`: how bits travel, which makes them dear or cheap.
 */
export function decisionFront(
  regions: RegionProgram,
  form: BitsForm = "direct",
): DecisionFront | undefined {
  const ensembles = regions.steps.filter((step): step is EnsembleStep => step.kind === "ensemble");
  const looksUp = regions.steps.some(({ kind }) => kind === "lookup");
  if (ensembles.length === 0 || !looksUp) return undefined;
  const outputs = ensembles.map(({ result }) => ({ value: result }));
  const joined = joinedTrees({ values: regions.values, steps: ensembles, outputs });
  if (joined === undefined) return undefined;
  const diagrams = decisionDiagrams(joined.trees, bitPrices[form]);
  if (diagrams.diagrams.length === 0) return undefined;
  const widths = ensembles.flatMap(({ result, trees }) =>
    new Array<number>(trees.outputs).fill(regionValue(regions, result).assignedBits),
  );
  const widest = Math.max(...widths);
  // In units of the widest sum's step.
  const scaled = (sums: Float64Array): Float64Array =>
    sums.map((value, k) => value * 2 ** (widest - (widths[k] ?? widest)));
  const limbs: LeafLimbs = {
    bits: widest,
    count: 1,
    digits: diagrams.leaves.map(scaled),
    base: scaled(diagrams.base),
    messageBits: widest + 1,
  };
  return { diagrams, limbs, limit: outputLimit({ bits: widest, padded: true }) };
}

/** Noise between two leaves prefers smaller digits than that of other gates. */
const basesTried = 3;

/** How bits travel so that sums are quiet, for one number of levels. */
export interface FrontBits {
  readonly bits: DirectBits;
  /** Of the noisiest sum. */
  readonly variance: number;
}

/** Share by which shorter bodies may raise the variance. */
const bodyShare = 1.1;

/** The quietest base, then the fewest bits of bodies; undefined where the key holds no such sums. */
export function frontBits(
  { diagrams, limbs }: DecisionFront,
  glwe: GlweParameters,
  levels: number,
): FrontBits | undefined {
  if (limbs.base.length > glwe.polynomialSize) return undefined;
  const varianceOf = (bits: DirectBits): number =>
    withLeafRounding(
      diagramVariance(diagrams, limbs, bits),
      leafRounding(diagrams, limbs, bits.gadget),
    );
  let best: FrontBits | undefined;
  for (const baseLog of quietBases(glwe, levels, limbs.messageBits, basesTried)) {
    const bits = { glwe, gadget: { baseLog, levels }, bodyBits: 64 };
    const variance = varianceOf(bits);
    if (best === undefined || variance < best.variance) best = { bits, variance };
  }
  if (best === undefined) return undefined;
  const most = best.variance * bodyShare;
  // Bodies are packed by bytes of whole rows: widths in steps of 4.
  for (let bodyBits = 60; bodyBits >= 32; bodyBits -= 4) {
    const bits: DirectBits = { ...best.bits, bodyBits };
    const variance = varianceOf(bits);
    if (variance > most) break;
    best = { bits, variance };
  }
  return best;
}

/** Of failure, for the question whether sums can be held at all. */
const usualFailureLog2 = -64;

/** False where sums are too noisy, or too many, for any key: trees are then cheaper as look-ups. */
export function holdsSums(front: DecisionFront): boolean {
  const largest = largestVariance(front.limit, usualFailureLog2);
  // The quietest keys come last.
  return bootstrapKeys()
    .toReversed()
    .some(({ glwe }) => {
      const found = frontBits(front, glwe, mostFrontLevels);
      return found !== undefined && found.variance < largest / 2;
    });
}
