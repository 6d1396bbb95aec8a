import { categorySplit } from "./hgb-categories.js";
import {
  HgbGain,
  type HgbSearch,
  type HgbSplit,
  type HgbSplitNode,
  leastHessian,
} from "./hgb-gain.js";

/** The split of greatest gain above 0, the first of equals. */
export function bestHgbSplit(
  search: HgbSearch,
  node: HgbSplitNode,
  features: Int32Array,
): HgbSplit | undefined {
  const { data, binCounts, isCategory } = search;
  let best: HgbSplit | undefined;
  const consider = (found: HgbSplit | undefined): void => {
    if (found !== undefined && found.gain > (best?.gain ?? 0)) best = found;
  };
  for (const feature of features) {
    const bins = binCounts[feature] ?? 1;
    const missing = (data.missingBin[feature] ?? -1) >= 0;
    const from = 3 * (data.offsets[feature] ?? 0);
    const histogram = node.histogram.subarray(from, 3 * (data.offsets[feature + 1] ?? 0));
    const own = { ...node, histogram };
    if (isCategory[feature] === 1) {
      consider(categorySplit(search, own, feature));
      continue;
    }
    consider(scan(search, own, feature, { step: 1, bins: missing ? bins : bins - 1 }));
    if (missing) consider(scan(search, own, feature, { step: -1, bins }));
  }
  if (best === undefined || (data.missingBin[best.feature] ?? -1) >= 0) return best;
  return { ...best, missingLeft: best.left.count > best.right.count };
}

/** Walks over a feature's bins; missing values are on the side that the walk reaches last. */
function scan(
  search: HgbSearch,
  node: HgbSplitNode,
  feature: number,
  way: { readonly step: 1 | -1; readonly bins: number },
): HgbSplit | undefined {
  const { sums, histogram } = node;
  const { minSamplesLeaf } = search;
  const gainOf = new HgbGain(search, node, feature);
  const forward = way.step > 0;
  const steps = forward ? way.bins : way.bins - 1;
  let gradient = 0;
  let hessian = 0;
  let count = 0;
  let best: HgbSplit | undefined;
  for (let k = 0; k < steps; k++) {
    const bin = forward ? k : way.bins - 1 - k;
    gradient += histogram[3 * bin] ?? 0;
    hessian += histogram[3 * bin + 1] ?? 0;
    count += histogram[3 * bin + 2] ?? 0;
    const restCount = sums.count - count;
    const restHessian = sums.hessian - hessian;
    if (count < minSamplesLeaf || hessian < leastHessian) continue;
    if (restCount < minSamplesLeaf || restHessian < leastHessian) break;
    const restGradient = sums.gradient - gradient;
    const gain = forward
      ? gainOf.of(gradient, hessian, restGradient, restHessian)
      : gainOf.of(restGradient, restHessian, gradient, hessian);
    if (gain <= (best?.gain ?? 0)) continue;
    const walked = { gradient, hessian, count };
    const rest = { gradient: restGradient, hessian: restHessian, count: restCount };
    best = {
      ...{ gain, feature, bin: forward ? bin : bin - 1, missingLeft: !forward },
      ...(forward ? { left: walked, right: rest } : { left: rest, right: walked }),
    };
  }
  return best;
}
