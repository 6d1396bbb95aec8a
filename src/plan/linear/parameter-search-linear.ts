import { VelumError } from "../../base/error.js";
import { log2Failure, log2UnionFailure, tailQuantile } from "../../security/failure.js";
import { compensatedRoundingVariance, freshGlweVariance } from "../../security/noise-fresh.js";
import { weightedVariance } from "../../security/noise-linear.js";
import {
  floodDistanceLog2,
  hiddenVariance,
  publicZeroVariance,
} from "../../security/noise-protection.js";
import {
  bigLweDimension,
  type CryptoParameters,
  type GlweParameters,
} from "../../tfhe/parameters.js";
import { type PlanProtection, protectionFloodLog2, weakerProtection } from "../protection.js";
import { linearKeys } from "../search-space.js";

/** Outputs of one kind of a bootstrap-free region: each a clear-weight sum of the encrypted vector, modulo `2^bits`. */
export interface LinearOutput {
  /** Bits of the result. The whole torus is used: no padding bit. */
  readonly bits: number;
  /** Sum of squares of its weights. */
  readonly squaredNorm: number;
  /** Sum of magnitudes of its weights. */
  readonly oneNorm: number;
  /** Outputs of this kind. */
  readonly count: number;
  /** How errors name it. */
  readonly path?: string | undefined;
}

export interface LinearRequest {
  readonly outputs: readonly LinearOutput[];
  /** Entries of the encrypted vector. */
  readonly vectorLength: number;
  /**
   * How many outputs may share one response ciphertext. 1: each output travels as an LWE ciphertext of its own. More: rows of weights
   * lie side by side in one clear polynomial, and the client then uploads every coefficient that such a product touches.
   */
  readonly largestOutputsPerResponse: number;
  /** 2-norm of all rows of a response together up to which the product with them is exact; absent: no limit. */
  readonly largestNorm?: number;
  /** log2 of the allowed failure probability of each output: -64, or -128 where decryptions will be shared. */
  readonly failureLog2: number;
  /** log2 of the allowed statistical distance of an answer from one that says nothing but the values; absent: answers are not protected. */
  readonly distanceLog2?: number;
}

export interface LinearChoice {
  readonly parameters: CryptoParameters;
  /** Outputs in one response. */
  readonly outputsPerResponse: number;
  /** Bits of each uploaded body coefficient; the mask travels as a seed. */
  readonly uploadBits: number;
  /** Bits of each number of a response, mask and body alike. */
  readonly downloadBits: number;
  /** Seed and bodies, without headers. */
  readonly uploadBytes: number;
  /** All responses, without headers. */
  readonly downloadBytes: number;
  /** For each kind of output, log2 of the failure probability of one. */
  readonly failureLog2: readonly number[];
  /** log2 of the failure probability of a whole run: union over all outputs. */
  readonly runFailureLog2: number;
  /** For each kind of output, log2 of the deviation of its error and of half a step, relative to the torus. */
  readonly noiseLog2: readonly number[];
  readonly limitLog2: readonly number[];
  /** Present where answers are protected. */
  readonly protection?: PlanProtection;
}

const seedBytes = 32;
const torusBits = 64;
const fewestBits = 4;

/**
 * Parameters of a bootstrap-free linear region at 132 bits of security: the key, the precision of the upload and of the download that
 * make the fewest bytes. Needs no evaluation keys. A few milliseconds.
 *
 * Noise of an output: `||w||^2 (sigma^2 + 2^-2up / 12) + (1 + kN/4) 2^-2down / 12`: fresh TUniform noise and rounded upload bodies times
 * the weights, then the response's mask and body rounded with mean compensation (`compensatedRoundingVariance`). The product with the
 * weights must be exact modulo 2^64. Where few weights make it smaller, the bound `||w||_1 (2^b + 2^-(up+1))` on the fresh part, which
 * is never exceeded, takes the place of its Gaussian tail. With r outputs in a response every uploaded coefficient meets the weights of all r rows.
 *
 * Protected answers carry an encryption of zero (`publicZeroVariance`) and a flood that takes half the room: what is left of the limit, and
 * the distance that `floodDistanceLog2` bounds, must do with the other noise.
 *
 * Bytes up: `32 + ceil(coefficients * up / 8)`, coefficients = the vector, or `min(N, (2r - 1) vectorLength)` for r > 1.
 * Bytes down: `ceil((kN + r) down / 8)` a response, `ceil(outputs / r)` responses.
 *
 * Errors: `bad-argument` without outputs; `no-parameters` when no key is quiet enough.
 */
