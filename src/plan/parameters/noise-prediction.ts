import { log2Failure } from "../../security/failure.js";
import { blindRotationNoise } from "../../security/noise-bootstrap.js";
import {
  ciphertextRoundingVariance,
  compensatedRoundingVariance,
  freshGlweVariance,
  freshLweVariance,
  roundingVariance,
} from "../../security/noise-fresh.js";
import { keySwitchVariance } from "../../security/noise-key-switch.js";
import { weightedVariance } from "../../security/noise-linear.js";
import { centredModulusSwitchVariance } from "../../security/noise-modulus-switch.js";
import {
  type BootstrapParameters,
  bigLweDimension,
  bootstrapKeyBodyBits,
  type Gadget,
  type GlweParameters,
} from "../../tfhe/parameters.js";
import type {
  LookupConstraint,
  LookupNoise,
  NoiseSources,
  OutputConstraint,
  OutputNoise,
} from "./parameter-request.js";

/** Bootstrapped values, and what the client downloads of them, live on the 32-bit torus. */
const torusBits = 32;

/** Variances of the values that a circuit computes with. */
export interface SourceVariances {
  /** Of fresh numbers as they stand in the upload, on the 64-bit torus. */
  readonly fresh: number;
  /** Of what extraction to the 32-bit torus rounds away. */
  readonly extraction: number;
  /** By kind of look-up, as `NoiseSources.bootstrapSquaredNorms`. */
  readonly bootstraps: readonly number[];
  /** Sums of decision diagrams. */
  readonly diagrams?: number;
}

/** Variance of a fresh number, its body sent with `uploadBits` bits. */
export function freshSourceVariance(glwe: GlweParameters, uploadBits: number): number {
  return freshGlweVariance(glwe.noiseLog2, uploadBits);
}

/** Variance that extraction to the 32-bit torus adds, whatever weights were applied before. */
export function extractionVariance(glwe: GlweParameters): number {
  return ciphertextRoundingVariance(bigLweDimension(glwe), torusBits);
}

/** Variance of a bootstrap output over `lweDimension` steps. The extension of the rotation does not matter. */
export function bootstrapVariance(
  glwe: GlweParameters,
  gadget: Gadget,
  lweDimension: number,
): number {
  return blindRotationNoise(glwe, glwe.noiseLog2, gadget, lweDimension, bootstrapKeyBodyBits).total;
}

/** The least of `largest` over the squared norm on fresh numbers: what the variance of one may be if it is alone. */
export function uploadRoom(
  limits: readonly { readonly sources: readonly NoiseSources[]; readonly largest: number }[],
): number {
  let room = Number.POSITIVE_INFINITY;
  for (const { sources, largest } of limits) {
    for (const { freshSquaredNorm } of sources) {
      if (freshSquaredNorm > 0) room = Math.min(room, largest / freshSquaredNorm);
    }
  }
  return room;
}

/**
 * Body bits of an upload to a bootstrapped region: the fewest whose rounding takes at most 1/256 of the variance that anything may
 * have, or adds at most a sixteenth to that of the noise. `room`: as `uploadRoom`.
 */
export function bootstrapUploadBits(glwe: GlweParameters, room: number): number {
  const most = Math.max(freshGlweVariance(glwe.noiseLog2) / 16, room / 256);
  let bits = 8;
  while (roundingVariance(bits) > most) bits++;
  return bits;
}

/** Variance of a weighted sum of fresh and bootstrapped values. */
export function sumVariance(norms: NoiseSources, sources: SourceVariances): number {
  return bootstrapPart(norms, sources) + inputPart(norms, sources);
}

function inputPart(
  norms: NoiseSources,
  { fresh, extraction, diagrams = 0 }: SourceVariances,
): number {
  const { freshSquaredNorm, diagramSquaredNorm = 0 } = norms;
  const { extractionSquaredNorm = freshSquaredNorm } = norms;
  const part =
    weightedVariance(freshSquaredNorm, fresh) + weightedVariance(extractionSquaredNorm, extraction);
  return diagramSquaredNorm === 0 ? part : part + weightedVariance(diagramSquaredNorm, diagrams);
}

