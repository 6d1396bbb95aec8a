import {
  type ExternalProductNoise,
  externalProductNoise,
  type GadgetShape,
} from "./noise-external-product.js";
import { ciphertextRoundingVariance, freshGlweVariance, type KeyShape } from "./noise-fresh.js";

/** Variances of the GGSW rows of an encrypted bit: means over a row's coefficients, and coefficient 0 of the message rows. */
export interface BitNoise {
  /** Rows with the bit on a mask part. */
  readonly mask: number;
  /** Rows with the bit on the body. */
  readonly message: number;
  /** Coefficient 0 of those, where trace expansion gathers more noise than elsewhere. */
  readonly messageConstant: number;
  /** Shares of `message` that sit in few coefficients, so that a row's noise may be far from its mean. */
  readonly gathered: readonly GatheredNoise[];
}

/** Noise of a row made of `freedom` independent Gaussians: `variance` is its share of the row's mean. */
export interface GatheredNoise {
  readonly variance: number;
  readonly freedom: number;
}

/** Rows of a bit that travelled as a GGSW: fresh, bodies rounded to `bodyBits`. */
export function ggswBitNoise(noiseLog2: number, bodyBits: number): BitNoise {
  const row = freshGlweVariance(noiseLog2, bodyBits);
  return { mask: row, message: row, messageConstant: row, gathered: [] };
}

/**
 * What one CMUX of a decision diagram adds to the variance of the child it selects (Chillotti et al., TFHE, J. Cryptology 2020,
 * section 5): an external product with the bit, whose kernel rounds ties to even. `bitSquared`: 1 for a bit that is 1, 0 for 0.
 */
export function decisionStepNoise(
  key: KeyShape,
  gadget: GadgetShape,
  bit: BitNoise,
  bitSquared: number,
): ExternalProductNoise {
  return externalProductNoise(key, gadget, bit.mask, bitSquared, bit.message, "even");
}

/**
 * The part of `decisionStepNoise` that comes of gathered noise, for each of a bit's `levels` rows: products whose second factor all
 * external products with that bit share. Mask rows hold the message row's noise times a key polynomial.
 */
export function gatheredStepNoise(
  { dimension: k, polynomialSize: N }: KeyShape,
  { baseLog }: GadgetShape,
  bit: BitNoise,
): readonly GatheredNoise[] {
  const digits = (N * (2 ** (2 * baseLog) + 2)) / 12;
  return bit.gathered.map(({ variance, freedom }) => ({
    variance: digits * ((k * N) / 2 + 1) * variance,
    freedom,
  }));
}

/**
 * A node whose children are clear leaves: message rows times the digits of (high - low). `squaredDigits` is the sum of their squares over
 * all levels and coefficients of the leaves; rows are independent of each other and meet fixed numbers, so nothing else enters but the
 * rounding to the 32-bit torus. Exact otherwise where leaves are multiples of `B^-levels`.
 * Bounds the noise at the leaves' coefficients; for bits that travelled as a GGSW it is the noise of every coefficient.
 */
export function leafNodeNoise(key: KeyShape, bit: BitNoise, squaredDigits: number): number {
  const rounding = ciphertextRoundingVariance(key.dimension * key.polynomialSize, 32);
  return squaredDigits * bit.messageConstant + rounding;
}
