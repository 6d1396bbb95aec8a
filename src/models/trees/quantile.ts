/** The `share` quantile, linear between neighbours (NumPy's default). `values`: at least one. */
export function linearQuantile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const below = sorted[low] ?? 0;
  const above = sorted[Math.min(low + 1, sorted.length - 1)] ?? 0;
  return below + (above - below) * (place - low);
}

/** The least value up to which values have `share` of the weight. `values`: at least one; weights are not all 0. */
export function weightedQuantile(
  values: Float64Array,
  weights: Float64Array,
  share: number,
): number {
  const order = Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const wanted = share * weights.reduce((sum, weight) => sum + weight, 0);
  let upTo = 0;
  const found = order.find((at) => {
    upTo += weights[at] ?? 0;
    return upTo >= wanted && upTo > 0;
  });
  return values[found ?? order.at(-1) ?? 0] ?? 0;
}
