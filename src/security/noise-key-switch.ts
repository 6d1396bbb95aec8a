import type { GadgetShape } from "./noise-external-product.js";

/**
 * What a key switch on the 32-bit torus adds: `inputDimension` mask elements rounded to `baseLog * levels` bits, each digit times a
 * row of variance `rowVariance` (Chillotti et al., TFHE, J. Cryptology 2020, section 4.1).
 *
 * - rows: `l n_in (B^2 + 2) / 12 * rowVariance`;
 * - rounding: an error counts where the input key's bit is 1: `n_in / 2 * (B^-2l - 2^-64) / 12`, and the tie rule's mean 2^-33 times the
 *   key's weight n_in / 2.
 */
export function keySwitchVariance(
  inputDimension: number,
  gadget: GadgetShape,
  rowVariance: number,
): number {
  const { baseLog, levels } = gadget;
  const rows = levels * inputDimension * ((2 ** (2 * baseLog) + 2) / 12) * rowVariance;
  const dropped = (2 ** (-2 * baseLog * levels) - 2 ** -64) / 12;
  const tieMean = ((inputDimension / 2) * 2 ** -33) ** 2;
  return rows + (inputDimension / 2) * dropped + tieMean;
}
