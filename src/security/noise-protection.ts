import { tailQuantile } from "./failure.js";
import { freshGlweVariance, type KeyShape } from "./noise-fresh.js";

/**
 * Noise of an encryption of zero made from a public key whose rows have TUniform(`noiseLog2`) noise: `<e, r> - <e1, s>`, r and s binary and e1
 * like e. Each of the 2 kN products has half the variance of a sample: `kN sigma^2` (Lyubashevsky, Peikert, Regev, Eurocrypt 2010,
 * section 1.1; module form). The noise on the body itself is the flood.
 */
export function publicZeroVariance(key: KeyShape, noiseLog2: number): number {
  return key.dimension * key.polynomialSize * freshGlweVariance(noiseLog2);
}

/**
 * log2 of a bound on the statistical distance between noise that depends on weights and inputs, flooded, and the flood alone. The flood is
 * uniform on `2^(floodLog2 + 1)` integers (units of 2^-64) and shifted by x it differs from itself by `|x| / 2^(floodLog2 + 1)`. A
 * mixture of shifts is no further away than the mean of `|x|`, which is at most the deviation; `count` coefficients add up. `variance` is
 * relative to the torus. Asharov et al., Eurocrypt 2012, lemma 1.
 */
export function floodDistanceLog2(variance: number, floodLog2: number, count: number): number {
  return Math.min(0, Math.log2(count) + Math.log2(variance) / 2 + 64 - (floodLog2 + 1));
}

/** The largest variance that such a flood hides within a distance of `2^distanceLog2`. */
export function hiddenVariance(distanceLog2: number, floodLog2: number, count: number): number {
  return 2 ** (2 * (distanceLog2 + floodLog2 + 1 - 64 - Math.log2(count)));
}

/**
 * log2 of a bound on the statistical distance, from something that says nothing but the value, of a value that was flooded `soaks` times with
 * a refreshing look-up between each two. Noise x of variance `variance` stays within W but for a probability far below 2^targetLog2. Flooded with a number uniform on
 * [-F, F) it is one uniform on [-F + W, F - W), whatever x is, with probability 1 - W/F; then nothing of the past is left, since the mask is
 * an encryption of zero's. The past shows only where that fails every time: (W/F)^soaks, and once for each the tail.
 * Ducas and Stehlé, Eurocrypt 2016, section 3.
 */
export function soakDistanceLog2(
  variance: number,
  floodLog2: number,
  soaks: number,
  targetLog2: number,
): number {
  const tailLog2 = targetLog2 - 10;
  const reach = tailQuantile(tailLog2) * Math.sqrt(variance);
  const once = Math.min(0, Math.log2(reach) + 64 - floodLog2);
  return Math.min(0, Math.log2(2 ** (once * soaks) + soaks * 2 ** tailLog2));
}
