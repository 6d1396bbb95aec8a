import { smallestDimension, smallestTUniform } from "../security/curves.js";
import { externalProductNoise } from "../security/noise-external-product.js";
import { freshGlweVariance, freshLweVariance } from "../security/noise-fresh.js";
import { keySwitchVariance } from "../security/noise-key-switch.js";
import {
  bigLweDimension,
  bootstrapKeyBodyBits,
  type Gadget,
  type GlweParameters,
  type LweParameters,
} from "../tfhe/parameters.js";

/** The shapes that the bootstrap kernels compute: k, then N. */
const bootstrapShapes: readonly (readonly [number, number])[] = [
  [2, 512],
  [3, 512],
  [4, 512],
  [5, 512],
  [1, 1024],
  [2, 1024],
  [3, 1024],
  [1, 2048],
];
/** The shapes of a bootstrap-free region. Nothing is transformed there, so N only has to hold the vector. */
const linearShapes: readonly (readonly [number, number])[] = [
  [2, 512],
  [3, 512],
  [4, 512],
  [5, 512],
  [6, 512],
  [1, 1024],
  [2, 1024],
  [3, 1024],
  [1, 2048],
];
/** Values of many bits need quiet look-ups: four levels take all 32 bits of an accumulator in small digits. */
const largestBootstrapLevels = 4;
const bootstrapDigitBits = 32;
/** A digit and the sums of its transform stay far inside a double's mantissa. */
const largestBootstrapBaseLog = 30;
const largestKeySwitchLevels = 8;
/** Key-switch digits are signed 16-bit numbers whose sums of products must stay exact. */
const largestKeySwitchBaseLog = 8;
const keySwitchDigitBits = 31;
const largestLweBound = 20;
const smallestLweBound = 3;

/** A GLWE key with the decompositions worth trying: the quietest base for each number of levels. */
export interface GlweCandidate {
  readonly glwe: GlweParameters;
  readonly bootstrapGadgets: readonly Gadget[];
}

/** A key switch with what it adds to the variance. */
export interface KeySwitchCandidate {
  readonly gadget: Gadget;
  readonly variance: number;
}

let knownBootstrapKeys: readonly GlweCandidate[] | undefined;
let knownLweKeys: readonly LweParameters[] | undefined;
const knownSwitches = new Map<string, readonly KeySwitchCandidate[]>();

/** Every GLWE key of the bootstrap kernels at its smallest safe noise. */
export function bootstrapKeys(): readonly GlweCandidate[] {
  knownBootstrapKeys ??= findBootstrapKeys();
  return knownBootstrapKeys;
}

function findBootstrapKeys(): readonly GlweCandidate[] {
  return bootstrapShapes.map(([dimension, polynomialSize]) => {
    const glwe = quietestKey(dimension, polynomialSize);
    const row = freshGlweVariance(glwe.noiseLog2, bootstrapKeyBodyBits);
    // Every step adds the same, so the best base depends neither on n nor on the circuit.
    const noise = (gadget: Gadget): number => externalProductNoise(glwe, gadget, row, 1 / 2).total;
    const levels = Array.from({ length: largestBootstrapLevels }, (_, i) => i + 1);
    const bootstrapGadgets = levels.map((count) =>
      quietest(gadgetsOf(count, largestBootstrapBaseLog, bootstrapDigitBits), noise),
    );
    return { glwe, bootstrapGadgets };
  });
}

/** Every GLWE key of bootstrap-free regions at its smallest safe noise. */
export function linearKeys(): readonly GlweParameters[] {
  return linearShapes.map(([dimension, polynomialSize]) => quietestKey(dimension, polynomialSize));
}

/**
 * Small LWE keys: for each TUniform bound over 2^-32 the smallest safe dimension, from 640 on. A larger dimension with the same bound
 * would be slower and noisier.
 */
export function lweKeys(): readonly LweParameters[] {
  knownLweKeys ??= findLweKeys();
  return knownLweKeys;
}

function findLweKeys(): readonly LweParameters[] {
  const keys = new Map<number, LweParameters>();
  for (let noiseLog2 = largestLweBound; noiseLog2 >= smallestLweBound; noiseLog2--) {
    const dimension = smallestDimension(noiseLog2, 32);
    keys.set(dimension, { dimension, noiseLog2 });
  }
  return [...keys.values()];
}

/** Key switches between two keys, by rising cost: the quietest base for each number of levels. */
export function keySwitches(
  glwe: GlweParameters,
  lwe: LweParameters,
): readonly KeySwitchCandidate[] {
  const key = `${bigLweDimension(glwe)} ${lwe.dimension} ${lwe.noiseLog2}`;
  const known = knownSwitches.get(key) ?? findKeySwitches(glwe, lwe);
  knownSwitches.set(key, known);
  return known;
}

function findKeySwitches(glwe: GlweParameters, lwe: LweParameters): readonly KeySwitchCandidate[] {
  const row = freshLweVariance(lwe.noiseLog2);
  const noise = (gadget: Gadget): number => keySwitchVariance(bigLweDimension(glwe), gadget, row);
  return Array.from({ length: largestKeySwitchLevels }, (_, i) => {
    const gadget = quietest(gadgetsOf(i + 1, largestKeySwitchBaseLog, keySwitchDigitBits), noise);
    return { gadget, variance: noise(gadget) };
  });
}

function quietestKey(dimension: number, polynomialSize: number): GlweParameters {
  return { dimension, polynomialSize, noiseLog2: smallestTUniform(dimension * polynomialSize, 64) };
}

function gadgetsOf(levels: number, largestBaseLog: number, digitBits: number): readonly Gadget[] {
  const count = Math.min(largestBaseLog, Math.floor(digitBits / levels));
  return Array.from({ length: count }, (_, i) => ({ baseLog: i + 1, levels }));
}

function quietest(gadgets: readonly Gadget[], noise: (gadget: Gadget) => number): Gadget {
  return gadgets.reduce((best, gadget) => (noise(gadget) < noise(best) ? gadget : best));
}
