import { VelumError } from "../../../base/error.js";
import type { CategorySet } from "../tree-ensemble.js";
import {
  HgbGain,
  type HgbSearch,
  type HgbSplit,
  type HgbSplitNode,
  leastHessian,
} from "./hgb-gain.js";

/** Categories with less weight, counted in rows, are kept out of the search and go to the right; also what their values are pulled by. */
const leastSupport = 10;

/**
 * The best split of categories: sorted by their value they are cut like numbers (Fisher, Journal of the American Statistical Association 53,
 * 1958), from both ends to the middle. The side that was walked over goes left.
 */
export function categorySplit(
  search: HgbSearch,
  node: HgbSplitNode,
  feature: number,
): HgbSplit | undefined {
  const { sums, histogram } = node;
  const rowsPerHessian = sums.count / sums.hessian;
  const order = Array.from({ length: histogram.length / 3 }, (_, bin) => {
    const hessian = histogram[3 * bin + 1] ?? 0;
    const worth = (histogram[3 * bin] ?? 0) / (hessian + leastSupport);
    return { bin, worth, counts: hessian * rowsPerHessian >= leastSupport };
  })
    .filter(({ counts }) => counts)
    .sort((a, b) => a.worth - b.worth)
    .map(({ bin }) => bin);
  if (order.length < 2) return undefined;
  const gainOf = new HgbGain(search, node, feature);
  const middle = Math.ceil(order.length / 2);
  let best: HgbSplit | undefined;
  for (const [ordered, steps] of [
    [order, middle],
    [order.toReversed(), middle - 1],
  ] as const) {
    let [gradient, hessian, count] = [0, 0, 0];
    for (let k = 0; k < steps; k++) {
      const bin = ordered[k] ?? 0;
      gradient += histogram[3 * bin] ?? 0;
      hessian += histogram[3 * bin + 1] ?? 0;
      count += histogram[3 * bin + 2] ?? 0;
      const rest = {
        gradient: sums.gradient - gradient,
        hessian: sums.hessian - hessian,
        count: sums.count - count,
      };
      if (count < search.minSamplesLeaf || hessian < leastHessian) continue;
      if (rest.count < search.minSamplesLeaf || rest.hessian < leastHessian) break;
      const gain = gainOf.of(gradient, hessian, rest.gradient, rest.hessian);
      if (gain <= (best?.gain ?? 0)) continue;
      const leftBins = ordered.slice(0, k + 1);
      best = {
        ...{ gain, feature, bin: 0, leftBins, left: { gradient, hessian, count }, right: rest },
        missingLeft: leftBins.includes(search.data.missingBin[feature] ?? -1),
      };
    }
  }
  return best;
}

/**
 * The node's question: categories that the training data did not have go where missing values go. `categories` are the feature's, by bin.
 */
export function categorySetOf(
  { leftBins = [], missingLeft }: HgbSplit,
  categories: Float64Array,
): CategorySet {
  const goesLeft = new Set(leftBins);
  // What is listed goes to the side that unknown ones do not go to.
  const listed = categories.filter((_, bin) => goesLeft.has(bin) !== missingLeft);
  return { values: Int32Array.from(listed), side: missingLeft ? "right" : "left" };
}

/**
 * The distinct values of a categorical column, ascending; NaN is left out. Errors: `bad-argument` for fractions, `out-of-range` for more of
 * them than `maxBins`.
 */
export function categoriesOf(column: Float64Array, feature: number, maxBins: number): Float64Array {
  const found = Float64Array.from(new Set(column.filter((value) => !Number.isNaN(value)))).sort();
  const bad = found.find((value) => !Number.isInteger(value) || Math.abs(value) >= 2 ** 31);
  const path = `categoricalFeatures ${feature}`;
  if (bad !== undefined) {
    throw new VelumError({
      code: "bad-argument",
      path,
      problem: `holds ${bad}, which is no whole number`,
      actual: bad,
      cure: "Number the categories, for instance from 0",
    });
  }
  if (found.length <= maxBins) return found;
  throw new VelumError({
    code: "out-of-range",
    path,
    problem: `holds ${found.length} categories`,
    limit: maxBins,
    actual: found.length,
    cure: "Join rare categories, raise maxBins, or take the feature for a number",
  });
}
