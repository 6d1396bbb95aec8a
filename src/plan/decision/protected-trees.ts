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
import { type PlanProtection, protectionFloodLog2, weakerProtection } from "../protection.js";
import type { DecisionDiagrams } from "./decision-diagrams.js";
import { type DirectBits, diagramVariance } from "./diagram-noise.js";
import type { JoinedTrees } from "./joined-trees.js";
import { type LeafLimbs, leafLimbs } from "./leaf-limbs.js";
import type { TreeOptions } from "./upload-form.js";

/** Most bits of a limb: more would not fit beside the noise anyway. */
const widestLimb = 14;

/** Bits as a GGSW each, and how leaves are cut. */
interface ProtectedChoice {
  readonly limbs: LeafLimbs;
  readonly bits: DirectBits;
  readonly wordBits: number;
  readonly failureLog2: number;
  readonly protection?: PlanProtection;
}

type DirectOptions = Pick<TreeOptions, "failureLog2" | "distanceLog2" | "path">;

/**
 * Parameters for trees whose answers are protected, bits as a GGSW each. Error `no-parameters`.
 */
export function chooseProtected(
  joined: JoinedTrees,
  diagrams: DecisionDiagrams,
  options: DirectOptions,
): ProtectedChoice {
  const { failureLog2, distanceLog2 } = options;
  const choice = findDirect(joined, diagrams, options);
  if (choice !== undefined) return choice;
  const cure = `Use fewer or shallower trees${distanceLog2 === undefined ? "" : ", leaves of fewer bits (nBits.leaves of models)"}, or allow a higher failure probability`;
  throw new VelumError({
    code: "no-parameters",
    path: options.path,
    problem:
      `no parameters at 132 bits of security hold the sum of ${diagrams.diagrams.length} trees with failure below 2^${failureLog2}` +
      (distanceLog2 === undefined ? "" : ` in answers protected within 2^${distanceLog2}`),
    limit: failureLog2,
    cure:
      distanceLog2 === undefined
        ? cure
        : weakerProtection(cure, reachableDistance(joined, diagrams, options)),
  });
}

/** The least distance in whole bits that some parameters reach. */
function reachableDistance(
  joined: JoinedTrees,
  diagrams: DecisionDiagrams,
  options: DirectOptions,
): number | undefined {
  for (let distanceLog2 = options.distanceLog2 ?? 0; distanceLog2 < 0; distanceLog2++) {
    if (findDirect(joined, diagrams, { ...options, distanceLog2 }) !== undefined)
      return distanceLog2;
  }
  return undefined;
}

/**
 * The widest limbs that the noise leaves room for, then the fewest bits of bodies and of the answer. Protected answers have one limb: sums of
 * several, before they are put together, say more than the value.
 */
function findDirect(
  { trees, constant }: JoinedTrees,
  diagrams: DecisionDiagrams,
  { failureLog2, distanceLog2 }: DirectOptions,
): ProtectedChoice | undefined {
  const quantile = largestVariance(1, failureLog2);
  for (const levels of distanceLog2 === undefined ? [1, 2] : [1, 2, 4]) {
    for (let width = widestLimb; width >= 1; width--) {
      const limbs = leafLimbs(diagrams, constant, width);
      if (limbs.messageBits > 30) continue;
      if (distanceLog2 !== undefined && limbs.count > 1) break;
      const values = trees.outputs * limbs.count;
      const flood = protectionFloodLog2(limbs.messageBits);
      const limit =
        2 ** -(limbs.messageBits + 1) - (distanceLog2 === undefined ? 0 : 2 ** (flood - 64));
      const allowed = limit * limit * quantile;
      const hidden =
        distanceLog2 === undefined
          ? Number.POSITIVE_INFINITY
          : hiddenVariance(distanceLog2, flood, values) / downloadShare;
      const bits = quietest(diagrams, limbs, levels, Math.min(allowed, hidden));
      if (bits === undefined) continue;
      if (values > bits.glwe.polynomialSize) continue;
      const zero =
        distanceLog2 === undefined ? 0 : publicZeroVariance(bits.glwe, bits.glwe.noiseLog2);
      const variance = diagramVariance(diagrams, limbs, bits) + zero;
      const download = (word: number): number =>
        variance + compensatedRoundingVariance(bigLweDimension(bits.glwe), word);
      let wordBits = limbs.messageBits + 1;
      while (wordBits < 40 && download(wordBits) > allowed) wordBits++;
      const reached = floodDistanceLog2(variance, flood, values);
      if (distanceLog2 !== undefined && reached > distanceLog2) continue;
      return {
        limbs,
        bits,
        wordBits,
        failureLog2: log2Failure(limit, download(wordBits)),
        ...(distanceLog2 === undefined
          ? {}
          : { protection: { floodLog2: flood, distanceLog2: reached } }),
      };
    }
  }
  return undefined;
}

/** Leaves of a limb this wide have room for rounding on the way back. */
const downloadShare = 0.9;

/** The quietest base (four levels of 8 bits drop nothing), then the fewest bits of bodies; undefined where noise leaves no room. */
function quietest(
  diagrams: DecisionDiagrams,
  limbs: LeafLimbs,
  levels: number,
  largest: number,
): DirectBits | undefined {
  const glwe: GlweParameters = {
    dimension: 4,
    polynomialSize: 512,
    noiseLog2: smallestTUniform(2048, 64),
  };
  let best: { readonly bits: DirectBits; readonly variance: number } | undefined;
  for (let baseLog = 6; baseLog * levels <= (levels > 2 ? 32 : 30); baseLog++) {
    if (baseLog * levels < limbs.messageBits) continue;
    const bits = { glwe, gadget: { baseLog, levels }, bodyBits: 64 };
    const variance = diagramVariance(diagrams, limbs, bits);
    if (best === undefined || variance < best.variance) best = { bits, variance };
  }
  if (best === undefined || best.variance > largest * downloadShare) return undefined;
  // Bodies are packed by bytes of whole rows: widths in steps of 4.
  let bodyBits = 64;
  while (bodyBits > 32) {
    const fewer = { ...best.bits, bodyBits: bodyBits - 4 };
    if (diagramVariance(diagrams, limbs, fewer) > largest * downloadShare) break;
    bodyBits -= 4;
  }
  return { ...best.bits, bodyBits };
}
