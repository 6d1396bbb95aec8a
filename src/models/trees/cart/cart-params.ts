import {
  atLeast0Cure,
  badParam,
  checkChoice,
  checkParams,
  countOrNullCure,
  countOrShareCure,
  isAtLeast0,
  isCount,
  isCountOrShare,
  isSeed,
  seedCure,
} from "../check-params.js";
import { type TreeQuantization, treeQuantizationDefaults } from "../tree-quantization.js";
import type { GrowthLimits } from "./grow-tree.js";

/** How a tree is grown; names, meaning and defaults of scikit-learn. Counts below 1 are shares of the rows or features. */
export interface CartParams extends TreeQuantization {
  /** Null: until leaves are pure or too small. */
  readonly maxDepth: number | null;
  readonly minSamplesSplit: number;
  readonly minSamplesLeaf: number;
  /** Share (0 to 0.5) of the total weight that a leaf must have. */
  readonly minWeightFractionLeaf: number;
  /** Features looked at for a split; null for all. */
  readonly maxFeatures: number | "sqrt" | "log2" | null;
  /** Null: no limit, and the tree grows depth first instead of best first. */
  readonly maxLeafNodes: number | null;
  readonly minImpurityDecrease: number;
  /** Cost-complexity pruning: links that save less than this for each leaf are cut. */
  readonly ccpAlpha: number;
  /**
   * For each feature 1 where the target, or the second class's probability, may only rise with it, -1 where it may only fall, else 0; null:
   * no such rules. For one target and two classes.
   */
  readonly monotonicCst: readonly number[] | null;
  /** Seed, 0 to 2^32 - 1; the same seed gives scikit-learn's own draws. */
  readonly randomState: number;
}

export const cartDefaults: CartParams = {
  ...treeQuantizationDefaults,
  maxDepth: null,
  minSamplesSplit: 2,
  minSamplesLeaf: 1,
  minWeightFractionLeaf: 0,
  maxFeatures: null,
  maxLeafNodes: null,
  minImpurityDecrease: 0,
  ccpAlpha: 0,
  monotonicCst: null,
  randomState: 0,
};

/** Errors: `bad-argument` with the parameter's name. */
export function checkCartParams(owner: string, params: CartParams): void {
  checkParams<CartParams>(owner, params, [
    { name: "maxDepth", good: isCount, cure: countOrNullCure, orOther: true },
    {
      name: "minSamplesSplit",
      good: (value) => isCountOrShare(value) && value !== 1,
      cure: "Pass an integer of at least 2, or a share above 0 and below 1",
    },
    { name: "minSamplesLeaf", good: isCountOrShare, cure: countOrShareCure },
    {
      name: "minWeightFractionLeaf",
      good: (value) => value >= 0 && value <= 0.5,
      cure: "Pass a share from 0 to 0.5",
    },
    { name: "maxFeatures", good: isCountOrShare, cure: countOrShareCure, orOther: true },
    {
      name: "maxLeafNodes",
      good: (value) => isCount(value) && value > 1,
      cure: "Pass an integer of at least 2, or null for no limit",
      orOther: true,
    },
    { name: "minImpurityDecrease", good: isAtLeast0, cure: atLeast0Cure },
    { name: "ccpAlpha", good: isAtLeast0, cure: atLeast0Cure },
    { name: "randomState", good: isSeed, cure: seedCure },
  ]);
  const { maxFeatures } = params;
  if (typeof maxFeatures !== "number") {
    checkChoice(owner, "maxFeatures", maxFeatures, ["sqrt", "log2", null]);
  }
}

/** Limits in rows and weight for training rows of this number and total weight. */
export function growthLimits(params: CartParams, rows: number, weight: number): GrowthLimits {
  const inRows = (value: number) => (value < 1 ? Math.ceil(value * rows) : value);
  const minSamplesLeaf = inRows(params.minSamplesLeaf);
  return {
    maxDepth: params.maxDepth ?? Number.POSITIVE_INFINITY,
    minSamplesSplit: Math.max(2, inRows(params.minSamplesSplit), 2 * minSamplesLeaf),
    minSamplesLeaf,
    minWeightLeaf: params.minWeightFractionLeaf * weight,
    minImpurityDecrease: params.minImpurityDecrease,
    maxLeafNodes: params.maxLeafNodes ?? Number.POSITIVE_INFINITY,
  };
}

/**
 * `CartData.directions` that `monotonicCst` asks for. `outputs`: targets, or classes. Errors: `bad-argument` for other lists, and where there
 * are several targets or classes.
 */
export function directionsOf(
  owner: string,
  { monotonicCst }: Pick<CartParams, "monotonicCst">,
  features: number,
  outputs: { readonly targets: number } | { readonly classes: number },
): Int8Array | undefined {
  if (monotonicCst === null) return undefined;
  const known = Array.isArray(monotonicCst) && monotonicCst.length === features;
  if (!known || !monotonicCst.every((own) => own === 0 || Math.abs(own) === 1)) {
    const cure = `Pass 1 (rising), -1 (falling) or 0 for each of the ${features} features, or null`;
    throw badParam(owner, "monotonicCst", monotonicCst, cure);
  }
  const classes = "classes" in outputs;
  if (classes ? outputs.classes > 2 : outputs.targets > 1) {
    const cure = classes
      ? `Pass null: y holds ${outputs.classes} classes, and rules are for two`
      : `Pass null: y has ${outputs.targets} targets, and rules are for one`;
    throw badParam(owner, "monotonicCst", monotonicCst, cure);
  }
  // Trees watch the first class's share.
  return Int8Array.from(monotonicCst, (own) => (classes ? -own : own));
}

/** How many of `features` are drawn for a split. Errors: `bad-argument` for more than there are. */
export function featuresPerSplit(owner: string, params: CartParams, features: number): number {
  const { maxFeatures } = params;
  if (maxFeatures === null) return features;
  if (maxFeatures === "sqrt") return Math.max(1, Math.floor(Math.sqrt(features)));
  if (maxFeatures === "log2") return Math.max(1, Math.floor(Math.log2(features)));
  if (maxFeatures < 1) return Math.max(1, Math.floor(maxFeatures * features));
  if (maxFeatures <= features) return maxFeatures;
  throw badParam(owner, "maxFeatures", maxFeatures, `Pass at most ${features}, or null for all`);
}
