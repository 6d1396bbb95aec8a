import { newNode, type TreeNode } from "../node-list.js";
import type { BinnedColumns } from "./binned-columns.js";
import type { HgbParams } from "./hgb-params.js";
import type { Derivatives, HistogramBuilder } from "./histogram.js";
import { RowPartition } from "./row-partition.js";

/** A node with the gain of its split. */
export interface HgbNode extends TreeNode {
  gain: number;
}

export interface HgbTree {
  readonly nodes: HgbNode[];
  /** Ranges of the order of rows by leaf. */
  readonly leaves: readonly {
    readonly node: number;
    readonly start: number;
    readonly end: number;
  }[];
}

/** What growing needs of a training run. */
export interface HgbGrowth {
  readonly data: BinnedColumns;
  /** `[features]` where bins end; values up to `thresholds[j][b]` have bins up to `b`. */
  readonly thresholds: readonly Float64Array[];
  readonly params: HgbParams;
  readonly builder: HistogramBuilder;
}

interface Sums {
  readonly gradient: number;
  readonly hessian: number;
  readonly count: number;
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly left: Sums;
  readonly right: Sums;
}

interface Candidate {
  readonly at: number;
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  readonly histogram: Float64Array | undefined;
  readonly split: Split;
}

/** Children need at least this sum of second derivatives. */
const leastHessian = 1e-3;

/** Grows one tree on the rows of `order` (permuted), the node of greatest gain first. */
export function growHgb(growth: HgbGrowth, derivatives: Derivatives, order: Int32Array): HgbTree {
  const { data, thresholds, params, builder } = growth;
  const leafLimit = params.maxLeafNodes ?? Number.POSITIVE_INFINITY;
  const depthLimit = params.maxDepth ?? Number.POSITIVE_INFINITY;
  const partition = new RowPartition(order);
  const features = Int32Array.from({ length: data.features }, (_, j) => j);
  const nodes: HgbNode[] = [];
  const leaves: { node: number; start: number; end: number }[] = [];
  const waiting: Candidate[] = [];

  const addNode = (sums: Sums): number => {
    const value = nodeValue(sums.gradient, sums.hessian, params.l2Regularization);
    nodes.push({ ...newNode(Float64Array.of(value * params.learningRate)), gain: 0 });
    return nodes.length - 1;
  };
  /** Keeps the node as a leaf, or with its best split until its turn. */
  const keep = (
    at: number,
    sums: Sums,
    range: readonly [number, number],
    depth: number,
    histogram: Float64Array | undefined,
  ): void => {
    const [start, end] = range;
    const split =
      histogram === undefined || sums.count < 2 * params.minSamplesLeaf
        ? undefined
        : bestSplit(growth, histogram, sums);
    const kept = split !== undefined && waiting.length < builder.keepable ? histogram : undefined;
    if (kept === undefined) builder.giveBack(histogram);
    if (split !== undefined) waiting.push({ at, depth, start, end, histogram: kept, split });
    else leaves.push({ node: at, start, end });
  };
  const build = (start: number, end: number) =>
    builder.build(order, start, end, derivatives, features);

  const sums = sumOf(order, derivatives);
  const mayRoot = sums.count >= 2 * params.minSamplesLeaf && sums.hessian >= leastHessian;
  keep(addNode(sums), sums, [0, order.length], 0, mayRoot ? build(0, order.length) : undefined);
  while (waiting.length > 0 && waiting.length + leaves.length < leafLimit) {
    const next = waiting.reduce((a, b) => (b.split.gain > a.split.gain ? b : a));
    waiting.splice(waiting.indexOf(next), 1);
    const { at, depth, start, end, histogram, split } = next;
    const node = nodes[at];
    if (node === undefined) break;
    const range: readonly [number, number] = [start, end];
    const middle = partition.split(data, range, split.feature, split.bin, split.missingLeft);
    node.feature = split.feature;
    // Beyond the last edge only missing values are left, and every number lies below.
    node.threshold = thresholds[split.feature]?.[split.bin] ?? Number.MAX_VALUE;
    node.missingLeft = split.missingLeft;
    node.gain = split.gain;
    node.left = addNode(split.left);
    node.right = addNode(split.right);
    let left: Float64Array | undefined;
    let right: Float64Array | undefined;
    const full = waiting.length + leaves.length + 2 >= leafLimit;
    const small = (count: number) => count < 2 * params.minSamplesLeaf;
    if (full || depth + 1 >= depthLimit || (small(middle - start) && small(end - middle))) {
      builder.giveBack(histogram);
    } else if (histogram === undefined) {
      left = build(start, middle);
      right = build(middle, end);
    } else if (middle - start < end - middle) {
      left = build(start, middle);
      right = builder.subtract(histogram, left);
    } else {
      right = build(middle, end);
      left = builder.subtract(histogram, right);
    }
    keep(node.left, split.left, [start, middle], depth + 1, left);
    keep(node.right, split.right, [middle, end], depth + 1, right);
  }
  for (const { at, start, end, histogram } of waiting) {
    builder.giveBack(histogram);
    leaves.push({ node: at, start, end });
  }
  return { nodes, leaves };
}

