/**
 * Where histogram boosting may cut a column: halfway between its distinct values where they are at most `maxBins`, else at
 * quantiles of the rows' weight (averages at steps of the distribution). Ascending. NaN and rows of weight 0 are left out.
 */
export function hgbThresholds(
  column: Float64Array,
  weights: Float64Array | undefined,
  maxBins: number,
): Float64Array {
  const sorted = column.filter(
    (value, row) => !Number.isNaN(value) && (weights === undefined || (weights[row] ?? 0) > 0),
  );
  sorted.sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length <= maxBins) {
    return distinct.subarray(1).map((value, i) => ((distinct[i] ?? 0) + value) / 2);
  }
  const upTo =
    weights === undefined ? rowsUpTo(sorted, distinct) : weightUpTo(column, weights, distinct);
  const total = upTo.at(-1) ?? 0;
  const cuts = new Set<number>();
  let at = 0;
  for (let k = 1; k < maxBins; k++) {
    const rank = total * ((k * (100 / maxBins)) / 100);
    while ((upTo[at] ?? total) < rank) at++;
    const value = distinct[at] ?? 0;
    // On a step of the distribution, the middle of the two values that it lies between.
    cuts.add(upTo[at] === rank ? (value + (distinct[at + 1] ?? value)) / 2 : value);
  }
  return Float64Array.from(cuts).sort();
}

/** `[distinct]` how many entries of `sorted` are up to each distinct value. */
function rowsUpTo(sorted: Float64Array, distinct: Float64Array): Float64Array {
  const upTo = new Float64Array(distinct.length);
  let at = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (sorted[i] !== distinct[at]) at++;
    upTo[at] = i + 1;
  }
  return upTo;
}

/** `[distinct]` weight of the rows up to each distinct value. */
function weightUpTo(
  column: Float64Array,
  weights: Float64Array,
  distinct: Float64Array,
): Float64Array {
  const place = new Map(Array.from(distinct, (value, at) => [value, at]));
  const upTo = new Float64Array(distinct.length);
  column.forEach((value, row) => {
    const at = place.get(value);
    if (at !== undefined) upTo[at] = (upTo[at] ?? 0) + (weights[row] ?? 0);
  });
  let sum = 0;
  return upTo.map((weight) => {
    sum += weight;
    return sum;
  });
}
