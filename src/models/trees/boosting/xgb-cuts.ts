import { type SortedColumn, sortedColumn } from "./sorted-column.js";

/** Where `"hist"` may cut a feature. */
export interface FeatureCuts {
  /** Ascending; bin `b` holds values below `cuts[b]` and from `cuts[b - 1]` on. The last one lies above all values. */
  readonly cuts: Float32Array;
  /** A number below all values. */
  readonly least: number;
}

/** Summaries are thinned to this many entries for each bin before the last thinning. */
const kept = 8;

/**
 * XGBoost's cut points of one column: its distinct values where they are few, else weighted quantiles (Chen and Guestrin, KDD 2016,
 * appendix) of all of them. `column` may hold NaN; `weights` (`[rows]`) may be undefined.
 */
export function xgbCuts(
  column: Float32Array,
  weights: Float64Array | undefined,
  maxBin: number,
): FeatureCuts {
  return cutsOf(sortedColumn(column, weights), maxBin);
}

/** `xgbCuts` of a column that is sorted already. */
export function cutsOf({ values, sums, present }: SortedColumn, maxBin: number): FeatureCuts {
  const whole: Summary = { values, rankFrom: ranksFrom(sums), weight: sums };
  const bins = Math.min(present, maxBin);
  // What XGBoost keeps of rows as they come; of more rows it keeps more, in parts.
  const first = kept * bins + 1;
  const fine = present > 2 * first ? whole : thinned(whole, first);
  const summary = thinned(thinned(fine, Math.min(present, kept * maxBin)), bins + 1);
  return cutsBetween(summary.values, bins);
}

/**
 * The cuts of `"approx"`, whose rows are sorted once and weighed anew for each tree: in one pass over the values, those at which the weight
 * so far reaches the next of `maxBin` equal steps.
 */
export function steppedCuts({ values, sums, present }: SortedColumn, maxBin: number): FeatureCuts {
  const total = sums.reduce((sum, weight) => sum + weight, 0);
  const picked: number[] = [];
  let upTo = 0;
  let goal = 0;
  values.forEach((value, i) => {
    upTo += sums[i] ?? 0;
    const last = i === values.length - 1;
    if (last || (upTo >= goal && picked.length < maxBin)) {
      picked.push(value);
      goal =
        picked.length === maxBin
          ? Number.POSITIVE_INFINITY
          : Math.fround((picked.length * total) / maxBin);
    }
  });
  return cutsBetween(Float32Array.from(picked), Math.min(present, maxBin));
}

/** `values` ascending, the first and the last one of the column among them. */
function cutsBetween(values: Float32Array, bins: number): FeatureCuts {
  if (values.length === 0) return { cuts: Float32Array.of(2e-5), least: 1e-5 };
  const cuts = Array.from(values.subarray(1, Math.min(values.length, bins)));
  const top = values.at(-1) ?? 0;
  cuts.push(Math.fround(top + Math.fround(Math.abs(top) + 1e-5)));
  const bottom = values[0] ?? 0;
  const least = Math.fround(bottom - Math.fround(Math.abs(bottom) + 1e-5));
  return { cuts: Float32Array.from(cuts), least };
}

/** Distinct values with the weight below each and its own. */
interface Summary {
  readonly values: Float32Array;
  readonly rankFrom: Float64Array;
  readonly weight: Float64Array;
}

function ranksFrom(sums: Float64Array): Float64Array {
  const from = new Float64Array(sums.length);
  let below = 0;
  for (let i = 0; i < sums.length; i++) {
    from[i] = below;
    below += sums[i] ?? 0;
  }
  return from;
}

/** At most `size` entries, as evenly spaced in rank as they can be; the first and the last one stay. */
function thinned(from: Summary, size: number): Summary {
  const count = from.values.length;
  if (count <= size) return from;
  const { rankFrom, weight } = from;
  const begin = weight[0] ?? 0;
  const range = (rankFrom[count - 1] ?? 0) - begin;
  const n = size - 1;
  const picked = [0];
  let at = 1;
  let last = 0;
  for (let k = 1; k < n; k++) {
    const doubled = 2 * Math.fround(Math.fround(Math.fround(k * range) / n) + begin);
    // The entry whose middle rank is the last one below the wanted rank.
    const middle = (i: number) => 2 * (rankFrom[i] ?? 0) + (weight[i] ?? 0);
    while (at < count - 1 && doubled >= middle(at + 1)) at++;
    if (at === count - 1) break;
    // Between two entries, the one on whose side of their common border the wanted rank lies.
    const border = (rankFrom[at] ?? 0) + (weight[at] ?? 0) + (rankFrom[at + 1] ?? 0);
    const pick = doubled < border ? at : at + 1;
    if (pick !== last) {
      picked.push(pick);
      last = pick;
    }
  }
  if (last !== count - 1) picked.push(count - 1);
  return {
    values: Float32Array.from(picked, (i) => from.values[i] ?? 0),
    rankFrom: Float64Array.from(picked, (i) => rankFrom[i] ?? 0),
    weight: Float64Array.from(picked, (i) => weight[i] ?? 0),
  };
}
