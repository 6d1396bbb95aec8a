import { NumpyRandom } from "../../numpy-random.js";
import { type CartParams, growthLimits } from "./cart-params.js";
import { ClassCriterion, type ClassImpurity } from "./class-criterion.js";
import type { Criterion, CriterionData } from "./criterion.js";
import { type GrownNode, growTree } from "./grow-tree.js";
import { prunedTree } from "./prune-tree.js";
import { SplitRandom, splitSeedLimit } from "./split-random.js";
import { Splitter } from "./splitter.js";
import { TargetCriterion, type TargetImpurity } from "./target-criterion.js";
import { TargetsCriterion } from "./targets-criterion.js";

/** Training data of a tree, shared by all trees of a forest. */
export interface CartData {
  /** `[features, rows]` */
  readonly columns: Float32Array;
  /** `[features]` 1 where columns hold NaN, for missing; undefined where none does. */
  readonly missing?: Uint8Array | undefined;
  readonly rows: number;
  readonly features: number;
  /** `[rows]` class index or target; `[rows, targets]` of several targets. */
  readonly y: Float64Array;
  readonly impurity:
    | { readonly kind: "classes"; readonly by: ClassImpurity; readonly classes: number }
    | { readonly kind: "target"; readonly by: TargetImpurity }
    /** Squared error. */
    | { readonly kind: "targets"; readonly targets: number };
  /**
   * `[features]` 1 where the first class's share or the target may only rise with the feature, -1 where it may only fall; for two classes or
   * one target.
   */
  readonly directions?: Int8Array | undefined;
}

export interface CartSearch {
  readonly splitter: "best" | "random";
  /** Features drawn for a split. */
  readonly maxFeatures: number;
}

/**
 * Fits one tree. `weights` (`[rows]`) are undefined where each row counts once; rows of weight 0 are left out.
 * `seed` is that of NumPy's `RandomState` in scikit-learn's tree.
 */
export function fitCart(
  data: CartData,
  params: CartParams,
  search: CartSearch,
  weights: Float64Array | undefined,
  seed: number,
): GrownNode[] {
  const { columns, rows, features, impurity } = data;
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  const samples = weights === undefined ? all : all.filter((row) => weights[row] !== 0);
  const totalWeight = weights?.reduce((sum, weight) => sum + weight, 0) ?? rows;
  const limits = growthLimits(params, rows, totalWeight);
  const source: CriterionData = { samples, y: data.y, weights };
  const criterion = criterionOf(impurity, source);
  const { minSamplesLeaf, minWeightLeaf } = limits;
  const random = new SplitRandom(new NumpyRandom(seed).randint(splitSeedLimit));
  const splitter = new Splitter(
    {
      columns,
      rows,
      features,
      samples,
      totalWeight,
      directions: data.directions,
      missing: data.missing,
    },
    criterion,
    { ...search, minSamplesLeaf, minWeightLeaf },
    random,
  );
  const nodes = growTree(splitter, criterion, samples.length, limits, data.directions);
  return params.ccpAlpha > 0 ? prunedTree(nodes, params.ccpAlpha) : nodes;
}

function criterionOf(impurity: CartData["impurity"], source: CriterionData): Criterion {
  switch (impurity.kind) {
    case "classes":
      return new ClassCriterion(impurity.by, impurity.classes, source);
    case "target":
      return new TargetCriterion(impurity.by, source);
    case "targets":
      return new TargetsCriterion(impurity.targets, source);
  }
}
