import { ciphertextRoundingVariance, type KeyShape } from "./noise-fresh.js";

/** Digits in base `2^baseLog`, `levels` of them. */
export interface GadgetShape {
  readonly baseLog: number;
  readonly levels: number;
}

/** What one external product adds to the variance of its accumulator, term by term. */
export interface ExternalProductNoise {
  /** Noise of the GGSW rows, multiplied by the digits. */
  readonly key: number;
  /** What the decomposition drops, multiplied by the secret key. */
  readonly decomposition: number;
  /** Double-precision Fourier transform, multiplied by the secret key. */
  readonly fourier: number;
  /** Rounding of the result to the 32-bit torus, multiplied by the secret key. */
  readonly rounding: number;
  readonly total: number;
}

/**
 * External product (or CMUX) of a 32-bit accumulator with a GGSW whose rows have variance `rowVariance`: fresh TUniform noise and, on
 * the wire, bodies rounded to 48 bits (`freshGlweVariance(noiseLog2, 48)`). `messageSquared` is the mean square of the GGSW's
 * message: 1/2 for a key bit, 1 for the worst case. `messageRowVariance` is the variance of the rows that carry the message on the body,
 * where it is another one (expanded bits of a packed upload). The total adds to the variance of the accumulator (for a CMUX: of the selected
 * input).
 *
 * - key: `l N (B^2 + 2) / 12 * (k rowVariance + messageRowVariance)`; digits uniform on [-B/2, B/2] have mean square (B^2 + 2) / 12
 *   (Chillotti et al., TFHE, J. Cryptology 2020, section 3.3).
 * - decomposition: closest representable, `messageSquared * (1 + kN/2) (B^-2l - 2^-64) / 12`, and the mean 2^-33 of the tie rule on the
 *   32-bit grid: against a key polynomial it sums to (2i - N) / 2 at position i, mean square `k^2 N^2 / 12 + kN / 4`. Where ties go to the even neighbour they have no
 *   mean, and count with their own square. Digits of all 32 bits drop nothing.
 * - fourier: see `fourierVariance`.
 * - rounding: `(1 + kN/2) 2^-64 / 12`.
 */
export function externalProductNoise(
  key: KeyShape,
  gadget: GadgetShape,
  rowVariance: number,
  messageSquared: number,
  messageRowVariance: number = rowVariance,
  ties: "up" | "even" = "up",
): ExternalProductNoise {
  const { dimension: k, polynomialSize: size } = key;
  const { baseLog, levels } = gadget;
  const digitSquare = (2 ** (2 * baseLog) + 2) / 12;
  const keyTerm = levels * size * digitSquare * (k * rowVariance + messageRowVariance);
  const dropped = (2 ** (-2 * baseLog * levels) - 2 ** -64) / 12;
  const whole = baseLog * levels === 32;
  const tieMean = 2 ** -66 * ((k * size) ** 2 / 12 + (k * size) / 4);
  const tieSquare = 2 ** -66 * (1 + (k * size) / 2);
  const tie = whole ? 0 : ties === "up" ? tieMean : tieSquare;
  const decomposition = messageSquared * ((1 + (k * size) / 2) * dropped + tie);
  const fourier = fourierVariance(key, gadget);
  const rounding = ciphertextRoundingVariance(k * size, 32);
  return {
    key: keyTerm,
    decomposition,
    fourier,
    rounding,
    total: keyTerm + decomposition + fourier + rounding,
  };
}

/**
 * Error of the double-precision transforms, per external product. A coefficient of the product sums `l (k+1) N` products of a digit
 * (mean square B^2 / 12) with a torus word (1 / 12); its error is that deviation times `sqrt(1.5 log2 N) 2^-53`, and the error of the
 * mask is multiplied by the key:
 *
 *     (1 + kN/2) * l (k+1) N B^2 / 144 * 1.5 log2(N) 2^-106
 *
 * Three transforms and the conversion of the key, whose mean-square errors grow with log2 N (Gentleman and Sande, Fast Fourier
 * Transforms for Fun and Profit, 1966). The factor 1.5 was measured against exact products and bounds every build of the kernels: native
 * code with fused operations needs 1.38 to 1.5, WebAssembly 1.19 to 1.26.
 */
export function fourierVariance(key: KeyShape, gadget: GadgetShape): number {
  const { dimension: k, polynomialSize: size } = key;
  const terms = gadget.levels * (k + 1) * size;
  const product = (terms * 2 ** (2 * gadget.baseLog)) / 144;
  return (1 + (k * size) / 2) * product * 1.5 * Math.log2(size) * 2 ** -106;
}
