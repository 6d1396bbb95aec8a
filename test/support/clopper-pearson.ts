/**
 * The interval of Clopper and Pearson (Biometrika 26, 1934) for the probability behind `failures` of `trials`: it holds the true one
 * with probability `confidence` or more, whatever that is.
 */
export function clopperPearson(
  failures: number,
  trials: number,
  confidence: number,
): readonly [number, number] {
  const tail = (1 - confidence) / 2;
  // P(X >= failures) grows with p, P(X <= failures) falls.
  const low = bisect((p) => 1 - atMost(failures - 1, trials, p) < tail);
  const high = bisect((p) => atMost(failures, trials, p) > tail);
  return [failures === 0 ? 0 : low, failures === trials ? 1 : high];
}

/** The p up to which `holds` is true. */
function bisect(holds: (p: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** P(X <= most) for X binomial(trials, p), 0 < p < 1. */
function atMost(most: number, trials: number, p: number): number {
  let logTerm = trials * Math.log1p(-p);
  let sum = 0;
  for (let i = 0; i <= most; i++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((trials - i) / (i + 1)) + Math.log(p) - Math.log1p(-p);
  }
  return Math.min(1, sum);
}
