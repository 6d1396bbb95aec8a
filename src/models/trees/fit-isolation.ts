import { NumpyRandom } from "../numpy-random.js";
import { cartRule } from "./cart/cart-ensemble.js";
import { cartDefaults } from "./cart/cart-params.js";
import { fitCart } from "./cart/fit-cart.js";
import type { GrownNode } from "./cart/grow-tree.js";
import { drawRows, treeSeedLimit } from "./fit-forest.js";
import { toTree } from "./node-list.js";
import type { Tree, TreeEnsemble } from "./tree-ensemble.js";

/** How many trees see how much. */
export interface IsolationSettings {
  readonly nEstimators: number;
  /** Rows that a tree sees. */
  readonly samples: number;
  /** Features that a tree sees. */
  readonly features: number;
  readonly bootstrap: boolean;
  readonly randomState: number;
}

/**
 * Grows isolation trees (Liu, Ting, Zhou, Isolation Forest, ICDM 2008): random cuts of random features until rows are alone. A
 * leaf holds the length of its path, with what would follow for the rows that share it, so the ensemble's score is the mean path
 * over that of a random search tree. `columns`: `[features, rows]`. Draws are scikit-learn's for the same seed.
 */
export function fitIsolation(
  columns: Float32Array,
  rows: number,
  settings: IsolationSettings,
): TreeEnsemble {
  const { nEstimators, samples, bootstrap, randomState } = settings;
  const all = columns.length / rows;
  const noise = new NumpyRandom(randomState);
  const y = Float64Array.from({ length: rows }, () => noise.random());
  const params = { ...cartDefaults, maxDepth: Math.ceil(Math.log2(Math.max(samples, 2))) };
  const seeds = new NumpyRandom(randomState);
  const trees: Tree[] = [];
  for (let at = 0; at < nEstimators; at++) {
    const seed = seeds.randint(treeSeedLimit);
    const treeSeed = new NumpyRandom(seed).randint(treeSeedLimit);
    const random = new NumpyRandom(seed);
    const chosen = drawWithout(random, all, settings.features);
    const drawn = bootstrap
      ? drawRows(random, rows, samples, undefined)
      : drawWithout(random, rows, samples);
    const weights = new Float64Array(rows);
    for (const row of drawn) weights[row] = (weights[row] ?? 0) + 1;
    const whole = settings.features === all;
    const nodes = fitCart(
      {
        columns: whole ? columns : pickColumns(columns, rows, chosen),
        rows,
        features: settings.features,
        y,
        impurity: { kind: "target", by: "squared_error" },
      },
      params,
      { splitter: "random", maxFeatures: 1 },
      weights,
      treeSeed,
    );
    writePaths(nodes, whole ? undefined : chosen);
    trees.push(toTree(nodes, 1));
  }
  const longest = averagePath(samples);
  return {
    features: all,
    outputs: 1,
    rule: cartRule,
    trees,
    // A tree of one row has no path; every row then counts as an average one.
    base: Float64Array.of(longest === 0 ? 1 : 0),
    divisor: longest === 0 ? 1 : nEstimators * longest,
  };
}

/** Mean length of an unsuccessful search in a random binary search tree of `samples` keys. */
export function averagePath(samples: number): number {
  if (samples <= 1) return 0;
  if (samples === 2) return 1;
  return 2 * (Math.log(samples - 1) + eulerGamma) - (2 * (samples - 1)) / samples;
}

const eulerGamma = 0.5772156649015329;

/** Writes path lengths into leaves and puts the names of all features for those of `chosen`. */
function writePaths(nodes: readonly GrownNode[], chosen: Int32Array | undefined): void {
  const depths = new Int32Array(nodes.length);
  nodes.forEach((node, at) => {
    const depth = depths[at] ?? 0;
    if (node.feature < 0) {
      node.value[0] = depth + averagePath(node.samples);
      return;
    }
    depths[node.left] = depth + 1;
    depths[node.right] = depth + 1;
    if (chosen !== undefined) node.feature = chosen[node.feature] ?? 0;
  });
}

function pickColumns(columns: Float32Array, rows: number, chosen: Int32Array): Float32Array {
  const out = new Float32Array(chosen.length * rows);
  chosen.forEach((from, to) => {
    out.set(columns.subarray(from * rows, (from + 1) * rows), to * rows);
  });
  return out;
}

/** `count` of `0..population-1` without replacement, by the method that scikit-learn chooses for this share. */
function drawWithout(random: NumpyRandom, population: number, count: number): Int32Array {
  const share = count / population;
  if (share > 0.01 && share < 0.99) return random.permutation(population).subarray(0, count);
  if (share < 0.2) {
    const taken = new Set<number>();
    while (taken.size < count) taken.add(random.randint(population));
    return Int32Array.from(taken);
  }
  const out = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count; i < population; i++) {
    const j = random.randint(i + 1);
    if (j < count) out[j] = i;
  }
  return out;
}
