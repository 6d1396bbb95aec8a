import { largestVariance } from "../../security/failure.js";
import type { Gadget, GlweParameters } from "../../tfhe/parameters.js";
import { type BitsLayout, packedLayout } from "../../tfhe/wire-bits.js";
import { inputBodyBytes, inputPayloadBytes } from "../../tfhe/wire-input.js";
import { decisionTime } from "../decision/decision-cost.js";
import {
  decisionVariance,
  type OutputLimit,
  outputHolds,
  outputNoise,
  rowsOf,
} from "../decision/decision-noise.js";
import {
  type DecisionCandidate,
  type DecisionShape,
  decisionShapes,
  packingBytesOf,
  parametersOf,
} from "../decision/decision-shapes.js";
import { leafRounding, withLeafRounding } from "../decision/diagram-noise.js";
import { diagramWeights } from "../decision/diagram-weights.js";
import { gateSchedule } from "../decision/gate-schedule.js";
import { lineBytes, runsOfKeys } from "../decision/parameter-search-decision.js";
import type { KernelRates } from "../kernel-rates.js";
import type { DecisionFront } from "./decision-front.js";

/**
 * Shares of the variance that the widest sums may have that packed bits take up, the quieter the dearer. At most 1/4: their noise has a
 * heavier tail than a Gaussian, and is held so that `E exp(t x) <= exp(t^2 V / 2)` for all t up to half of where a Gaussian of variance V
 * has its Chernoff bound, which covers every sum with noise three times as large.
 */
export const packedShares = [1 / 4, 1 / 32] as const;

/** Bits of a body. */
const fewestBodyBits = 32;
const mostBodyBits = 62;
const digitBits = 30;

/** How bits travel packed under one GLWE key. */
export interface PackedFrontBits {
  readonly candidate: DecisionCandidate;
  readonly layout: BitsLayout;
  /** Bound on the variance of the noisiest sum. */
  readonly variance: number;
  /** Payload of a request. */
  readonly uploadBytes: number;
  readonly keyBytes: number;
}

/**
 * The packed form with the shortest way whose sums take up `share` of what look-ups of the widest sums allow; undefined where the key
 * holds no such sums. Takes some milliseconds.
 */
export function packedFrontBits(
  front: DecisionFront,
  glwe: GlweParameters,
  share: number,
  { failureLog2, rates }: { readonly failureLog2: number; readonly rates: KernelRates },
): PackedFrontBits | undefined {
  const { diagrams, limbs } = front;
  const outputs = limbs.base.length;
  if (outputs > glwe.polynomialSize) return undefined;
  const sums = {
    weights: diagramWeights(diagrams, limbs),
    messageBits: limbs.messageBits,
    outputs,
    anyDigits: limbs.moduli !== undefined,
  };
  // The quantile is the costly part: once.
  const unit = largestVariance(1, failureLog2);
  const roundingOf = (gadget: Gadget): number => leafRounding(diagrams, limbs, gadget);
  const work = gateSchedule(diagrams).work;
  const bits = diagrams.bits.length;
  const ways = decisionShapes("packed")
    .filter(
      ({ glwe: own }) =>
        own.dimension === glwe.dimension && own.polynomialSize === glwe.polynomialSize,
    )
    .map((shape) => {
      const layout = layoutOf(
        { ...shape, gadget: { baseLog: 1, levels: shape.levels } },
        bits,
        mostBodyBits,
      );
      const { totalMs } = decisionTime(parametersOf(shape), layout, work, rates);
      const bytes = inputBodyBytes(layout) + packingBytesOf(shape) / runsOfKeys;
      return { shape, wayMs: totalMs + bytes / lineBytes };
    })
    .sort((a, b) => a.wayMs - b.wayMs);
  for (const { shape } of ways) {
    const candidate = quietest(shape, sums, roundingOf);
    if (candidate === undefined) continue;
    const rounding = roundingOf(candidate.gadget);
    const error = Math.max(0, front.limit * Math.sqrt(share) - rounding);
    const limit: OutputLimit = { limit: error, failureLog2, largest: error * error * unit };
    const holds = (bodyBits: number): boolean =>
      outputHolds(outputNoise(candidate, sums, bodyBits), limit, 0);
    if (!holds(mostBodyBits)) continue;
    let bodyBits = mostBodyBits;
    while (bodyBits > fewestBodyBits && holds(bodyBits - 1)) bodyBits--;
    const layout = layoutOf(candidate, bits, bodyBits);
    const uploadBytes = inputPayloadBytes([layout]);
    return {
      candidate,
      layout,
      variance: withLeafRounding(limit.largest, rounding),
      uploadBytes,
      keyBytes: packingBytesOf(candidate),
    };
  }
  return undefined;
}

function quietest(
  { glwe, levels, packing }: DecisionShape,
  sums: Parameters<typeof decisionVariance>[3],
  roundingOf: (gadget: Gadget) => number,
): DecisionCandidate | undefined {
  if (packing === undefined) return undefined;
  const rows = rowsOf({ glwe, packing, gadget: { baseLog: 1, levels } }, mostBodyBits);
  let best: { readonly candidate: DecisionCandidate; readonly variance: number } | undefined;
  for (let baseLog = 4; baseLog * levels <= digitBits; baseLog++) {
    if (baseLog * levels < sums.messageBits) continue;
    const candidate = { glwe, gadget: { baseLog, levels }, packing };
    const variance = withLeafRounding(
      decisionVariance(glwe, candidate.gadget, rows, sums),
      roundingOf(candidate.gadget),
    );
    if (best === undefined || variance < best.variance) best = { candidate, variance };
  }
  return best?.candidate;
}

function layoutOf(
  { glwe, gadget, packing }: DecisionCandidate,
  bits: number,
  bodyBits: number,
): BitsLayout {
  return packedLayout(glwe, bits, gadget, bodyBits, packing?.expansionLevels ?? 0);
}