function bootstrapPart(norms: NoiseSources, { bootstraps }: SourceVariances): number {
  let sum = 0;
  for (let kind = 0; kind < norms.bootstrapSquaredNorms.length; kind++) {
    sum += weightedVariance(norms.bootstrapSquaredNorms[kind] ?? 0, bootstraps[kind] ?? 0);
  }
  return sum;
}

/** The largest error that reads the right entry of a table: half a step of its argument, or the margin that it has. */
export function lookupLimit(
  lookup: Pick<LookupConstraint, "precision" | "negacyclic" | "margin">,
): number {
  return (lookup.margin ?? 1) * 2 ** -(lookup.precision + (lookup.negacyclic ? 1 : 2));
}

/** Half a step of an output, or the part of it that noise may take. */
export function outputLimit(output: Pick<OutputConstraint, "bits" | "padded" | "margin">): number {
  return (output.margin ?? 1) * 2 ** -(output.bits + (output.padded ? 2 : 1));
}

/** log2 of the positions of the modulus switch that `lookup` can tell apart. */
export function positionsLog2(
  glwe: GlweParameters,
  extensionLog2: number,
  lookup: Pick<LookupConstraint, "tablesLog2">,
): number {
  return Math.log2(2 * glwe.polynomialSize) + extensionLog2 - lookup.tablesLog2;
}

/**
 * Noise of one look-up at its modulus switch, by source: the argument `norms` of a look-up of kind `lookup` whose keys are `bootstrap`
 * and whose rotation is extended 2^extensionLog2-fold.
 */
export function predictLookup(
  lookup: Omit<LookupConstraint, "sources" | "count">,
  norms: NoiseSources,
  sources: SourceVariances,
  glwe: GlweParameters,
  bootstrap: BootstrapParameters,
  extensionLog2: number,
): LookupNoise {
  const { lwe, keySwitchGadget } = bootstrap;
  const row = freshLweVariance(lwe.noiseLog2);
  const keySwitch = keySwitchVariance(bigLweDimension(glwe), keySwitchGadget, row);
  const positions = positionsLog2(glwe, extensionLog2, lookup);
  const modulusSwitch = centredModulusSwitchVariance(lwe.dimension, positions);
  const total = sumVariance(norms, sources) + keySwitch + modulusSwitch;
  const limit = lookupLimit(lookup);
  return {
    bootstrapLog2: deviationLog2(bootstrapPart(norms, sources)),
    freshLog2: deviationLog2(inputPart(norms, sources)),
    keySwitchLog2: deviationLog2(keySwitch),
    modulusSwitchLog2: deviationLog2(modulusSwitch),
    totalLog2: deviationLog2(total),
    limitLog2: Math.log2(limit),
    failureLog2: log2Failure(limit, total),
  };
}

/**
 * Noise of one output whose total variance may reach `largest`, rounded to the fewest bits that stay within it.
 * Undefined when the value is too noisy even unrounded.
 */
export function predictOutput(
  output: OutputConstraint,
  glwe: GlweParameters,
  sources: SourceVariances,
  largest: number,
): OutputNoise | undefined {
  const variance = Math.max(...output.sources.map((norms) => sumVariance(norms, sources)));
  if (variance > largest) return undefined;
  let downloadBits = output.unrounded ? torusBits : Math.min(output.bits + 1, torusBits);
  while (variance + downloadVariance(glwe, downloadBits) > largest) downloadBits++;
  const total = variance + downloadVariance(glwe, downloadBits);
  const limit = outputLimit(output);
  return {
    downloadBits,
    totalLog2: deviationLog2(total),
    limitLog2: Math.log2(limit),
    failureLog2: log2Failure(limit, total),
  };
}

/** log2 of the deviation of a variance; `-Infinity` for none. */
export function deviationLog2(variance: number): number {
  return Math.log2(variance) / 2;
}

/** All 32 bits travel unrounded. */
function downloadVariance(glwe: GlweParameters, bits: number): number {
  return bits >= torusBits ? 0 : compensatedRoundingVariance(bigLweDimension(glwe), bits);
}