export function chooseLinearParameters(request: LinearRequest): LinearChoice {
  if (request.outputs.length === 0 || request.vectorLength < 1) {
    throw new VelumError({
      code: "bad-argument",
      path: "linear parameters",
      problem: "there is no output, or the encrypted vector is empty",
      cure: "Pass at least one output and a vector of at least one entry",
    });
  }
  const worst = { ...request, outputs: worstOutputs(request.outputs) };
  const best = findLinear(worst);
  if (best === undefined) throw noLinearParameters(request);
  return describe(request, worst, best);
}

/** True where `chooseLinearParameters` finds something. */
export function linearParametersFit(request: LinearRequest): boolean {
  return findLinear({ ...request, outputs: worstOutputs(request.outputs) }) !== undefined;
}

function findLinear(worst: LinearRequest): LinearCandidate | undefined {
  const quantile = tailQuantile(worst.failureLog2);
  let best: LinearCandidate | undefined;
  for (const glwe of linearKeys()) {
    for (const perResponse of sharings(worst, glwe)) {
      for (let downloadBits = fewestBits; downloadBits < torusBits; downloadBits++) {
        const uploadBits = fewestUploadBits(worst, glwe, perResponse, downloadBits, quantile);
        if (uploadBits === undefined) continue;
        const candidate = { glwe, perResponse, uploadBits, downloadBits };
        if (best === undefined || bytes(worst, candidate) < bytes(worst, best)) {
          best = candidate;
        }
      }
    }
  }
  return best;
}

/** The least distance in whole bits that some parameters reach; undefined where even unprotected answers have none. */
function reachableDistance(request: LinearRequest): number | undefined {
  for (let distanceLog2 = request.distanceLog2 ?? 0; distanceLog2 < 0; distanceLog2++) {
    if (findLinear({ ...request, distanceLog2 }) !== undefined) return distanceLog2;
  }
  return undefined;
}

interface LinearCandidate {
  readonly glwe: GlweParameters;
  readonly perResponse: number;
  readonly uploadBits: number;
  readonly downloadBits: number;
}

/** Every number of outputs per response that changes the number of responses. */
function sharings(request: LinearRequest, glwe: GlweParameters): readonly number[] {
  const total = outputCount(request);
  const fitting = Math.floor(glwe.polynomialSize / request.vectorLength);
  const squaredNorm = Math.max(...request.outputs.map((output) => output.squaredNorm));
  const exact = Math.floor((request.largestNorm ?? Number.POSITIVE_INFINITY) ** 2 / squaredNorm);
  const wanted = request.largestOutputsPerResponse;
  const largest = Math.max(1, Math.min(total, fitting, exact, wanted));
  const counts = new Set<number>();
  for (let responses = 1; responses <= total; responses++) {
    const perResponse = Math.ceil(total / responses);
    if (perResponse <= largest) counts.add(perResponse);
    if (perResponse === 1) break;
  }
  return [...counts];
}

/** The fewest upload bits with which every output meets its limit, by either bound; undefined when none does. */
function fewestUploadBits(
  request: LinearRequest,
  glwe: GlweParameters,
  perResponse: number,
  downloadBits: number,
  quantile: number,
): number | undefined {
  const fresh = freshGlweVariance(glwe.noiseLog2);
  const download = downloadVariance(glwe, downloadBits);
  let bits = fewestBits;
  const zero = zeroVariance(request, glwe);
  for (const output of request.outputs) {
    const limit = roomBesideFlood(request, output);
    const { squaredNorm, oneNorm } = sharedNorms(request, output, perResponse);
    const varianceRoom = ((limit / quantile) ** 2 - download - zero) / squaredNorm - fresh;
    const boundRoom = (limit - quantile * Math.sqrt(download + zero)) / oneNorm - freshBound(glwe);
    // Rounding to w bits: variance 2^-2w / 12, and never more than 2^-(w+1).
    const byBound = boundRoom > 0 ? Math.ceil(-Math.log2(boundRoom) - 1) : torusBits;
    bits = Math.max(bits, Math.min(bitsWithin(varianceRoom), byBound));
    if (request.distanceLog2 === undefined) continue;
    const hidden = hiddenVariance(
      request.distanceLog2,
      floodOf(request.outputs),
      outputCount(request),
    );
    bits = Math.max(bits, bitsWithin((hidden - zero) / squaredNorm - fresh));
  }
  return bits < torusBits ? bits : undefined;
}