/** Value of a leaf before the learning rate. */
function nodeValue(gradient: number, hessian: number, l2: number): number {
  return -gradient / (hessian + l2 + 1e-15);
}

/** The split of greatest gain above 0, the first feature of equals. */
function bestSplit(growth: HgbGrowth, histogram: Float64Array, total: Sums): Split | undefined {
  const { data, thresholds } = growth;
  let best: Split | undefined;
  for (let feature = 0; feature < data.features; feature++) {
    const from = data.offsets[feature] ?? 0;
    const bins = (thresholds[feature]?.length ?? 0) + 1;
    const missing = (data.missingBin[feature] ?? -1) >= 0;
    const own = histogram.subarray(3 * from, 3 * (data.offsets[feature + 1] ?? 0));
    let found = scan(growth, own, total, feature, { step: 1, bins: missing ? bins : bins - 1 });
    if (missing) {
      const back = scan(growth, own, total, feature, { step: -1, bins });
      if (back !== undefined && back.gain > (found?.gain ?? 0)) found = back;
    }
    if (found !== undefined && found.gain > (best?.gain ?? 0)) best = found;
  }
  if (best === undefined || (data.missingBin[best.feature] ?? -1) >= 0) return best;
  return { ...best, missingLeft: best.left.count > best.right.count };
}

/** Walks over a feature's bins; missing values are on the side that the walk reaches last. */
function scan(
  { params }: HgbGrowth,
  histogram: Float64Array,
  total: Sums,
  feature: number,
  way: { readonly step: 1 | -1; readonly bins: number },
): Split | undefined {
  const l2 = params.l2Regularization;
  const forward = way.step > 0;
  const steps = forward ? way.bins : way.bins - 1;
  const worth = (gradient: number, hessian: number) => gradient * nodeValue(gradient, hessian, l2);
  const now = worth(total.gradient, total.hessian);
  let gradient = 0;
  let hessian = 0;
  let count = 0;
  let best: Split | undefined;
  for (let k = 0; k < steps; k++) {
    const bin = forward ? k : way.bins - 1 - k;
    gradient += histogram[3 * bin] ?? 0;
    hessian += histogram[3 * bin + 1] ?? 0;
    count += histogram[3 * bin + 2] ?? 0;
    const restCount = total.count - count;
    const restHessian = total.hessian - hessian;
    if (count < params.minSamplesLeaf || hessian < leastHessian) continue;
    if (restCount < params.minSamplesLeaf || restHessian < leastHessian) break;
    const restGradient = total.gradient - gradient;
    const gain = forward
      ? now - worth(gradient, hessian) - worth(restGradient, restHessian)
      : now - worth(restGradient, restHessian) - worth(gradient, hessian);
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

function sumOf(order: Int32Array, derivatives: Derivatives): Sums {
  let gradient = 0;
  let hessian = 0;
  for (const row of order) {
    gradient += derivatives.gradient[row] ?? 0;
    hessian += derivatives.hessian[row] ?? 0;
  }
  return { gradient, hessian, count: order.length };
}
