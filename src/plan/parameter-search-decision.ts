import { VelumError } from "../base/error.js";
import { smallestTUniform } from "../security/curves.js";
import { log2Failure } from "../security/failure.js";
import { log2MixtureFailure } from "../security/failure-mixture.js";
import {
  type BitNoise,
  decisionStepNoise,
  gatheredStepNoise,
  ggswBitNoise,
} from "../security/noise-decision.js";
import {
  ciphertextRoundingVariance,
  compensatedRoundingVariance,
  freshGlweVariance,
} from "../security/noise-fresh.js";
import {
  automorphismVariance,
  conversionVariance,
  packedBitNoise,
} from "../security/noise-packing.js";
import {
  bigLweDimension,
  type CryptoParameters,
  type Gadget,
  type GlweParameters,
  type PackingParameters,
  packingKeyBodyBits,
} from "../tfhe/parameters.js";
import { type BitsLayout, ggswLayout, packedLayout } from "../tfhe/wire-bits.js";
import { seedBytes } from "../tfhe/wire-evaluation-keys.js";
import { inputBodyBytes } from "../tfhe/wire-input.js";
import { packingKeyFileBytes } from "../tfhe/wire-packing-keys.js";
import { type DecisionTime, type DecisionWork, decisionTime } from "./decision-cost.js";
import type { KernelRates } from "./kernel-rates.js";

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

export interface DecisionRequest {
  /** Bits that travel. */
  readonly bits: number;
  readonly weights: DiagramWeights;
  /** Bits of the values that are decrypted, without padding; leaves are multiples of `2^-messageBits`. */
  readonly messageBits: number;
  /** Coefficients that are decrypted. */
  readonly outputs: number;
  readonly work: DecisionWork;
  /** log2 of the allowed failure probability of each output. */
  readonly failureLog2: number;
  /** `Infinity` for none. */
  readonly maxUploadBytes: number;
  readonly maxKeyBytes: number;
  readonly rates: KernelRates;
}

/** Parameters with what was predicted of them. */
export interface DecisionChoice {
  /** With `packing` where the bits travel packed. */
  readonly parameters: CryptoParameters;
  readonly layout: BitsLayout;
  /** Seed and bodies. */
  readonly uploadBytes: number;
  /** Packing keys, sent once; 0 without. */
  readonly keyBytes: number;
  /** Bits kept of every word of the response. */
  readonly downloadBits: number;
  readonly downloadBytes: number;
  /** log2 of the deviation of an output, download included, and of half a step of its values. */
  readonly noiseLog2: number;
  readonly limitLog2: number;
  /** log2 of the failure probability of one output. */
  readonly failureLog2: number;
  readonly time: DecisionTime;
  /** Server, one thread, and both ways over 10 Mbit/s, keys spread over 100 runs. What is minimised, each form by itself. */
  readonly roundTripMs: number;
}

/** The best choice of each form; absent where nothing fits. */
export interface DecisionChoices {
  readonly direct?: DecisionChoice;
  readonly packed?: DecisionChoice;
}

/** k, N that the external product computes with noise low enough for digits of one level. */
const directShapes = [
  [3, 512],
  [4, 512],
  [5, 512],
  [2, 1024],
  [3, 1024],
  [1, 2048],
] as const;
/** Packing needs noise of a few units. */
const packedShapes = [
  [5, 512],
  [3, 1024],
] as const;
const largestLevels = 3;
/** Bits of all digits of a CMUX, and of one: leaves are multiplied in double precision. */
const digitBits = 30;
const largestBaseLog = 24;
const bodyWidths: Widths = { from: 24, to: 62 };
const downloadWidths: Widths = { from: 8, to: 32 };
/** Bytes a millisecond at 10 Mbit/s, and runs with one set of keys. */
const lineBytes = 1250;
const runsOfKeys = 100;

/**
 * The parameters with the shortest way from the client and back, once with a GGSW for each bit and once with packed bits, over all shapes
 * on the 132-bit line. The noise of an output is that of `weights.externalProducts` CMUX with bits that are 1, of the nodes between
 * leaves, and of the response's rounding; limit `2^-(messageBits + 1)`. Error `no-parameters` where neither form fits.
 */