/** The fewest bits whose rounding has no more variance than `room`; all of them where there is none. */
function bitsWithin(room: number): number {
  return room > 0 ? Math.ceil(-Math.log2(12 * room) / 2) : torusBits;
}

/** Half of the least distance to another value, for all outputs: one answer, one flood. In units of 2^-64. */
function floodOf(outputs: readonly LinearOutput[]): number {
  return protectionFloodLog2(Math.max(...outputs.map(({ bits }) => bits)));
}

/** What the flood leaves of an output's limit; it never exceeds its bound. */
function roomBesideFlood(request: LinearRequest, output: LinearOutput): number {
  const limit = outputLimit(output);
  if (request.distanceLog2 === undefined) return limit;
  return limit - 2 ** (floodOf(request.outputs) - torusBits);
}

function zeroVariance({ distanceLog2 }: LinearRequest, glwe: GlweParameters): number {
  return distanceLog2 === undefined ? 0 : publicZeroVariance(glwe, glwe.noiseLog2);
}

/** Largest value of TUniform noise, relative to the torus. */
function freshBound(glwe: GlweParameters): number {
  return 2 ** (glwe.noiseLog2 - torusBits);
}

function downloadVariance(glwe: GlweParameters, downloadBits: number): number {
  return compensatedRoundingVariance(bigLweDimension(glwe), downloadBits);
}

/** One output for each number of bits, with the largest norms among them and their total count. */
function worstOutputs(outputs: readonly LinearOutput[]): readonly LinearOutput[] {
  const byBits = new Map<number, LinearOutput>();
  for (const output of outputs) {
    const known = byBits.get(output.bits);
    byBits.set(output.bits, {
      bits: output.bits,
      squaredNorm: Math.max(output.squaredNorm, known?.squaredNorm ?? 0),
      oneNorm: Math.max(output.oneNorm, known?.oneNorm ?? 0),
      count: output.count + (known?.count ?? 0),
    });
  }
  return [...byBits.values()];
}

/** Norms of all weights that the noise of one output meets: with r rows in a response, at most r times the largest. */
function sharedNorms(
  request: LinearRequest,
  output: LinearOutput,
  perResponse: number,
): Pick<LinearOutput, "squaredNorm" | "oneNorm"> {
  if (perResponse === 1) return output;
  let squaredNorm = 0;
  let oneNorm = 0;
  for (const other of request.outputs) {
    squaredNorm = Math.max(squaredNorm, perResponse * other.squaredNorm);
    oneNorm = Math.max(oneNorm, perResponse * other.oneNorm);
  }
  return { squaredNorm, oneNorm };
}

function outputVariance(
  request: LinearRequest,
  output: LinearOutput,
  candidate: LinearCandidate,
): number {
  const { glwe, downloadBits } = candidate;
  return varianceBefore(request, output, candidate) + downloadVariance(glwe, downloadBits);
}

/** Of the answer before it is rounded. */
function varianceBefore(
  request: LinearRequest,
  output: LinearOutput,
  { glwe, perResponse, uploadBits }: LinearCandidate,
): number {
  const { squaredNorm } = sharedNorms(request, output, perResponse);
  const fresh = freshGlweVariance(glwe.noiseLog2, uploadBits);
  return weightedVariance(squaredNorm, fresh) + zeroVariance(request, glwe);
}

