/**
 * Weighted sum of independent ciphertexts: `squaredNorm` is the sum of squared clear weights. Adding clear numbers costs nothing.
 * The same holds for a product of a GLWE ciphertext with a clear polynomial, per coefficient (Chillotti et al., TFHE, J. Cryptology
 * 2020, section 3).
 */
export function weightedVariance(squaredNorm: number, inputVariance: number): number {
  return squaredNorm * inputVariance;
}
