import { VelumError } from "../../base/error.js";
import { smallestTUniform } from "../../security/curves.js";
import { largestVariance, log2Failure } from "../../security/failure.js";
import { compensatedRoundingVariance } from "../../security/noise-fresh.js";
import { floodDistanceLog2, publicZeroVariance } from "../../security/noise-protection.js";
import { bigLweDimension, type Gadget, type GlweParameters } from "../../tfhe/parameters.js";
import { type PlanProtection, weakerProtection } from "../protection.js";
import type { DecisionDiagrams } from "./decision-diagrams.js";
import { type DirectBits, diagramVariance, leafRounding, quietBases } from "./diagram-noise.js";
import type { JoinedTrees } from "./joined-trees.js";
import type { LeafLimbs } from "./leaf-limbs.js";
import { coprimeModuli, leafResidues, sumRange } from "./leaf-residues.js";
import type { TreeOptions } from "./upload-form.js";

/** Moduli are powers of primes up to one of these: small ones leave room for the flood, large ones take fewer coefficients. */
const largestModuli = [64, 32, 31, 25, 16, 13, 8];

/** Bits as a GGSW each, and how leaves are cut. */
interface ProtectedChoice {
  readonly limbs: LeafLimbs;
  readonly bits: DirectBits;
  readonly wordBits: number;
  readonly failureLog2: number;
  readonly protection: PlanProtection;
}

export interface ProtectedOptions extends Pick<TreeOptions, "failureLog2" | "path"> {
  readonly distanceLog2: number;
  readonly weakestDistanceLog2?: number | undefined;
}

/**
 * Parameters for trees whose answers are protected, bits as a GGSW each: the shortest upload that keeps to the distance asked for, or the
 * nearest that can be had up to `weakestDistanceLog2`, if that is given. Error `no-parameters`.
 */
export function chooseProtected(
  joined: JoinedTrees,
  diagrams: DecisionDiagrams,
  options: ProtectedOptions,
): ProtectedChoice {
  const { failureLog2, distanceLog2, weakestDistanceLog2 } = options;
  const found = levelsTried.flatMap((levels) => nearest(joined, diagrams, levels, options) ?? []);
  const distance = ({ protection }: ProtectedChoice): number => protection.distanceLog2;
  const kept = found.find((choice) => distance(choice) <= distanceLog2);
  if (kept !== undefined) return withShortBodies(kept, diagrams, options);
  // Levels rise, and uploads with them.
  const best = found.reduce<ProtectedChoice | undefined>(
    (before, own) =>
      before === undefined || distance(own) <= distance(before) - leastGain ? own : before,
    undefined,
  );
  if (best !== undefined && distance(best) <= (weakestDistanceLog2 ?? Number.NEGATIVE_INFINITY))
    return withShortBodies(best, diagrams, options);
  const reachable = Math.ceil(Math.min(0, ...found.map(distance)));
  throw new VelumError({
    code: "no-parameters",
    path: options.path,
    problem:
      `no parameters at 132 bits of security hold the sum of ${diagrams.diagrams.length} trees with failure below 2^${failureLog2}` +
      ` in answers protected within 2^${weakestDistanceLog2 ?? distanceLog2}`,
    limit: weakestDistanceLog2 ?? distanceLog2,
    ...(reachable < 0 ? { actual: reachable } : {}),
    cure: weakerProtection(
      "Let the server decide (result of models), or use fewer or shallower trees",
      reachable < 0 ? reachable : undefined,
    ),
  });
}

const levelsTried = [1, 2, 3, 4];

/** Bits of distance that another level must bring, since it makes the upload longer. */
const leastGain = 1;

/** The moduli with the least distance for one number of levels, bodies unrounded. */
function nearest(
  { trees, constant }: JoinedTrees,
  diagrams: DecisionDiagrams,
  levels: number,
  options: ProtectedOptions,
): ProtectedChoice | undefined {
  let best: ProtectedChoice | undefined;
  let quiet: Gadget | undefined;
  const seen = new Set<string>();
  const range = sumRange(diagrams, constant);
  for (const largest of largestModuli) {
    const moduli = coprimeModuli(range, largest);
    if (moduli === undefined || seen.has(String(moduli))) continue;
    seen.add(String(moduli));
    const limbs = leafResidues(diagrams, constant, moduli);
    // Moduli hardly matter for which base is quiet; the largest come first.
    quiet ??= quietest(diagrams, limbs, levels);
    if (quiet === undefined) continue;
    const bits = { glwe, gadget: quiet, bodyBits: 64 };
    const found = withFlood(diagrams, limbs, trees.outputs, bits, options.failureLog2);
    const before = best?.protection.distanceLog2 ?? 0;
    if (found !== undefined && found.protection.distanceLog2 < before) best = found;
  }
  return best;
}