function outputFailure(
  request: LinearRequest,
  output: LinearOutput,
  candidate: LinearCandidate,
): number {
  const { glwe, perResponse, uploadBits, downloadBits } = candidate;
  const limit = roomBesideFlood(request, output);
  const { oneNorm } = sharedNorms(request, output, perResponse);
  const bound = oneNorm * (freshBound(glwe) + 2 ** -(uploadBits + 1));
  const byVariance = log2Failure(limit, outputVariance(request, output, candidate));
  const others = zeroVariance(request, glwe) + downloadVariance(glwe, downloadBits);
  const byBound = bound < limit ? log2Failure(limit - bound, others) : 0;
  return Math.min(byVariance, byBound);
}

function outputLimit(output: LinearOutput): number {
  return 2 ** -(output.bits + 1);
}

function outputCount(request: LinearRequest): number {
  return request.outputs.reduce((sum, output) => sum + output.count, 0);
}

function uploadBytes(request: LinearRequest, candidate: LinearCandidate): number {
  const { glwe, perResponse, uploadBits } = candidate;
  const coefficients =
    perResponse === 1
      ? request.vectorLength
      : Math.min(glwe.polynomialSize, (2 * perResponse - 1) * request.vectorLength);
  return seedBytes + Math.ceil((coefficients * uploadBits) / 8);
}

function downloadBytes(request: LinearRequest, candidate: LinearCandidate): number {
  const { glwe, perResponse, downloadBits } = candidate;
  const responses = Math.ceil(outputCount(request) / perResponse);
  return responses * Math.ceil(((bigLweDimension(glwe) + perResponse) * downloadBits) / 8);
}

function bytes(request: LinearRequest, candidate: LinearCandidate): number {
  return uploadBytes(request, candidate) + downloadBytes(request, candidate);
}

function describe(
  request: LinearRequest,
  worst: LinearRequest,
  best: LinearCandidate,
): LinearChoice {
  const variances = request.outputs.map((output) => outputVariance(worst, output, best));
  const failures = request.outputs.map((output) => outputFailure(worst, output, best));
  const shares = request.outputs.map(({ count }, i) => ({ count, failureLog2: failures[i] ?? 0 }));
  return {
    parameters: {
      glwe: best.glwe,
      bootstraps: [],
      ...(request.distanceLog2 === undefined ? {} : { publicKey: true }),
    },
    outputsPerResponse: best.perResponse,
    uploadBits: best.uploadBits,
    downloadBits: best.downloadBits,
    uploadBytes: uploadBytes(request, best),
    downloadBytes: downloadBytes(request, best),
    failureLog2: failures,
    runFailureLog2: log2UnionFailure(shares),
    noiseLog2: variances.map((variance) => Math.log2(variance) / 2),
    limitLog2: request.outputs.map((output) => Math.log2(outputLimit(output))),
    ...(request.distanceLog2 === undefined ? {} : { protection: protectionOf(worst, best) }),
  };
}

function protectionOf(worst: LinearRequest, best: LinearCandidate): PlanProtection {
  const hidden = worst.outputs.map((output) => varianceBefore(worst, output, best));
  const floodLog2 = floodOf(worst.outputs);
  const distance = floodDistanceLog2(Math.max(...hidden), floodLog2, outputCount(worst));
  return { floodLog2, distanceLog2: distance };
}

function noLinearParameters(request: LinearRequest): VelumError {
  const widest = request.outputs.reduce((a, b) =>
    b.bits > a.bits || (b.bits === a.bits && b.squaredNorm > a.squaredNorm) ? b : a,
  );
  const { distanceLog2, failureLog2 } = request;
  const sum = `${widest.bits} bits of a sum with squared norm ${widest.squaredNorm}`;
  const cure = "Lower the bits of weights or inputs, or use fewer entries";
  return new VelumError({
    code: "no-parameters",
    path: widest.path ?? "linear parameters",
    problem:
      `no parameters at 132 bits of security give ${sum} and failure below 2^${failureLog2}` +
      (distanceLog2 === undefined ? "" : ` in answers protected within 2^${distanceLog2}`),
    limit: failureLog2,
    actual: widest.bits,
    cure: distanceLog2 === undefined ? cure : weakerProtection(cure, reachableDistance(request)),
  });
}
