import { VelumError } from "../../base/error.js";
import { smallestTUniform } from "../../security/curves.js";
import { largestVariance, log2Failure } from "../../security/failure.js";
import { compensatedRoundingVariance } from "../../security/noise-fresh.js";
import {
  floodDistanceLog2,
  hiddenVariance,
  publicZeroVariance,
} from "../../security/noise-protection.js";
import { bigLweDimension, type GlweParameters } from "../../tfhe/parameters.js";
import { type PlanProtection, weakerProtection } from "../protection.js";
import type { DecisionDiagrams } from "./decision-diagrams.js";
import { type DirectBits, diagramVariance, leafRounding, quietBases } from "./diagram-noise.js";
import type { JoinedTrees } from "./joined-trees.js";
import type { LeafLimbs } from "./leaf-limbs.js";
import { leafResidues } from "./leaf-residues.js";
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
  if (kept !== undefined) return kept;
  // Levels rise, and uploads with them.
  const best = found.reduce<ProtectedChoice | undefined>(
    (before, own) =>
      before === undefined || distance(own) <= distance(before) - leastGain ? own : before,
    undefined,
  );
  if (best !== undefined && distance(best) <= (weakestDistanceLog2 ?? Number.NEGATIVE_INFINITY))
    return best;
  const reachable = Math.ceil(Math.min(0, ...found.map(distance)));
  throw new VelumError({
    code: "no-parameters",
    path: options.path,
    problem:
      `no parameters at 132 bits of security hold the sum of ${diagrams.diagrams.length} trees with failure below 2^${failureLog2}` +
      ` in answers protected within 2^${weakestDistanceLog2 ?? distanceLog2}`,
    limit: failureLog2,
    cure: weakerProtection(
      "Use fewer or shallower trees, leaves of fewer bits (nBits.leaves of models), or allow a higher failure probability",
      reachable < 0 ? reachable : undefined,
    ),
  });
}

const levelsTried = [1, 2, 3, 4];

/** Bits of distance that another level must bring, since it makes the upload longer. */
const leastGain = 1;

/** The moduli with the least distance for one number of levels. */
function nearest(
  { trees, constant }: JoinedTrees,
  diagrams: DecisionDiagrams,
  levels: number,
  options: ProtectedOptions,
): ProtectedChoice | undefined {
  let best: ProtectedChoice | undefined;
  const seen = new Set<string>();
  for (const largest of largestModuli) {
    const limbs = leafResidues(diagrams, constant, largest);
    const key = String(limbs?.moduli);
    if (limbs === undefined || seen.has(key)) continue;
    seen.add(key);
    const found = withFlood(diagrams, limbs, trees.outputs, levels, options);
    const before = best?.protection.distanceLog2 ?? 0;
    if (found !== undefined && found.protection.distanceLog2 < before) best = found;
  }
  return best;
}

/** The largest flood that leaves room for other noise; undefined where none hides enough. */
function withFlood(
  diagrams: DecisionDiagrams,
  limbs: LeafLimbs,
  outputs: number,
  levels: number,
  { failureLog2, distanceLog2 }: ProtectedOptions,
): ProtectedChoice | undefined {
  const values = outputs * limbs.count;
  const halfStep = 0.5 / Math.max(...(limbs.moduli ?? [2 ** limbs.messageBits]));
  const quantile = largestVariance(1, failureLog2);
  const largestFlood = Math.ceil(64 + Math.log2(halfStep)) - 1;
  for (const floodLog2 of [largestFlood, largestFlood - 1]) {
    const allowedWith = (rounding: number): number => {
      const limit = halfStep - 2 ** (floodLog2 - 64) - rounding;
      return limit <= 0 ? 0 : limit * limit * quantile;
    };
    // Bodies keep as many bits as that distance can use.
    const hidden = hiddenVariance(distanceLog2, floodLog2, values);
    const bits = quietest(diagrams, limbs, levels, hidden, allowedWith);
    if (bits === undefined || values > bits.glwe.polynomialSize) continue;
    const rounding = leafRounding(diagrams, limbs, bits.gadget);
    const limit = halfStep - 2 ** (floodLog2 - 64) - rounding;
    const variance =
      diagramVariance(diagrams, limbs, bits) + publicZeroVariance(bits.glwe, bits.glwe.noiseLog2);
    const download = (word: number): number =>
      variance + compensatedRoundingVariance(bigLweDimension(bits.glwe), word);
    let wordBits = limbs.messageBits + 1;
    while (wordBits < 40 && download(wordBits) > allowedWith(rounding)) wordBits++;
    if (download(wordBits) > allowedWith(rounding)) continue;
    return {
      limbs,
      bits,
      wordBits,
      failureLog2: log2Failure(limit, download(wordBits)),
      protection: {
        floodLog2,
        distanceLog2: floodDistanceLog2(variance + rounding ** 2, floodLog2, values),
      },
    };
  }
  return undefined;
}

/** Leaves room for rounding on the way back. */
const downloadShare = 0.9;

/** Noise between two leaves prefers smaller digits than that of other gates. */
const basesTried = 3;

/** Share by which shorter bodies may raise the noise where it is not hidden as asked anyway. */
const bodyShare = 1.05;

/**
 * The quietest base, then the fewest bits of bodies; undefined where noise leaves no room. `hidden`: variance below which nothing is
 * gained, `allowed`: the largest one where leaves are rounded by so much.
 */
function quietest(
  diagrams: DecisionDiagrams,
  limbs: LeafLimbs,
  levels: number,
  hidden: number,
  allowed: (rounding: number) => number,
): DirectBits | undefined {
  const glwe: GlweParameters = {
    dimension: 4,
    polynomialSize: 512,
    noiseLog2: smallestTUniform(2048, 64),
  };
  const meanSquare = (bits: DirectBits): number =>
    diagramVariance(diagrams, limbs, bits) + leafRounding(diagrams, limbs, bits.gadget) ** 2;
  let best: { readonly bits: DirectBits; readonly square: number } | undefined;
  for (const baseLog of quietBases(glwe, levels, limbs.messageBits, basesTried)) {
    const bits = { glwe, gadget: { baseLog, levels }, bodyBits: 64 };
    const square = meanSquare(bits);
    if (best === undefined || square < best.square) best = { bits, square };
  }
  if (best === undefined) return undefined;
  const { bits, square } = best;
  const room = allowed(leafRounding(diagrams, limbs, bits.gadget)) * downloadShare;
  if (square > room) return undefined;
  const most = Math.min(room, Math.max(square * bodyShare, hidden * downloadShare));
  // Bodies are packed by bytes of whole rows: widths in steps of 4.
  let bodyBits = 64;
  while (bodyBits > 32 && meanSquare({ ...bits, bodyBits: bodyBits - 4 }) <= most) bodyBits -= 4;
  return { ...bits, bodyBits };
}