/** The key whose noise is least among those that take no longer than others. */
const glwe: GlweParameters = {
  dimension: 4,
  polynomialSize: 512,
  noiseLog2: smallestTUniform(2048, 64),
};

/** The largest flood that leaves room for other noise; undefined where there is none. */
function withFlood(
  diagrams: DecisionDiagrams,
  limbs: LeafLimbs,
  outputs: number,
  bits: DirectBits,
  failureLog2: number,
): ProtectedChoice | undefined {
  const values = outputs * limbs.count;
  if (values > bits.glwe.polynomialSize) return undefined;
  const halfStep = 0.5 / Math.max(...(limbs.moduli ?? [2 ** limbs.messageBits]));
  const quantile = largestVariance(1, failureLog2);
  const rounding = leafRounding(diagrams, limbs, bits.gadget);
  const variance =
    diagramVariance(diagrams, limbs, bits) + publicZeroVariance(bits.glwe, bits.glwe.noiseLog2);
  const download = (word: number): number =>
    variance + compensatedRoundingVariance(bigLweDimension(bits.glwe), word);
  const largestFlood = Math.ceil(64 + Math.log2(halfStep)) - 1;
  for (const floodLog2 of [largestFlood, largestFlood - 1]) {
    const limit = halfStep - 2 ** (floodLog2 - 64) - rounding;
    const allowed = limit <= 0 ? 0 : limit * limit * quantile;
    let wordBits = limbs.messageBits + 1;
    while (wordBits < 40 && download(wordBits) > allowed) wordBits++;
    if (download(wordBits) > allowed) continue;
    const distanceLog2 = floodDistanceLog2(variance + rounding ** 2, floodLog2, values);
    return {
      ...{ limbs, bits, wordBits, protection: { floodLog2, distanceLog2 } },
      failureLog2: log2Failure(limit, download(wordBits)),
    };
  }
  return undefined;
}

/** Distance that shorter bodies may cost where it is not as asked anyway. */
const bodyShareLog2 = 0.05;

/** The same with the fewest bits of bodies that keep to the distance asked for, or near the one that can be had. */
function withShortBodies(
  choice: ProtectedChoice,
  diagrams: DecisionDiagrams,
  { failureLog2, distanceLog2 }: ProtectedOptions,
): ProtectedChoice {
  const outputs = choice.limbs.base.length / choice.limbs.count;
  const most = Math.max(distanceLog2, choice.protection.distanceLog2 + bodyShareLog2);
  let best = choice;
  // Bodies are packed by bytes of whole rows: widths in steps of 4.
  for (let bodyBits = 60; bodyBits >= 32; bodyBits -= 4) {
    const bits = { ...choice.bits, bodyBits };
    const found = withFlood(diagrams, choice.limbs, outputs, bits, failureLog2);
    if (found === undefined || found.protection.distanceLog2 > most) break;
    best = found;
  }
  return best;
}

/** Noise between two leaves prefers smaller digits than that of other gates. */
const basesTried = 3;

/** The quietest base for leaves of this width, if any holds them. */
function quietest(
  diagrams: DecisionDiagrams,
  limbs: LeafLimbs,
  levels: number,
): Gadget | undefined {
  let best: { readonly gadget: Gadget; readonly square: number } | undefined;
  for (const baseLog of quietBases(glwe, levels, limbs.messageBits, basesTried)) {
    const gadget = { baseLog, levels };
    const variance = diagramVariance(diagrams, limbs, { glwe, gadget, bodyBits: 64 });
    const square = variance + leafRounding(diagrams, limbs, gadget) ** 2;
    if (best === undefined || square < best.square) best = { gadget, square };
  }
  return best?.gadget;
}
