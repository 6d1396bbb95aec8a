import { largestVariance, log2Failure } from "../../security/failure.js";
import { log2MixtureFailure, type ProductNoise } from "../../security/failure-mixture.js";
import {
  type BitNoise,
  decisionStepNoise,
  gatheredStepNoise,
  ggswBitNoise,
} from "../../security/noise-decision.js";
import {
  ciphertextRoundingVariance,
  compensatedRoundingVariance,
} from "../../security/noise-fresh.js";
import { packedBitNoise } from "../../security/noise-packing.js";
import {
  bigLweDimension,
  type Gadget,
  type GlweParameters,
  packingKeyBodyBits,
} from "../../tfhe/parameters.js";
import type { DecisionCandidate } from "./decision-shapes.js";

/** Noise that decision diagrams put on one output, as sums over the diagrams added into it. For several outputs, the largest of each. */
export interface DiagramWeights {
  /** External products on the longest path: nodes that have a child that is no leaf. */
  readonly externalProducts: number;
  /** Most of these external products with one and the same bit; the number of diagrams always bounds it. */
  readonly usesOfOneBit: number;
  /** Diagrams. */
  readonly diagrams: number;
  /**
   * Nodes between two leaves, which may share a bit: the sum over bits of `(sum over diagrams of the largest |high - low|)^2`, leaves in
   * turns of the torus (at most 1/2), `|.|` the norm over all values of a leaf. `diagrams^2 / 4` bounds it for leaves of one value.
   */
  readonly squaredDifferences: number;
}

/** Sums of diagrams, as far as their noise goes. */
export interface DecisionSums {
  readonly weights: DiagramWeights;
  /** Bits of the values that are decrypted, without padding; leaves are multiples of `2^-messageBits`, unless `anyDigits`. */
  readonly messageBits: number;
  /** Leaves have digits on every level of the gadget. */
  readonly anyDigits?: boolean;
  /** Coefficients that are decrypted. */
  readonly outputs: number;
}

/** Noise of one output before its response is rounded. */
export interface OutputNoise {
  /** Of everything. */
  readonly variance: number;
  /** The share that gathers in few coefficients of packed bits, so that its tail is heavier than a Gaussian's. */
  readonly products: readonly ProductNoise[];
}

/** What an output's error must stay below, and how surely. */
export interface OutputLimit {
  /** Half a step. */
  readonly limit: number;
  readonly failureLog2: number;
  /** The largest variance of Gaussian noise. */
  readonly largest: number;
}

export function outputLimitOf(messageBits: number, failureLog2: number): OutputLimit {
  const limit = 2 ** -(messageBits + 1);
  return { limit, failureLog2, largest: largestVariance(limit, failureLog2) };
}

export function outputNoise(
  candidate: DecisionCandidate,
  sums: DecisionSums,
  bodyBits: number,
): OutputNoise {
  const { glwe, gadget } = candidate;
  const rows = rowsOf(candidate, bodyBits);
  const variance = decisionVariance(glwe, gadget, rows, sums);
  if (rows.gathered.length === 0) return { variance, products: [] };
  const { externalProducts, usesOfOneBit } = sums.weights;
  const uses = Math.max(1, Math.min(usesOfOneBit, externalProducts));
  const products = gatheredStepNoise(glwe, gadget, rows).map((one) => ({
    variance: uses * one.variance,
    freedom: one.freedom,
    count: (gadget.levels * externalProducts) / uses,
  }));
  return { variance, products };
}

/** log2 of the failure probability of one output; `rounding`: variance that its response adds. */
export function outputFailure(
  { variance, products }: OutputNoise,
  limit: number,
  rounding: number,
): number {
  const gaussian = log2Failure(limit, variance + rounding);
  return products.length === 0
    ? gaussian
    : Math.max(gaussian, mixtureFailure({ variance, products }, limit, rounding));
}

/** Whether an output fails seldom enough. */
export function outputHolds(
  noise: OutputNoise,
  { limit, failureLog2, largest }: OutputLimit,
  rounding: number,
): boolean {
  if (noise.variance + rounding > largest) return false;
  return noise.products.length === 0 || mixtureFailure(noise, limit, rounding) <= failureLog2;
}

function mixtureFailure(
  { variance, products }: OutputNoise,
  limit: number,
  rounding: number,
): number {
  const gathered = products.reduce((sum, one) => sum + one.count * one.variance, 0);
  return log2MixtureFailure(limit, variance - gathered + rounding, products);
}

/** Variance of one output before its response is rounded. */
export function decisionVariance(
  glwe: GlweParameters,
  gadget: Gadget,
  rows: BitNoise,
  { weights, messageBits, outputs, anyDigits = false }: DecisionSums,
): number {
  const { baseLog, levels } = gadget;
  const step = decisionStepNoise(glwe, gadget, rows, 1).total;
  // The first digit of a difference, and below it, where leaves reach that far, digits of any size.
  const below =
    anyDigits || messageBits > baseLog ? ((levels - 1) * outputs * weights.diagrams ** 2) / 4 : 0;
  const digits = 2 ** (2 * baseLog) * (weights.squaredDifferences + below);
  const rounding = weights.diagrams * ciphertextRoundingVariance(bigLweDimension(glwe), 32);
  return weights.externalProducts * step + digits * rows.messageConstant + rounding;
}

/** Of the rows of a bit, their bodies rounded to `bodyBits`. */
export function rowsOf({ glwe, packing }: DecisionCandidate, bodyBits: number): BitNoise {
  const { noiseLog2 } = glwe;
  if (packing === undefined) return ggswBitNoise(noiseLog2, bodyBits);
  return packedBitNoise(glwe, packing, { noiseLog2, bodyBits, keyBodyBits: packingKeyBodyBits });
}

/** Of a response whose words keep `bits` bits. */
export function downloadVariance(glwe: GlweParameters, bits: number): number {
  return compensatedRoundingVariance(bigLweDimension(glwe), bits);
}
