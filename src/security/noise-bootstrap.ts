import {
  type ExternalProductNoise,
  externalProductNoise,
  type GadgetShape,
} from "./noise-external-product.js";
import { freshGlweVariance, type KeyShape } from "./noise-fresh.js";

/**
 * Output of a blind rotation over `lweDimension` key bits: that many CMUX on the 32-bit torus, whatever the input's noise
 * (Chillotti et al., TFHE, J. Cryptology 2020, section 4). `noiseLog2` is the GLWE key's TUniform bound over 2^-64 and `bodyBits` what
 * the bootstrap key keeps of its bodies. The first step counts as one like the others. Its mask is zero, but a smooth table makes digits
 * of low frequency, whose transform errors meet the key's mean: measured on constant tables, it adds as much as 11 steps at N = 2048 and
 * 3 at N = 512, about one percent of a rotation.
 *
 * Extended blind rotation has the same noise: each of its interleaved accumulators is rotated by another one and goes through one CMUX
 * a step (Lee and Yoon, eprint 2023/402, section 3).
 */
export function blindRotationNoise(
  key: KeyShape,
  noiseLog2: number,
  gadget: GadgetShape,
  lweDimension: number,
  bodyBits: number,
): ExternalProductNoise {
  const step = externalProductNoise(key, gadget, freshGlweVariance(noiseLog2, bodyBits), 1 / 2);
  return {
    key: lweDimension * step.key,
    decomposition: lweDimension * step.decomposition,
    fourier: lweDimension * step.fourier,
    rounding: lweDimension * step.rounding,
    total: lweDimension * step.total,
  };
}
