import { log2Failure } from "../../security/failure.js";
import { compensatedRoundingVariance, freshGlweVariance } from "../../security/noise-fresh.js";
import { weightedVariance } from "../../security/noise-linear.js";
import {
  floodDistanceLog2,
  hiddenVariance,
  publicZeroVariance,
} from "../../security/noise-protection.js";
import { bigLweDimension, type GlweParameters } from "../../tfhe/parameters.js";
import { type PlanProtection, protectionFloodLog2 } from "../protection.js";
import {
  fewestBits,
  type LinearCandidate,
  type LinearOutput,
  type LinearRequest,
  outputCount,
  torusBits,
} from "./linear-request.js";

/**
 * Variance of the error of one output, relative to the torus: `||w||^2 (sigma^2 + 2^-2up / 12) + (1 + kN/4) 2^-2down / 12`. Fresh TUniform
 * noise and rounded upload bodies times the weights, then the response's mask and body rounded with mean compensation
 * (`compensatedRoundingVariance`). With r outputs in a response every uploaded coefficient meets the weights of all r rows. Protected
 * answers carry an encryption of zero as well (`publicZeroVariance`).
 */
export function outputVariance(
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

/**
 * log2 of the probability that one output is wrong. Where few weights make it smaller, the bound `||w||_1 (2^b + 2^-(up+1))` on the fresh
 * part, which is never exceeded, takes the place of its Gaussian tail.
 */
export function outputFailure(
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

/** Half of the distance to another value: the error that is just too large. */
export function outputLimit(output: LinearOutput): number {
  return 2 ** -(output.bits + 1);
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

/** What the flood leaves of an output's limit; it never exceeds its bound. */
function roomBesideFlood(request: LinearRequest, output: LinearOutput): number {
  const limit = outputLimit(output);
  if (request.distanceLog2 === undefined) return limit;
  return limit - 2 ** (floodLog2Of(request.outputs) - torusBits);
}

/** log2 of half of the least distance to another value, for all outputs: one answer, one flood. In units of 2^-64. */
function floodLog2Of(outputs: readonly LinearOutput[]): number {
  return protectionFloodLog2(Math.max(...outputs.map(({ bits }) => bits)));
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

/** The fewest upload bits with which every output meets its limit, by either bound; undefined when none does. */
export function fewestUploadBits(
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
      floodLog2Of(request.outputs),
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

/** How large the flood is, and the statistical distance that it leaves. */
export function protectionOf(worst: LinearRequest, best: LinearCandidate): PlanProtection {
  const hidden = worst.outputs.map((output) => varianceBefore(worst, output, best));
  const floodLog2 = floodLog2Of(worst.outputs);
  const distance = floodDistanceLog2(Math.max(...hidden), floodLog2, outputCount(worst));
  return { floodLog2, distanceLog2: distance };
}
