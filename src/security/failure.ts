/**
 * Failure probability of a centred, nearly Gaussian error of given deviation against a symmetric limit, as base-2 logarithms:
 * 2^-128 and far smaller values neither underflow nor lose digits.
 */

/**
 * log2 of `erfc(z / sqrt 2)`, the probability that a standard Gaussian leaves `[-z, z]`. `z >= 0`; relative error of the logarithm
 * below 1e-12. Series of erf for small z, continued fraction of erfc above (Abramowitz and Stegun 7.1.5, 7.1.14).
 */
export function log2TailProbability(z: number): number {
  if (z === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  const x = z / Math.SQRT2;
  if (x < 1.5) return Math.log2(1 - erfSeries(x));
  // erfc(x) = exp(-x^2) / sqrt(pi) * 1 / (x + (1/2) / (x + (2/2) / (x + (3/2) / ...)))
  let fraction = x;
  for (let i = 200; i >= 1; i--) fraction = x + i / 2 / fraction;
  return -x * x * Math.LOG2E - Math.log2(Math.PI) / 2 - Math.log2(fraction);
}

/** The `z >= 0` with `log2TailProbability(z) = log2Probability`; 0 for probability 1. Absolute error below 1e-12. */
export function tailQuantile(log2Probability: number): number {
  if (log2Probability >= 0) return 0;
  let low = 0;
  let high = 2;
  while (log2TailProbability(high) > log2Probability) high *= 2;
  for (let i = 0; i < 60 && high - low > 1e-14 * high; i++) {
    const middle = (low + high) / 2;
    if (log2TailProbability(middle) > log2Probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** log2 of the probability that an error of variance `variance` leaves `[-limit, limit]` (both relative to the torus). */
export function log2Failure(limit: number, variance: number): number {
  return variance === 0
    ? Number.NEGATIVE_INFINITY
    : log2TailProbability(limit / Math.sqrt(variance));
}

/** The largest variance that stays inside `[-limit, limit]` with failure probability `2^log2Probability`. */
export function largestVariance(limit: number, log2Probability: number): number {
  return (limit / tailQuantile(log2Probability)) ** 2;
}

/** Some events of one kind: each of `count` fails with probability `2^failureLog2`. */
export interface FailureShare {
  readonly failureLog2: number;
  readonly count: number;
}

/** Union bound: log2 of the sum of `count * 2^failureLog2`, at most 0. `-Infinity` for no events. */
export function log2UnionFailure(shares: readonly FailureShare[]): number {
  const terms = shares
    .filter((share) => share.count > 0)
    .map((share) => share.failureLog2 + Math.log2(share.count));
  const largest = terms.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  const sum = terms.reduce((total, term) => total + 2 ** (term - largest), 0);
  return Math.min(0, largest + Math.log2(sum));
}

function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let i = 1; i < 60; i++) {
    term *= (-x * x) / i;
    sum += term / (2 * i + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