export function searchDecision(request: DecisionRequest): DecisionChoices {
  const direct = searchUploadForm("direct", request);
  const packed = searchUploadForm("packed", request);
  if (direct === undefined && packed === undefined) throw noDecisionParameters(request);
  return {
    ...(direct === undefined ? {} : { direct }),
    ...(packed === undefined ? {} : { packed }),
  };
}

/** The best choice of one form, as `searchDecision`; undefined where none fits with a way shorter than `belowMs`. */
export function searchUploadForm(
  form: "direct" | "packed",
  request: DecisionRequest,
  belowMs = Number.POSITIVE_INFINITY,
): DecisionChoice | undefined {
  return best(form, request, belowMs);
}

interface Widths {
  readonly from: number;
  readonly to: number;
}

/** A form and shape; the base of the gadget is free. */
interface Shape {
  readonly glwe: GlweParameters;
  readonly levels: number;
  readonly packing?: PackingParameters;
}

interface Candidate {
  readonly glwe: GlweParameters;
  readonly gadget: Gadget;
  readonly packing?: PackingParameters;
}

function* directShapesOfRings(): Generator<Shape> {
  for (const [dimension, polynomialSize] of directShapes) {
    const glwe = quietest(dimension, polynomialSize);
    for (let levels = 1; levels <= largestLevels; levels++) yield { glwe, levels };
  }
}

function* packedShapesOfRings(): Generator<Shape> {
  for (const [dimension, polynomialSize] of packedShapes) {
    const glwe = quietest(dimension, polynomialSize);
    const row = freshGlweVariance(glwe.noiseLog2, packingKeyBodyBits);
    const expansions = [2, 3, 4, 5].map((levels) =>
      leastNoise(levels, (gadget) => automorphismVariance(glwe, gadget, row)),
    );
    const conversions = [2, 3, 4].map((levels) =>
      leastNoise(levels, (gadget) => conversionVariance(glwe, gadget, row)),
    );
    for (let expansionLevels = 3; expansionLevels <= Math.log2(polynomialSize); expansionLevels++) {
      for (let apart = 1; apart <= 5; apart++) {
        const keyedLevels = keyedEvery(apart, expansionLevels, polynomialSize);
        for (const expansionGadget of expansions) {
          for (const conversionGadget of conversions) {
            const packing = { expansionLevels, keyedLevels, expansionGadget, conversionGadget };
            for (let levels = 1; levels <= largestLevels; levels++) yield { glwe, levels, packing };
          }
        }
      }
    }
  }
}

/** The same for every request. */
const shapesOf: Partial<Record<"direct" | "packed", readonly Shape[]>> = {};

function best(
  form: "direct" | "packed",
  request: DecisionRequest,
  belowMs: number,
): DecisionChoice | undefined {
  shapesOf[form] ??= [...(form === "direct" ? directShapesOfRings() : packedShapesOfRings())];
  const shapes = shapesOf[form]
    .map((shape) => ({ shape, leastMs: leastRoundTrip(shape, request) }))
    .sort((a, b) => a.leastMs - b.leastMs);
  let found: DecisionChoice | undefined;
  for (const { shape, leastMs } of shapes) {
    if (leastMs >= (found?.roundTripMs ?? belowMs)) break;
    for (const candidate of basesOf(shape, request)) {
      const choice = describe(candidate, request);
      if (choice === undefined) continue;
      if (choice.roundTripMs < (found?.roundTripMs ?? belowMs)) found = choice;
    }
  }
  return found;
}

/** Bases that leaves fit into; of packed bits, whose upload is a small share, the quietest alone. */
function basesOf({ glwe, levels, packing }: Shape, request: DecisionRequest): Candidate[] {
  const largest = Math.min(largestBaseLog, Math.floor(digitBits / levels));
  const all: Candidate[] = [];
  for (let baseLog = Math.max(5, largest - 8); baseLog <= largest; baseLog++) {
    if (baseLog * levels < request.messageBits) continue;
    const gadget = { baseLog, levels };
    all.push(packing === undefined ? { glwe, gadget } : { glwe, gadget, packing });
  }
  const [first] = all;
  if (packing === undefined || first === undefined) return all;
  const rows = rowsOf(first, bodyWidths.to);
  let quiet = { candidate: first, variance: Number.POSITIVE_INFINITY };
  for (const candidate of all) {
    const variance = decisionVariance(glwe, candidate.gadget, rows, request);
    if (variance < quiet.variance) quiet = { candidate, variance };
  }
  return [quiet.candidate];
}

