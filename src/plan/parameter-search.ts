import { VelumError } from "../base/error.js";
import { smallestDimension, smallestTUniform } from "../security/curves.js";
import { largestVariance, log2Failure, log2UnionFailure } from "../security/failure.js";
import { blindRotationNoise } from "../security/noise-bootstrap.js";
import {
  ciphertextRoundingVariance,
  compensatedRoundingVariance,
  freshGlweVariance,
  freshLweVariance,
  roundingVariance,
} from "../security/noise-fresh.js";
import { keySwitchVariance } from "../security/noise-key-switch.js";
import { centredModulusSwitchVariance } from "../security/noise-modulus-switch.js";
import {
  type BootstrapParameters,
  bigLweDimension,
  bootstrapKeyBodyBits,
  type Gadget,
  type GlweParameters,
  type LweParameters,
} from "../tfhe/parameters.js";
import { bootstrapTime, evaluationKeyBytes, evaluationKeyMemoryBytes } from "./bootstrap-cost.js";
import type {
  LookupConstraint,
  LookupNoise,
  NoiseSources,
  OutputConstraint,
  OutputNoise,
  ParameterChoice,
  ParameterRequest,
} from "./parameter-request.js";

/** What the kernels compute: (k, N). */
const glweShapes: readonly (readonly [number, number])[] = [
  [2, 512],
  [3, 512],
  [4, 512],
  [5, 512],
  [1, 1024],
  [2, 1024],
  [3, 1024],
  [1, 2048],
];
const largestExtensionLog2 = 5;
const largestBootstrapLevels = 3;
/** Accumulators have 32 bits; two stay below the digits. */
const bootstrapDigitBits = 30;
const largestKeySwitchLevels = 8;
/** Key-switch digits are signed 16-bit numbers whose sums of pairs of products stay exact. */
const largestKeySwitchBaseLog = 8;
const keySwitchDigitBits = 31;
const largestLweBound = 20;
/** Downloads of bootstrapped values have at most the 32 bits of the torus they live on. */
const torusBits = 32;

/**
 * The fastest parameters that meet every look-up and output constraint at 132 bits of security, by exhaustive search over the shapes
 * that the kernels compute. Noise formulas: `src/security/noise-*.ts`. Deterministic; equal predicted time is decided by lower failure.
 * A few milliseconds for one constraint.
 *
 * Errors: `bad-argument` without look-ups; `no-parameters` when nothing in the search space is quiet (or small) enough.
 */
export function searchParameters(request: ParameterRequest): ParameterChoice {
  if (request.lookups.length === 0) {
    throw new VelumError({
      code: "bad-argument",
      path: "parameter search",
      problem: "there is no table look-up to choose parameters for",
      cure: "Use chooseLinearParameters for a circuit without look-ups",
    });
  }
  const rotations = request.lookups.reduce((sum, lookup) => sum + lookup.count, 0);
  let best: Candidate | undefined;
  for (const glwe of glweCandidates()) {
    const fresh = freshVariance(glwe);
    for (const bootstrapGadget of bootstrapGadgets(glwe)) {
      for (const lwe of lweCandidates()) {
        const rotation = blindRotationNoise(
          glwe,
          glwe.noiseLog2,
          bootstrapGadget,
          lwe.dimension,
          bootstrapKeyBodyBits,
        );
        const sources = { fresh, bootstrap: rotation.total };
        if (!outputsFit(request, glwe, sources)) continue;
        for (const bootstrap of bootstrapCandidates(request, glwe, bootstrapGadget, lwe, sources)) {
          if (evaluationKeyBytes(glwe, bootstrap) > request.maxEvaluationKeyBytes) continue;
          const milliseconds = bootstrapTime(glwe, bootstrap, request.rates).totalMs;
          if (best !== undefined && milliseconds > best.milliseconds) continue;
          const failure = worstLookupFailure(request, glwe, bootstrap, sources);
          if (best !== undefined && milliseconds === best.milliseconds && failure >= best.failure)
            continue;
          best = { glwe, bootstrap, sources, milliseconds, failure };
        }
      }
    }
  }
  if (best === undefined) throw noParameters(request);
  return describe(request, best, rotations);
}

interface SourceVariances {
  readonly fresh: number;
  readonly bootstrap: number;
}

interface Candidate {
  readonly glwe: GlweParameters;
  readonly bootstrap: BootstrapParameters;
  readonly sources: SourceVariances;
  readonly milliseconds: number;
  readonly failure: number;
}

function glweCandidates(): readonly GlweParameters[] {
  return glweShapes.map(([dimension, polynomialSize]) => ({
    dimension,
    polynomialSize,
    noiseLog2: smallestTUniform(dimension * polynomialSize, 64),
  }));
}

