/**
 * Part of an error that is a sum of `count` independent products: a Gaussian of random size times a Gaussian. Each product's variance is
 * `variance`, its size the mean of `freedom` squared Gaussians (1: a product of two Gaussians; many: nearly Gaussian itself).
 */
export interface ProductNoise {
  readonly variance: number;
  readonly freedom: number;
  readonly count: number;
}

/**
 * log2 of a bound on the probability that a centred error leaves `[-limit, limit]`: a Gaussian of variance `gaussianVariance` plus
 * products. Chernoff: `2 min_t exp(K(t) - t limit)` with `K(t) = t^2 V / 2 - sum count freedom / 2 log(1 - t^2 variance / freedom)`. For
 * Gaussian noise alone it lies 4 to 5 bits above the exact tail at 2^-64.
 */
export function log2MixtureFailure(
  limit: number,
  gaussianVariance: number,
  products: readonly ProductNoise[],
): number {
  const noisy = products.filter(({ variance, count }) => variance > 0 && count > 0);
  const total = noisy.reduce((sum, one) => sum + one.count * one.variance, gaussianVariance);
  if (total === 0) return Number.NEGATIVE_INFINITY;
  // In units of the whole deviation.
  const exponent = (t: number): number =>
    noisy.reduce(
      (sum, { variance, freedom, count }) =>
        sum - ((count * freedom) / 2) * Math.log1p((-t * t * variance) / total / freedom),
      (t * t * gaussianVariance) / total / 2,
    ) -
    (t * limit) / Math.sqrt(total);
  const pole = Math.min(
    ...noisy.map(({ variance, freedom }) => Math.sqrt((total * freedom) / variance)),
  );
  // Convex in t; without products the minimum lies at limit / deviation.
  let low = 0;
  let high = Math.min(pole, limit / Math.sqrt(total) + 1);
  for (let i = 0; i < 60; i++) {
    const third = (high - low) / 3;
    if (exponent(low + third) < exponent(high - third)) high -= third;
    else low += third;
  }
  return Math.min(0, exponent((low + high) / 2) * Math.LOG2E + 1);
}
