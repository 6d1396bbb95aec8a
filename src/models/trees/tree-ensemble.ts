import type { ComparisonRule } from "../../quantize/feature-columns.js";

/** Categories that a node sends to one side; every other value, unseen ones included, goes to the other. */
export interface CategorySet {
  /** Ascending whole numbers. */
  readonly values: Int32Array;
  readonly side: "left" | "right";
}

/** One decision tree in flat arrays; node 0 is the root and children come after their parent. */
export interface Tree {
  /** `[nodes]` column of the feature that a node asks; -1 in leaves. */
  readonly feature: Int32Array;
  /** `[nodes]` number that the feature is compared with; unused in leaves and categorical nodes. */
  readonly threshold: Float64Array;
  /** `[nodes]` children; 0 in leaves. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** `[nodes]` 1 where a missing value goes left. */
  readonly missingLeft: Uint8Array;
  /** Nodes that ask for a category instead of comparing. */
  readonly categories: ReadonlyMap<number, CategorySet>;
  /** `[nodes, outputs]` what a leaf adds to each output; 0 in inner nodes. */
  readonly values: Float64Array;
}

/**
 * A fitted ensemble of trees in real numbers, whoever fitted it:
 * `scores[k] = base[k] + (sum over trees of the reached leaf's values[k]) / divisor`.
 * Immutable. What scores mean (classes, probabilities, targets) is the estimator's matter.
 */
export interface TreeEnsemble {
  readonly features: number;
  readonly outputs: number;
  readonly rule: ComparisonRule;
  readonly trees: readonly Tree[];
  /** `[outputs]` */
  readonly base: Float64Array;
  /** 1 for sums (boosting), the number of trees for averages (forests). */
  readonly divisor: number;
}
