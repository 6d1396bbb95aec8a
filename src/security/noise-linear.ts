/**
 * Weighted sum of independent ciphertexts: `squaredNorm` is the sum of squared clear weights. Adding clear numbers costs nothing.
 * The same holds for a product of a GLWE ciphertext with a clear polynomial, per coefficient (Chillotti et al., TFHE, J. Cryptology
 * 2020, section 3).
 */
export function weightedVariance(squaredNorm: number, inputVariance: number): number {
  return squaredNorm * inputVariance;
}

/** Sum of squares of `weights`. */
export function squaredNorm(weights: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += (weights[i] ?? 0) ** 2;
  return sum;
}