/** The quietest base for each number of levels. It does not depend on n: every step adds the same. */
function bootstrapGadgets(glwe: GlweParameters): readonly Gadget[] {
  const gadgets: Gadget[] = [];
  for (let levels = 1; levels <= largestBootstrapLevels; levels++) {
    const candidates = gadgetsOf(levels, bootstrapDigitBits, bootstrapDigitBits);
    const noise = (gadget: Gadget): number =>
      blindRotationNoise(glwe, glwe.noiseLog2, gadget, 1, bootstrapKeyBodyBits).total;
    gadgets.push(quietest(candidates, noise));
  }
  return gadgets;
}

/**
 * One dimension for each TUniform bound over 2^-32: the smallest safe one. A larger dimension with the same bound would be slower and
 * noisier.
 */
const lweTable: LweParameters[] = [];
function lweCandidates(): readonly LweParameters[] {
  if (lweTable.length === 0) {
    for (let noiseLog2 = largestLweBound; noiseLog2 >= 3; noiseLog2--) {
      const dimension = smallestDimension(noiseLog2, torusBits);
      const previous = lweTable.at(-1);
      if (previous?.dimension === dimension) lweTable.pop();
      lweTable.push({ dimension, noiseLog2 });
    }
  }
  return lweTable;
}

function* bootstrapCandidates(
  request: ParameterRequest,
  glwe: GlweParameters,
  bootstrapGadget: Gadget,
  lwe: LweParameters,
  sources: SourceVariances,
): Generator<BootstrapParameters> {
  const rowVariance = freshLweVariance(lwe.noiseLog2);
  for (let extensionLog2 = 0; extensionLog2 <= largestExtensionLog2; extensionLog2++) {
    // What the key switch may add, by the tightest look-up.
    let room = Number.POSITIVE_INFINITY;
    for (const lookup of request.lookups) {
      const positions = positionsLog2(glwe, extensionLog2, lookup);
      if (positions < lookup.precision + (lookup.negacyclic ? 1 : 2)) room = -1;
      const used =
        sourceVariance(lookup, sources) + centredModulusSwitchVariance(lwe.dimension, positions);
      room = Math.min(room, largestVariance(lookupLimit(lookup), request.failureLog2) - used);
    }
    if (room <= 0) continue;
    for (let levels = 1; levels <= largestKeySwitchLevels; levels++) {
      const noise = (gadget: Gadget): number =>
        keySwitchVariance(bigLweDimension(glwe), gadget, rowVariance);
      const keySwitchGadget = quietest(
        gadgetsOf(levels, largestKeySwitchBaseLog, keySwitchDigitBits),
        noise,
      );
      if (noise(keySwitchGadget) <= room) {
        yield { lwe, bootstrapGadget, keySwitchGadget, extensionLog2 };
        break;
      }
    }
  }
}

function gadgetsOf(levels: number, largestBaseLog: number, digitBits: number): readonly Gadget[] {
  const count = Math.min(largestBaseLog, Math.floor(digitBits / levels));
  return Array.from({ length: count }, (_, i) => ({ baseLog: i + 1, levels }));
}

function quietest(gadgets: readonly Gadget[], noise: (gadget: Gadget) => number): Gadget {
  return gadgets.reduce((best, gadget) => (noise(gadget) < noise(best) ? gadget : best));
}

/** A fresh ciphertext as the server computes with it: extracted and rounded to the 32-bit torus. */
function freshVariance(glwe: GlweParameters): number {
  return (
    freshGlweVariance(glwe.noiseLog2, uploadBits(glwe)) +
    ciphertextRoundingVariance(bigLweDimension(glwe), torusBits)
  );
}

/** The fewest bits whose rounding adds at most a sixteenth to the variance of a fresh ciphertext. */
function uploadBits(glwe: GlweParameters): number {
  const others =
    freshGlweVariance(glwe.noiseLog2) +
    ciphertextRoundingVariance(bigLweDimension(glwe), torusBits);
  let bits = 8;
  while (roundingVariance(bits) > others / 16) bits++;
  return bits;
}

function sourceVariance(norms: NoiseSources, sources: SourceVariances): number {
  return norms.bootstrapSquaredNorm * sources.bootstrap + norms.freshSquaredNorm * sources.fresh;
}

function positionsLog2(
  glwe: GlweParameters,
  extensionLog2: number,
  lookup: LookupConstraint,
): number {
  return Math.log2(2 * glwe.polynomialSize) + extensionLog2 - lookup.tablesLog2;
}

/** Half a step of a table's argument. */
function lookupLimit(lookup: LookupConstraint): number {
  return 2 ** -(lookup.precision + (lookup.negacyclic ? 1 : 2));
}

function outputLimit(output: OutputConstraint): number {
  return 2 ** -(output.bits + (output.padded ? 2 : 1));
}

function outputsFit(
  request: ParameterRequest,
  glwe: GlweParameters,
  sources: SourceVariances,
): boolean {
  return request.outputs.every(
    (output) => downloadBits(output, glwe, sources, request.failureLog2) !== undefined,
  );
}

