import { log2Failure } from "../security/failure.js";
import { blindRotationNoise } from "../security/noise-bootstrap.js";
import {
  ciphertextRoundingVariance,
  compensatedRoundingVariance,
  freshGlweVariance,
  freshLweVariance,
  roundingVariance,
} from "../security/noise-fresh.js";
import { keySwitchVariance } from "../security/noise-key-switch.js";
import { weightedVariance } from "../security/noise-linear.js";
import { centredModulusSwitchVariance } from "../security/noise-modulus-switch.js";
import {
  type BootstrapParameters,
  bigLweDimension,
  bootstrapKeyBodyBits,
  type Gadget,
  type GlweParameters,
} from "../tfhe/parameters.js";
import type {
  LookupConstraint,
  LookupNoise,
  NoiseSources,
  OutputConstraint,
  OutputNoise,
} from "./parameter-request.js";

/** Bootstrapped values, and what the client downloads of them, live on the 32-bit torus. */
const torusBits = 32;

/** Variances of the two kinds of values that a circuit computes with. */
export interface SourceVariances {
  readonly fresh: number;
  readonly bootstrap: number;
}

/** A fresh ciphertext, extracted and rounded to the 32-bit torus, and a bootstrap output over `lweDimension` steps. */
export function sourceVariances(
  glwe: GlweParameters,
  gadget: Gadget,
  lweDimension: number,
): SourceVariances {
  const rotation = blindRotationNoise(
    glwe,
    glwe.noiseLog2,
    gadget,
    lweDimension,
    bootstrapKeyBodyBits,
  );
  const rounding = ciphertextRoundingVariance(bigLweDimension(glwe), torusBits);
  const fresh = freshGlweVariance(glwe.noiseLog2, bootstrapUploadBits(glwe)) + rounding;
  return { fresh, bootstrap: rotation.total };
}

/** Body bits of an upload to a bootstrapped region: the fewest whose rounding adds at most a sixteenth to the variance. */
export function bootstrapUploadBits(glwe: GlweParameters): number {
  const rounding = ciphertextRoundingVariance(bigLweDimension(glwe), torusBits);
  const others = freshGlweVariance(glwe.noiseLog2) + rounding;
  let bits = 8;
  while (roundingVariance(bits) > others / 16) bits++;
  return bits;
}

/** Variance of a weighted sum of fresh and bootstrapped values. */
export function sumVariance(norms: NoiseSources, sources: SourceVariances): number {
  return (
    weightedVariance(norms.bootstrapSquaredNorm, sources.bootstrap) +
    weightedVariance(norms.freshSquaredNorm, sources.fresh)
  );
}

/** Half a step of a table's argument: the largest error that reads the right entry. */
export function lookupLimit(lookup: LookupConstraint): number {
  return 2 ** -(lookup.precision + (lookup.negacyclic ? 1 : 2));
}

/** Half a step of an output. */
export function outputLimit(output: OutputConstraint): number {
  return 2 ** -(output.bits + (output.padded ? 2 : 1));
}

/** log2 of the positions of the modulus switch that `lookup` can tell apart. */
export function positionsLog2(
  glwe: GlweParameters,
  extensionLog2: number,
  lookup: LookupConstraint,
): number {
  return Math.log2(2 * glwe.polynomialSize) + extensionLog2 - lookup.tablesLog2;
}

/** Noise of one look-up at its modulus switch, by source. */
export function predictLookup(
  lookup: LookupConstraint,
  glwe: GlweParameters,
  bootstrap: BootstrapParameters,
): LookupNoise {
  const { lwe, bootstrapGadget, keySwitchGadget, extensionLog2 } = bootstrap;
  const sources = sourceVariances(glwe, bootstrapGadget, lwe.dimension);
  const row = freshLweVariance(lwe.noiseLog2);
  const keySwitch = keySwitchVariance(bigLweDimension(glwe), keySwitchGadget, row);
  const positions = positionsLog2(glwe, extensionLog2, lookup);
  const modulusSwitch = centredModulusSwitchVariance(lwe.dimension, positions);
  const total = sumVariance(lookup, sources) + keySwitch + modulusSwitch;
  const limit = lookupLimit(lookup);
  return {
    bootstrapLog2: deviationLog2(weightedVariance(lookup.bootstrapSquaredNorm, sources.bootstrap)),
    freshLog2: deviationLog2(weightedVariance(lookup.freshSquaredNorm, sources.fresh)),
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
  const variance = sumVariance(output, sources);
  if (variance > largest) return undefined;
  let downloadBits = Math.min(output.bits + 1, torusBits);
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
