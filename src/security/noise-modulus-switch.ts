/**
 * Centred modulus switch of an LWE ciphertext of `dimension` to `2^positionsLog2` positions. Mask elements are rounded; half the sum of
 * their (known) errors is taken off the body, so that e (s - 1/2) is left, which has variance V_e / 4 for every key:
 * `dimension / 48 / 4^positionsLog2` (Bernard, Joye, Smart, Walter, eprint 2024/1718 treat this error; the compensation is that of tfhe-rs).
 * The body is floored, and costs nothing: the mask part of the phase is a whole number, and a table's boxes, even numbers of positions
 * wide and half-open, are symmetric around the exact messages.
 *
 * `positionsLog2 = log2(2 N) + extensionLog2 - tablesLog2`: with several tables in one rotation, elements are rounded to multiples of
 * their number.
 */
export function centredModulusSwitchVariance(dimension: number, positionsLog2: number): number {
  return dimension / 48 / 4 ** positionsLog2;
}