function parametersOf({ glwe, packing }: Pick<Candidate, "glwe" | "packing">): CryptoParameters {
  return packing === undefined ? { glwe, bootstraps: [] } : { glwe, bootstraps: [], packing };
}

function keyBytesOf(candidate: Candidate): number {
  return candidate.packing === undefined ? 0 : packingKeyFileBytes(parametersOf(candidate));
}

/** What the way takes at least, whatever the noise asks for. */
function leastRoundTrip(shape: Shape, request: DecisionRequest): number {
  const candidate = { ...shape, gadget: { baseLog: 1, levels: shape.levels } };
  const layout = layoutOf(candidate, request.bits, bodyWidths.from);
  const { totalMs } = decisionTime(parametersOf(candidate), layout, request.work, request.rates);
  const response = responseBytes(candidate.glwe, request, downloadWidths.from);
  const keys = keyBytesOf(candidate) / runsOfKeys;
  return totalMs + (inputBodyBytes(layout) + response + keys) / lineBytes;
}

/** The candidate with the fewest bits up and down that meet the limits; undefined when none do. */
function describe(candidate: Candidate, request: DecisionRequest): DecisionChoice | undefined {
  const { glwe, gadget } = candidate;
  const parameters = parametersOf(candidate);
  const keyBytes = keyBytesOf(candidate);
  if (keyBytes > request.maxKeyBytes) return undefined;
  // Every result needs a coefficient of its own.
  if (request.outputs > glwe.polynomialSize) return undefined;
  // Without any rounding on the way there must be room; most candidates end here.
  if (failureOf(candidate, request, bodyWidths.to, 64) > request.failureLog2) return undefined;
  let found: { bodyBits: number; downloadBits: number; bytes: number } | undefined;
  let { from: fewest, to: enough } = bodyWidths;
  while (fewest < enough) {
    const middle = (fewest + enough) >> 1;
    if (failureOf(candidate, request, middle, 64) > request.failureLog2) fewest = middle + 1;
    else enough = middle;
  }
  for (let bodyBits = fewest; bodyBits <= bodyWidths.to; bodyBits++) {
    const uploadBytes = seedBytes + inputBodyBytes(layoutOf(candidate, request.bits, bodyBits));
    if (uploadBytes > request.maxUploadBytes) break;
    if (found !== undefined && uploadBytes > found.bytes) break;
    const downloadBits = fewestDownloadBits(candidate, request, bodyBits);
    if (downloadBits === undefined) continue;
    const bytes = uploadBytes + responseBytes(glwe, request, downloadBits);
    if (found === undefined || bytes < found.bytes) found = { bodyBits, downloadBits, bytes };
  }
  if (found === undefined) return undefined;
  const { bodyBits, downloadBits, bytes } = found;
  const layout = layoutOf(candidate, request.bits, bodyBits);
  const time = decisionTime(parameters, layout, request.work, request.rates);
  const downloadBytes = responseBytes(glwe, request, downloadBits);
  return {
    parameters,
    layout,
    uploadBytes: bytes - downloadBytes,
    keyBytes,
    downloadBits,
    downloadBytes,
    noiseLog2:
      Math.log2(
        decisionVariance(glwe, gadget, rowsOf(candidate, bodyBits), request) +
          downloadVariance(glwe, downloadBits),
      ) / 2,
    limitLog2: -(request.messageBits + 1),
    failureLog2: failureOf(candidate, request, bodyBits, downloadBits),
    time,
    roundTripMs: time.totalMs + (bytes + keyBytes / runsOfKeys) / lineBytes,
  };
}

function fewestDownloadBits(
  candidate: Candidate,
  request: DecisionRequest,
  bodyBits: number,
): number | undefined {
  for (let { from: bits } = downloadWidths; bits <= downloadWidths.to; bits++) {
    // The rounding alone must fit before the whole is worth its price.
    const rounding = downloadVariance(candidate.glwe, bits);
    if (log2Failure(2 ** -(request.messageBits + 1), rounding) > request.failureLog2) continue;
    if (failureOf(candidate, request, bodyBits, bits) <= request.failureLog2) return bits;
  }
  return undefined;
}

