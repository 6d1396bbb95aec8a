import { VelumError } from "../../base/error.js";
import { log2UnionFailure, tailQuantile } from "../../security/failure.js";
import { bigLweDimension, type GlweParameters } from "../../tfhe/parameters.js";
import { seedBytes } from "../../tfhe/wire-header.js";
import { weakerProtection } from "../protection.js";
import { linearKeys } from "../search-space.js";
import {
  fewestUploadBits,
  outputFailure,
  outputLimit,
  outputVariance,
  protectionOf,
} from "./linear-noise.js";
import {
  fewestBits,
  type LinearCandidate,
  type LinearChoice,
  type LinearOutput,
  type LinearRequest,
  outputCount,
  torusBits,
} from "./linear-request.js";

/**
 * Parameters of a bootstrap-free linear region at 132 bits of security: the key, the precision of the upload and of the download that
 * make the fewest bytes. Needs no evaluation keys. A few milliseconds.
 *
 * The noise of an output is `outputVariance`; the product with the weights must be exact modulo 2^64.
 *
 * Protected answers carry a flood that takes half the room: what is left of the limit, and the distance that `floodDistanceLog2` bounds,
 * must do with the other noise.
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
  let best: LinearCandidate | undefined;
  for (const candidate of candidates(worst)) {
    if (best === undefined || bytes(worst, candidate) < bytes(worst, best)) best = candidate;
  }
  return best;
}

/** Every key, sharing and precision of the download, each with the fewest upload bits that are quiet enough. */
function* candidates(worst: LinearRequest): Generator<LinearCandidate> {
  const quantile = tailQuantile(worst.failureLog2);
  for (const glwe of linearKeys()) {
    for (const perResponse of sharings(worst, glwe)) {
      for (let downloadBits = fewestBits; downloadBits < torusBits; downloadBits++) {
        const uploadBits = fewestUploadBits(worst, glwe, perResponse, downloadBits, quantile);
        if (uploadBits !== undefined) yield { glwe, perResponse, uploadBits, downloadBits };
      }
    }
  }
}

/** The least distance in whole bits that some parameters reach; undefined where even unprotected answers have none. */
function reachableDistance(request: LinearRequest): number | undefined {
  for (let distanceLog2 = request.distanceLog2 ?? 0; distanceLog2 < 0; distanceLog2++) {
    if (findLinear({ ...request, distanceLog2 }) !== undefined) return distanceLog2;
  }
  return undefined;
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
