import { tuniformVariance } from "./curves.js";

/**
 * Shape of a GLWE key: `dimension` (k) polynomials of `polynomialSize` (N) binary coefficients. All variances of these files are
 * relative to the torus (the modulus is 1) and are means over keys with fair bits: E[s^2] = 1/2.
 */
export interface KeyShape {
  readonly dimension: number;
  readonly polynomialSize: number;
}

/** Error of rounding to the nearest multiple of `2^-bits`: uniform, variance `2^(-2 bits) / 12`. */
export function roundingVariance(bits: number): number {
  return 2 ** (-2 * bits) / 12;
}

/**
 * Fresh GLWE ciphertext (or a GLev or GGSW row) with TUniform(`noiseLog2`) noise in units of 2^-64. A body that travels with
 * `bodyBits < 64` bits carries its rounding error; the mask is a seed and exact.
 */
export function freshGlweVariance(noiseLog2: number, bodyBits = 64): number {
  return tuniformVariance(noiseLog2, 64) + (bodyBits < 64 ? roundingVariance(bodyBits) : 0);
}

/** Fresh LWE ciphertext, or a row of a key-switch key, with TUniform(`noiseLog2`) noise in units of 2^-32 and exact 32-bit bodies. */
export function freshLweVariance(noiseLog2: number): number {
  return tuniformVariance(noiseLog2, 32);
}

/**
 * Error of rounding the mask and the body of an LWE ciphertext of `dimension` to `bits` bits. A mask error e counts when its key
 * bit is 1: E[(e s)^2] = V_e / 2, hence `(1 + dimension / 2) 2^(-2 bits) / 12`.
 * So a fresh ciphertext becomes a 32-bit one after sample extraction.
 */
export function ciphertextRoundingVariance(dimension: number, bits: number): number {
  return (1 + dimension / 2) * roundingVariance(bits);
}

/**
 * The same with mean compensation: whoever rounds knows the mask errors and takes off their expected effect, half their sum, from the
 * body before rounding it. What is left is e (s - 1/2), exactly V_e / 4 whatever the key: `(1 + dimension / 4) 2^(-2 bits) / 12`.
 * Used on download.
 */
export function compensatedRoundingVariance(dimension: number, bits: number): number {
  return (1 + dimension / 4) * roundingVariance(bits);
}