/** The fewest bits that an output may travel with, or undefined when it is too noisy even unrounded. */
function downloadBits(
  output: OutputConstraint,
  glwe: GlweParameters,
  sources: SourceVariances,
  failureLog2: number,
): number | undefined {
  const room = largestVariance(outputLimit(output), failureLog2) - sourceVariance(output, sources);
  if (room < 0) return undefined;
  for (let bits = output.bits + 1; bits < torusBits; bits++) {
    if (downloadVariance(glwe, bits) <= room) return bits;
  }
  return torusBits;
}

function downloadVariance(glwe: GlweParameters, bits: number): number {
  return bits >= torusBits ? 0 : compensatedRoundingVariance(bigLweDimension(glwe), bits);
}

function worstLookupFailure(
  request: ParameterRequest,
  glwe: GlweParameters,
  bootstrap: BootstrapParameters,
  sources: SourceVariances,
): number {
  return Math.max(
    ...request.lookups.map((lookup) => lookupNoise(lookup, glwe, bootstrap, sources).failureLog2),
  );
}

function lookupNoise(
  lookup: LookupConstraint,
  glwe: GlweParameters,
  bootstrap: BootstrapParameters,
  sources: SourceVariances,
): LookupNoise {
  const rows = freshLweVariance(bootstrap.lwe.noiseLog2);
  const keySwitch = keySwitchVariance(bigLweDimension(glwe), bootstrap.keySwitchGadget, rows);
  const positions = positionsLog2(glwe, bootstrap.extensionLog2, lookup);
  const modulusSwitch = centredModulusSwitchVariance(bootstrap.lwe.dimension, positions);
  const total = sourceVariance(lookup, sources) + keySwitch + modulusSwitch;
  const limit = lookupLimit(lookup);
  return {
    bootstrapLog2: deviationLog2(lookup.bootstrapSquaredNorm * sources.bootstrap),
    freshLog2: deviationLog2(lookup.freshSquaredNorm * sources.fresh),
    keySwitchLog2: deviationLog2(keySwitch),
    modulusSwitchLog2: deviationLog2(modulusSwitch),
    totalLog2: deviationLog2(total),
    limitLog2: Math.log2(limit),
    failureLog2: log2Failure(limit, total),
  };
}

function outputNoise(
  output: OutputConstraint,
  candidate: Candidate,
  failureLog2: number,
): OutputNoise {
  const { glwe, sources } = candidate;
  const bits = downloadBits(output, glwe, sources, failureLog2) ?? torusBits;
  const total = sourceVariance(output, sources) + downloadVariance(glwe, bits);
  const limit = outputLimit(output);
  return {
    downloadBits: bits,
    totalLog2: deviationLog2(total),
    limitLog2: Math.log2(limit),
    failureLog2: log2Failure(limit, total),
  };
}

function deviationLog2(variance: number): number {
  return Math.log2(variance) / 2;
}

function describe(request: ParameterRequest, best: Candidate, rotations: number): ParameterChoice {
  const { glwe, bootstrap, sources } = best;
  const lookups = request.lookups.map((lookup) => lookupNoise(lookup, glwe, bootstrap, sources));
  const outputs = request.outputs.map((output) => outputNoise(output, best, request.failureLog2));
  const shares = [
    ...request.lookups.map((lookup, i) => ({
      count: lookup.count,
      log2Failure: lookups[i]?.failureLog2 ?? 0,
    })),
    ...request.outputs.map((output, i) => ({
      count: output.count,
      log2Failure: outputs[i]?.failureLog2 ?? 0,
    })),
  ];
  const time = bootstrapTime(glwe, bootstrap, request.rates);
  return {
    parameters: { glwe, bootstrap },
    uploadBits: uploadBits(glwe),
    lookups,
    outputs,
    runFailureLog2: log2UnionFailure(shares),
    time,
    runMs: rotations * time.totalMs,
    evaluationKeyBytes: evaluationKeyBytes(glwe, bootstrap),
    evaluationKeyMemoryBytes: evaluationKeyMemoryBytes(glwe, bootstrap),
  };
}

function noParameters(request: ParameterRequest): VelumError {
  const widest = request.lookups.reduce((a, b) => (b.precision > a.precision ? b : a));
  const keyLimit = Number.isFinite(request.maxEvaluationKeyBytes)
    ? ` with evaluation keys of at most ${request.maxEvaluationKeyBytes} bytes`
    : "";
  return new VelumError({
    code: "no-parameters",
    path: "parameter search",
    problem:
      `no parameters at 132 bits of security evaluate a table of ${widest.precision} bits ` +
      `(squared norms ${widest.bootstrapSquaredNorm} on look-ups, ${widest.freshSquaredNorm} on inputs) ` +
      `with failure below 2^${request.failureLog2}${keyLimit}`,
    limit: request.failureLog2,
    actual: widest.precision,
    cure: "Use fewer bits for the table or smaller weights before it, or allow larger keys or a higher failure probability",
  });
}
