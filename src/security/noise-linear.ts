/**
 * Weighted sum of independent ciphertexts: `squaredNorm` is the sum of squared clear weights. Adding clear numbers costs nothing.
 * The same holds for a product of a GLWE ciphertext with a clear polynomial, per coefficient (Chillotti et al., TFHE, J. Cryptology
 * 2020, section 3).
 *
 * Coefficients of one ciphertext are not independent in what the key multiplies (roundings and decompositions of the mask): binary keys
 * have mean 1/2, so errors at distance d have correlation `(1 - 2 d / N) / 2`. A sum of those has up to
 * `(squaredNorm + absoluteNorm^2) / 2` times the variance of one, `absoluteNorm` the sum of absolute weights. Fresh noise, and the noise
 * of GGSW rows, is independent everywhere.
 */
export function weightedVariance(squaredNorm: number, inputVariance: number): number {
  return squaredNorm * inputVariance;
}
