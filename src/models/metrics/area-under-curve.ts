/**
 * Area under the receiver operating characteristic: the weighted share of pairs, a positive row and another one, in which the positive one
 * has the higher score; equal scores count half. NaN where a side is missing.
 */
export function areaUnderCurve(
  scores: ArrayLike<number>,
  isPositive: (row: number) => boolean,
  weightOf: (row: number) => number,
): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => (scores[a] ?? 0) - (scores[b] ?? 0),
  );
  let [below, positive, area] = [0, 0, 0];
  for (let from = 0; from < order.length; ) {
    let [low, high, to] = [0, 0, from];
    for (; to < order.length && scores[order[to] ?? 0] === scores[order[from] ?? 0]; to++) {
      const row = order[to] ?? 0;
      if (isPositive(row)) high += weightOf(row);
      else low += weightOf(row);
    }
    area += high * (below + low / 2);
    below += low;
    positive += high;
    from = to;
  }
  return area / (below * positive);
}