/** log2 of the failure probability of one output; `downloadBits` 64 for no rounding. */
function failureOf(
  candidate: Candidate,
  request: DecisionRequest,
  bodyBits: number,
  downloadBits: number,
): number {
  const { glwe, gadget } = candidate;
  const rows = rowsOf(candidate, bodyBits);
  const limit = 2 ** -(request.messageBits + 1);
  const variance =
    decisionVariance(glwe, gadget, rows, request) + downloadVariance(glwe, downloadBits);
  const gaussian = log2Failure(limit, variance);
  if (rows.gathered.length === 0 || gaussian > request.failureLog2) return gaussian;
  const { externalProducts, usesOfOneBit } = request.weights;
  const uses = Math.max(1, Math.min(usesOfOneBit, externalProducts));
  const products = gatheredStepNoise(glwe, gadget, rows).map((one) => ({
    variance: uses * one.variance,
    freedom: one.freedom,
    count: (gadget.levels * externalProducts) / uses,
  }));
  const gathered = products.reduce((sum, one) => sum + one.count * one.variance, 0);
  return Math.max(gaussian, log2MixtureFailure(limit, variance - gathered, products));
}

/** Variance of one output before its response is rounded. */
export function decisionVariance(
  glwe: GlweParameters,
  gadget: Gadget,
  rows: BitNoise,
  { weights, messageBits, outputs }: Pick<DecisionRequest, "weights" | "messageBits" | "outputs">,
): number {
  const { baseLog, levels } = gadget;
  const step = decisionStepNoise(glwe, gadget, rows, 1).total;
  // The first digit of a difference, and below it, where leaves reach that far, digits of any size.
  const below = messageBits > baseLog ? ((levels - 1) * outputs * weights.diagrams ** 2) / 4 : 0;
  const digits = 2 ** (2 * baseLog) * (weights.squaredDifferences + below);
  const rounding = weights.diagrams * ciphertextRoundingVariance(bigLweDimension(glwe), 32);
  return weights.externalProducts * step + digits * rows.messageConstant + rounding;
}

function rowsOf({ glwe, packing }: Candidate, bodyBits: number): BitNoise {
  const { noiseLog2 } = glwe;
  if (packing === undefined) return ggswBitNoise(noiseLog2, bodyBits);
  return packedBitNoise(glwe, packing, { noiseLog2, bodyBits, keyBodyBits: packingKeyBodyBits });
}

function layoutOf(
  { glwe, gadget, packing }: Candidate,
  bits: number,
  bodyBits: number,
): BitsLayout {
  if (packing === undefined) return ggswLayout(glwe, bits, gadget, bodyBits);
  return packedLayout(glwe, bits, gadget, bodyBits, packing.expansionLevels);
}

function responseBytes(glwe: GlweParameters, { outputs }: DecisionRequest, bits: number): number {
  return Math.ceil(((bigLweDimension(glwe) + outputs) * bits) / 8);
}

function downloadVariance(glwe: GlweParameters, bits: number): number {
  return bits === 64 ? 0 : compensatedRoundingVariance(bigLweDimension(glwe), bits);
}

function quietest(dimension: number, polynomialSize: number): GlweParameters {
  return { dimension, polynomialSize, noiseLog2: smallestTUniform(dimension * polynomialSize, 64) };
}

function leastNoise(levels: number, noise: (gadget: Gadget) => number): Gadget {
  const bases = Array.from({ length: Math.min(16, Math.floor(60 / levels)) - 3 }, (_, i) => ({
    baseLog: i + 4,
    levels,
  }));
  return bases.reduce((a, b) => (noise(b) < noise(a) ? b : a));
}

/** The last step and every `apart`-th before it; below the deepest step of a ring the one before it is the last of the others. */
function keyedEvery(apart: number, steps: number, polynomialSize: number): readonly number[] {
  const deepest = steps === Math.log2(polynomialSize);
  const keyed = deepest ? [steps - 1] : [];
  for (let step = deepest ? steps - 2 : steps - 1; step >= 0; step -= apart) keyed.unshift(step);
  return keyed;
}

function noDecisionParameters({ weights, messageBits, failureLog2 }: DecisionRequest): VelumError {
  return new VelumError({
    code: "no-parameters",
    path: "decision parameters",
    problem:
      `no parameters at 132 bits of security give ${messageBits} bits of a sum of ${weights.diagrams} diagrams ` +
      `with ${weights.externalProducts} external products and failure below 2^${failureLog2} within the limits`,
    limit: failureLog2,
    actual: messageBits,
    cure: "Lower the bits of the output, use fewer or shallower trees, or raise the limits on bytes",
  });
}
