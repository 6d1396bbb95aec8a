import { NumpyRandom } from "../numpy-random.js";
import { type CartData, type CartSearch, fitCart } from "./cart/fit-cart.js";
import type { GrownNode } from "./cart/grow-tree.js";
import { type ForestParams, rowsPerTree } from "./forest-params.js";

/** Seeds of trees are below this, as in scikit-learn. */
export const treeSeedLimit = 0x7fffffff;

export interface GrownForest {
  /** Without the first `earlier` ones. */
  readonly trees: readonly (readonly GrownNode[])[];
  /** `[rows]` for each tree how often it saw a row; undefined without bootstrap. */
  readonly counts: readonly (Float64Array | undefined)[];
}

/**
 * Fits trees on rows drawn with replacement (Breiman, Random Forests, Machine Learning 45, 2001) or, without bootstrap, on all of
 * them. `weights` say how likely a row is drawn, or without bootstrap how much it counts. `perTree` gives further weights from a
 * tree's own rows (balance within the draw). The first `earlier` trees are there already; their rows are drawn all the same. Draws are scikit-learn's for the same seed.
 */
export function fitForest(
  data: CartData,
  params: ForestParams,
  search: CartSearch,
  weights: Float64Array | undefined,
  perTree: ((drawn: Int32Array) => Float64Array | undefined) | undefined,
  earlier = 0,
): GrownForest {
  const { rows } = data;
  const random = new NumpyRandom(params.randomState);
  const total = weights === undefined ? rows : pairwiseSum(weights);
  const drawCount = rowsPerTree(params.maxSamples, rows, total);
  const trees: GrownNode[][] = [];
  const counts: (Float64Array | undefined)[] = [];
  for (let at = 0; at < params.nEstimators; at++) {
    const seed = random.randint(treeSeedLimit);
    if (!params.bootstrap) {
      if (at >= earlier) trees.push(fitCart(data, params, search, weights, seed));
      counts.push(undefined);
      continue;
    }
    const drawn = drawRows(new NumpyRandom(seed), rows, drawCount, weights);
    const count = new Float64Array(rows);
    for (const row of drawn) count[row] = (count[row] ?? 0) + 1;
    counts.push(count);
    if (at < earlier) continue;
    const more = perTree?.(drawn);
    const own = more === undefined ? count : count.map((times, row) => times * (more[row] ?? 0));
    trees.push(fitCart(data, params, search, own, seed));
  }
  return { trees, counts };
}

/** `count` row numbers with replacement, all equally likely or in proportion to `weights`. */
export function drawRows(
  random: NumpyRandom,
  rows: number,
  count: number,
  weights: Float64Array | undefined,
): Int32Array {
  if (weights === undefined) return Int32Array.from({ length: count }, () => random.randint(rows));
  let sum = 0;
  const upTo = weights.map((weight) => {
    sum += weight;
    return sum;
  });
  return Int32Array.from({ length: count }, () => firstAbove(upTo, random.random() * sum));
}

/**
 * The sum in NumPy's order: a share of all weight, cut to a whole number of rows, depends on its last bit. Up to 128 terms go to eight
 * sums in turn, more are halved at a multiple of eight.
 */
function pairwiseSum(terms: Float64Array): number {
  const count = terms.length;
  if (count > 128) {
    const half = count >> 1;
    const cut = half - (half % 8);
    return pairwiseSum(terms.subarray(0, cut)) + pairwiseSum(terms.subarray(cut));
  }
  const whole = count - (count % 8);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = eightSums(terms, whole);
  let sum = a + b + (c + d) + (e + f + (g + h));
  for (let i = whole; i < count; i++) sum += terms[i] ?? 0;
  return sum;
}

/** Sums of the terms before `end` by their index modulo 8. */
function eightSums(terms: Float64Array, end: number): Float64Array {
  const sums = new Float64Array(8);
  for (let i = 0; i < end; i++) sums[i % 8] = (sums[i % 8] ?? 0) + (terms[i] ?? 0);
  return sums;
}

/** Index of the first entry above `value` in ascending `upTo`. */
function firstAbove(upTo: Float64Array, value: number): number {
  let low = 0;
  let high = upTo.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((upTo[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
