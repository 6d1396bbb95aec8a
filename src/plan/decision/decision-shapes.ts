import { smallestTUniform } from "../../security/curves.js";
import { freshGlweVariance } from "../../security/noise-fresh.js";
import { automorphismVariance, conversionVariance } from "../../security/noise-packing.js";
import {
  type CryptoParameters,
  type Gadget,
  type GlweParameters,
  type PackingParameters,
  packingKeyBodyBits,
} from "../../tfhe/parameters.js";
import { packingKeyFileBytes } from "../../tfhe/wire-packing-keys.js";

/** How encrypted bits travel: a GGSW ciphertext each, or packed in the coefficients of a few GLWE ciphertexts. */
export type BitsForm = "direct" | "packed";

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
const mostDenseSteps = 3;

/** A form and shape; the base of the gadget is free. */
export interface DecisionShape {
  readonly glwe: GlweParameters;
  readonly levels: number;
  readonly packing?: PackingParameters;
}

/** A shape with its gadget. */
export interface DecisionCandidate {
  readonly glwe: GlweParameters;
  readonly gadget: Gadget;
  readonly packing?: PackingParameters;
}

function* directShapesOfRings(): Generator<DecisionShape> {
  for (const [dimension, polynomialSize] of directShapes) {
    const glwe = quietest(dimension, polynomialSize);
    for (let levels = 1; levels <= largestLevels; levels++) yield { glwe, levels };
  }
}

function* packedShapesOfRings(): Generator<DecisionShape> {
  for (const [dimension, polynomialSize] of packedShapes) {
    const glwe = quietest(dimension, polynomialSize);
    const row = freshGlweVariance(glwe.noiseLog2, packingKeyBodyBits);
    const expansions = [2, 3, 4, 5].map((levels) =>
      leastNoise(levels, (gadget) => automorphismVariance(glwe, gadget, row)),
    );
    const conversions = [2, 3, 4].map((levels) =>
      leastNoise(levels, (gadget) => conversionVariance(glwe, gadget, row)),
    );
    const gadgets = expansions.flatMap((expansionGadget) =>
      conversions.map((conversionGadget) => ({ expansionGadget, conversionGadget })),
    );
    for (const depth of expansionDepths(polynomialSize)) {
      for (const own of gadgets) {
        const packing = { ...depth, ...own };
        for (let levels = 1; levels <= largestLevels; levels++) yield { glwe, levels, packing };
      }
    }
  }
}

/** How often bits are unpacked, by which keys. */
function expansionDepths(
  polynomialSize: number,
): readonly Pick<PackingParameters, "expansionLevels" | "keyedLevels">[] {
  const most = Math.log2(polynomialSize);
  return Array.from({ length: Math.max(0, most - 2) }, (_, i) => i + 3).flatMap((expansionLevels) =>
    keyedChoices(expansionLevels, polynomialSize).map((keyedLevels) => ({
      expansionLevels,
      keyedLevels,
    })),
  );
}

const known: Partial<Record<BitsForm, readonly DecisionShape[]>> = {};

/** Every shape of a form on the 132-bit line, the same for every request. */
export function decisionShapes(form: BitsForm): readonly DecisionShape[] {
  known[form] ??= [...(form === "direct" ? directShapesOfRings() : packedShapesOfRings())];
  return known[form];
}

/** Cryptographic parameters of a circuit that has nothing but diagrams. */
export function parametersOf({
  glwe,
  packing,
}: Pick<DecisionCandidate, "glwe" | "packing">): CryptoParameters {
  return packing === undefined ? { glwe, bootstraps: [] } : { glwe, bootstraps: [], packing };
}

/** Bytes of the packing keys as they travel; 0 without. */
export function packingBytesOf(shape: Pick<DecisionCandidate, "glwe" | "packing">): number {
  return shape.packing === undefined ? 0 : packingKeyFileBytes(parametersOf(shape));
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

/**
 * The last steps, which most ciphertexts pass, with a key each, and every `apart`-th before them; below the deepest step of a ring the one
 * before it counts as the last.
 */
function keyedChoices(steps: number, polynomialSize: number): readonly (readonly number[])[] {
  const deepest = steps === Math.log2(polynomialSize) ? 1 : 0;
  const choices = new Map<string, readonly number[]>();
  for (let dense = 1; dense <= mostDenseSteps; dense++) {
    for (let apart = 1; apart <= 5; apart++) {
      const keyed = deepest === 1 ? [steps - 1] : [];
      const last = steps - 1 - deepest;
      for (let step = last; step >= 0; step -= last - step < dense - 1 ? 1 : apart) {
        keyed.unshift(step);
      }
      choices.set(keyed.join(), keyed);
    }
  }
  return [...choices.values()];
}
