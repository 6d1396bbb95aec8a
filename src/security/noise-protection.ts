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
 * an encryption of zero's. The past shows only where that fails every time: the product of W/F over all soaks, and once for each the tail.
 * Before the first soak noise may have another variance, `first`. Ducas and Stehlé, Eurocrypt 2016, section 3.
 */
export function soakDistanceLog2(
  variance: number,
  floodLog2: number,
  soaks: number,
  targetLog2: number,
  first = variance,
): number {
  const once = (own: number): number => soakShareLog2(own, floodLog2, targetLog2);
  const all = once(first) + once(variance) * (soaks - 1);
  return Math.min(0, Math.log2(2 ** all + soaks * 2 ** soakTailLog2(targetLog2)));
}

/** Tails of noise count so many bits below the distance asked for. */
const soakTailBits = 10;

/** log2 of W/F: how seldom one flood does not hide noise of `variance`. */
function soakShareLog2(variance: number, floodLog2: number, targetLog2: number): number {
  const reach = tailQuantile(soakTailLog2(targetLog2)) * Math.sqrt(variance);
  return Math.min(0, Math.log2(reach) + 64 - floodLog2);
}

/** log2 of the probability that noise is larger than is counted with. */
export function soakTailLog2(targetLog2: number): number {
  return targetLog2 - soakTailBits;
}

/**
 * How many deviations of what look-ups give a flood must be at least, so that `soaks` of them keep to the distance asked for, if noise has
 * variance `first` before the first of them. The inverse of `soakDistanceLog2`, but for a hundredth of a bit.
 */
export function soakDeviations(
  first: number,
  floodLog2: number,
  soaks: number,
  targetLog2: number,
): number {
  const tails = -Math.log2(1 - soaks * 2 ** -soakTailBits);
  const left = targetLog2 - tails - soakShareLog2(first, floodLog2, targetLog2);
  return tailQuantile(soakTailLog2(targetLog2)) * 2 ** Math.max(0, -left / (soaks - 1));
}
