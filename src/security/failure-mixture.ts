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
  // Convex in t: Newton's method for the zero of the slope, held between its signs; without products it is at limit / deviation.
  const deviations = limit / Math.sqrt(total);
  let low = 0;
  let high = Math.min(pole, deviations + 1);
  let t = Math.min(pole / 2, deviations);
  for (let i = 0; i < 60; i++) {
    let slope = (t * gaussianVariance) / total - deviations;
    let bend = gaussianVariance / total;
    for (const { variance, freedom, count } of noisy) {
      const share = variance / total / freedom;
      const rest = 1 - t * t * share;
      slope += (count * freedom * share * t) / rest;
      bend += (count * freedom * share * (1 + t * t * share)) / rest ** 2;
    }
    if (slope > 0) high = t;
    else low = t;
    const next = t - slope / bend;
    const inside = next > low && next < high;
    const to = inside ? next : (low + high) / 2;
    if (Math.abs(to - t) <= 1e-12 * t) break;
    t = to;
  }
  return Math.min(0, exponent(t) * Math.LOG2E + 1);
}
