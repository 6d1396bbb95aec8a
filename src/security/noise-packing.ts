import type { BitNoise } from "./noise-decision.js";
import type { GadgetShape } from "./noise-external-product.js";
import { freshGlweVariance, type KeyShape } from "./noise-fresh.js";

/** How packed bits are expanded: see `PackingParameters`. */
export interface PackingShape {
  readonly expansionLevels: number;
  readonly keyedLevels: readonly number[];
  readonly expansionGadget: GadgetShape;
  readonly conversionGadget: GadgetShape;
}

/** TUniform bound of the GLWE key, and what is kept of bodies: of the upload's and of the packing key's. */
export interface PackingNoise {
  readonly noiseLog2: number;
  readonly bodyBits: number;
  readonly keyBodyBits: number;
}

/**
 * One automorphism with its key switch: digits times key rows, and what the decomposition drops times the image of the binary key.
 * `l kN (B^2 + 2) / 12 V_key + kN / 2 (B^-2l) / 12` (Chen, Dai, Kim and Song, eprint 2020/015), plus the transforms of the low halves.
 */
export function automorphismVariance(key: KeyShape, gadget: GadgetShape, row: number): number {
  const dropped = (key.dimension * key.polynomialSize) / 2 / 12;
  return digitVariance(key, gadget, row) + dropped * 2 ** (-2 * gadget.baseLog * gadget.levels);
}

/**
 * Product with the keys for s_r s_j, without the row's own noise. What is dropped meets coefficients of a product of two binary
 * polynomials, mean square `N^2 / 48 + 3 N / 16` over positions: `l kN (B^2 + 2) / 12 V_key + kN (N^2 / 48 + 3 N / 16) (B^-2l) / 12`.
 */
export function conversionVariance(key: KeyShape, gadget: GadgetShape, row: number): number {
  const { dimension: k, polynomialSize: N } = key;
  const dropped = (k * N * (N ** 2 / 48 + (3 * N) / 16)) / 12;
  return digitVariance(key, gadget, row) + dropped * 2 ** (-2 * gadget.baseLog * gadget.levels);
}

/**
 * Rows of a bit that travelled packed. A step of the expansion, `c + sigma(c)`, doubles half of the coefficients and adds independent
 * noise elsewhere: the mean variance doubles, that of coefficient 0 becomes fourfold. With S steps and V_j for step j, its automorphism
 * applied a_j times (Angel et al., SealPIR, 2018; Menon and Wu, Spiral, eprint 2022/368, section 3):
 *
 * What comes in before step j's end ends up in N / 2^(S-1-j) independent values (`gathered`).
 *
 *     message = 2^S V_fresh + sum_j 2^(S-1-j) a_j V_j,   coefficient 0 with powers of 4,   mask = N / 2 message + V_conversion
 */
export function packedBitNoise(
  key: KeyShape,
  packing: PackingShape,
  noise: PackingNoise,
): BitNoise {
  const { expansionLevels: steps, keyedLevels } = packing;
  const row = freshGlweVariance(noise.noiseLog2, noise.keyBodyBits);
  const fresh = freshGlweVariance(noise.noiseLog2, noise.bodyBits);
  const step = automorphismVariance(key, packing.expansionGadget, row);
  const N = key.polynomialSize;
  let message = 2 ** steps * fresh;
  let messageConstant = 4 ** steps * fresh;
  const gathered = [{ variance: message, freedom: N / 2 ** steps }];
  for (let j = 0; j < steps; j++) {
    const applied = automorphismsOf(j, keyedLevels) * step;
    const after = 2 ** (steps - 1 - j);
    gathered.push({ variance: after * applied, freedom: N / after });
    message += after * applied;
    messageConstant += after ** 2 * applied;
  }
  const converted = conversionVariance(key, packing.conversionGadget, row);
  return { mask: (N / 2) * message + converted, message, messageConstant, gathered };
}

/** How often step `step` applies the automorphism of the next keyed step. */
export function automorphismsOf(step: number, keyedLevels: readonly number[]): number {
  return 2 ** (Math.min(...keyedLevels.filter((level) => level >= step)) - step);
}

/**
 * Digits times key rows on the 64-bit torus. The high halves of the rows are multiplied exactly; the low 40 bits pass through
 * double-precision transforms, whose error counts like that of an external product (`fourierVariance`).
 */
function digitVariance(key: KeyShape, { baseLog, levels }: GadgetShape, row: number): number {
  const { dimension: k, polynomialSize: N } = key;
  const digits = (levels * k * N * (2 ** (2 * baseLog) + 2)) / 12;
  const transforms = (1 + (k * N) / 2) * (digits / 12) * 2 ** -48 * 1.5 * Math.log2(N) * 2 ** -106;
  return digits * row + transforms;
}
