import { VelumError } from "../../base/error.js";
import {
  bigLweDimension,
  type CryptoParameters,
  type GlweParameters,
} from "../../tfhe/parameters.js";
import { type BitsLayout, ggswLayout, packedLayout } from "../../tfhe/wire-bits.js";
import { seedBytes } from "../../tfhe/wire-header.js";
import { inputBodyBytes } from "../../tfhe/wire-input.js";
import type { KernelRates } from "../kernel-rates.js";
import { type DecisionTime, type DecisionWork, decisionTime } from "./decision-cost.js";
import {
  type DecisionSums,
  decisionVariance,
  downloadVariance,
  type OutputLimit,
  type OutputNoise,
  outputFailure,
  outputHolds,
  outputLimitOf,
  outputNoise,
  rowsOf,
} from "./decision-noise.js";
import {
  type DecisionCandidate,
  type DecisionShape,
  decisionShapes,
  packingBytesOf,
  parametersOf,
} from "./decision-shapes.js";

export interface DecisionRequest extends DecisionSums {
  /** Bits that travel. */
  readonly bits: number;
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

/** Bits of all digits of a CMUX, and of one: leaves are multiplied in double precision. */
const digitBits = 30;
const largestBaseLog = 24;
const bodyWidths: Widths = { from: 24, to: 62 };
const downloadWidths: Widths = { from: 8, to: 32 };
/** Bytes a millisecond at 10 Mbit/s, and runs with one set of keys. */
export const lineBytes = 1250;
export const runsOfKeys = 100;

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

function best(
  form: "direct" | "packed",
  request: DecisionRequest,
  belowMs: number,
): DecisionChoice | undefined {
  const limit = outputLimitOf(request.messageBits, request.failureLog2);
  let found: DecisionChoice | undefined;
  for (const { shape, leastMs } of shapesByTime(form, request)) {
    const outputMs = (request.outputs * downloadWidths.from) / 8 / lineBytes;
    if (leastMs + outputMs >= (found?.roundTripMs ?? belowMs)) break;
    for (const candidate of basesOf(shape, request)) {
      const choice = describe(candidate, request, limit, found?.roundTripMs ?? belowMs);
      if (choice !== undefined) found = choice;
    }
  }
  return found;
}

/** Shapes by what the way takes at least, outputs aside. */
type OrderedShapes = readonly { readonly shape: DecisionShape; readonly leastMs: number }[];

interface ShapeOrder {
  readonly form: "direct" | "packed";
  readonly bits: number;
  readonly rates: KernelRates;
  readonly shapes: OrderedShapes;
}

/** Several cuts of the same diagrams' leaves ask in a row. */
const knownOrders = new WeakMap<DecisionWork, ShapeOrder>();

function shapesByTime(form: "direct" | "packed", request: DecisionRequest): OrderedShapes {
  const { bits, work, rates } = request;
  const known = knownOrders.get(work);
  if (known?.form === form && known.bits === bits && known.rates === rates) return known.shapes;
  const shapes = decisionShapes(form)
    .map((shape) => ({ shape, leastMs: leastRoundTrip(shape, request) }))
    .sort((a, b) => a.leastMs - b.leastMs);
  knownOrders.set(work, { form, bits, rates, shapes });
  return shapes;
}

/** Bases that leaves fit into; of packed bits, whose upload is a small share, the quietest alone. */
function basesOf(
  { glwe, levels, packing }: DecisionShape,
  request: DecisionRequest,
): DecisionCandidate[] {
  const largest = Math.min(largestBaseLog, Math.floor(digitBits / levels));
  const all: DecisionCandidate[] = [];
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

/** What the way takes at least, whatever the noise asks for and however many outputs there are. */
function leastRoundTrip(shape: DecisionShape, request: DecisionRequest): number {
  const candidate = { ...shape, gadget: { baseLog: 1, levels: shape.levels } };
  const layout = layoutOf(candidate, request.bits, bodyWidths.from);
  const { totalMs } = decisionTime(parametersOf(candidate), layout, request.work, request.rates);
  const response = (bigLweDimension(candidate.glwe) * downloadWidths.from) / 8;
  const keys = packingBytesOf(candidate) / runsOfKeys;
  return totalMs + (inputBodyBytes(layout) + response + keys) / lineBytes;
}

/** The candidate with the fewest bits up and down that meet the limits; undefined when none do, or its way takes `belowMs` or more. */
function describe(
  candidate: DecisionCandidate,
  request: DecisionRequest,
  limit: OutputLimit,
  belowMs: number,
): DecisionChoice | undefined {
  const { glwe } = candidate;
  const parameters = parametersOf(candidate);
  const keyBytes = packingBytesOf(candidate);
  if (keyBytes > request.maxKeyBytes) return undefined;
  // Every result needs a coefficient of its own.
  if (request.outputs > glwe.polynomialSize) return undefined;
  // Times do not depend on how many bits are kept.
  const { totalMs } = decisionTime(
    parameters,
    layoutOf(candidate, request.bits, bodyWidths.from),
    request.work,
    request.rates,
  );
  const mostBytes = (belowMs - totalMs) * lineBytes - keyBytes / runsOfKeys;
  // Without any rounding on the way there must be room; most candidates end here.
  if (!outputHolds(outputNoise(candidate, request, bodyWidths.to), limit, 0)) return undefined;
  let found: { bodyBits: number; downloadBits: number; bytes: number } | undefined;
  let { from: fewest, to: enough } = bodyWidths;
  while (fewest < enough) {
    const middle = (fewest + enough) >> 1;
    if (outputHolds(outputNoise(candidate, request, middle), limit, 0)) enough = middle;
    else fewest = middle + 1;
  }
  for (let bodyBits = fewest; bodyBits <= bodyWidths.to; bodyBits++) {
    const uploadBytes = seedBytes + inputBodyBytes(layoutOf(candidate, request.bits, bodyBits));
    if (uploadBytes > request.maxUploadBytes) break;
    if (uploadBytes + responseBytes(glwe, request, downloadWidths.from) >= mostBytes) break;
    if (found !== undefined && uploadBytes > found.bytes) break;
    const noise = outputNoise(candidate, request, bodyBits);
    const downloadBits = fewestDownloadBits(glwe, noise, limit);
    if (downloadBits === undefined) continue;
    const bytes = uploadBytes + responseBytes(glwe, request, downloadBits);
    if (found === undefined || bytes < found.bytes) found = { bodyBits, downloadBits, bytes };
  }
  if (found === undefined) return undefined;
  const { bodyBits, downloadBits, bytes } = found;
  if (bytes >= mostBytes) return undefined;
  const layout = layoutOf(candidate, request.bits, bodyBits);
  const time = decisionTime(parameters, layout, request.work, request.rates);
  const downloadBytes = responseBytes(glwe, request, downloadBits);
  const noise = outputNoise(candidate, request, bodyBits);
  const rounding = downloadVariance(glwe, downloadBits);
  return {
    parameters,
    layout,
    uploadBytes: bytes - downloadBytes,
    keyBytes,
    downloadBits,
    downloadBytes,
    noiseLog2: Math.log2(noise.variance + rounding) / 2,
    limitLog2: -(request.messageBits + 1),
    failureLog2: outputFailure(noise, limit.limit, rounding),
    time,
    roundTripMs: time.totalMs + (bytes + keyBytes / runsOfKeys) / lineBytes,
  };
}

/** Fewer bits are noisier, so the answer is halved out of the range. */
function fewestDownloadBits(
  glwe: GlweParameters,
  noise: OutputNoise,
  limit: OutputLimit,
): number | undefined {
  const holds = (bits: number): boolean => outputHolds(noise, limit, downloadVariance(glwe, bits));
  let { from: fewest, to: enough } = downloadWidths;
  if (!holds(enough)) return undefined;
  while (fewest < enough) {
    const middle = (fewest + enough) >> 1;
    if (holds(middle)) enough = middle;
    else fewest = middle + 1;
  }
  return enough;
}

function layoutOf(
  { glwe, gadget, packing }: DecisionCandidate,
  bits: number,
  bodyBits: number,
): BitsLayout {
  if (packing === undefined) return ggswLayout(glwe, bits, gadget, bodyBits);
  return packedLayout(glwe, bits, gadget, bodyBits, packing.expansionLevels);
}

function responseBytes(glwe: GlweParameters, { outputs }: DecisionRequest, bits: number): number {
  return Math.ceil(((bigLweDimension(glwe) + outputs) * bits) / 8);
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
