import { VelumError } from "../../../base/error.js";
import {
  atLeast0Cure,
  badParam,
  checkChoice,
  checkParams,
  countCure,
  isAtLeast0,
  isCount,
  isSeed,
  isShare,
  seedCure,
  shareCure,
} from "../check-params.js";
import { type TreeQuantization, treeQuantizationDefaults } from "../tree-quantization.js";
import type { FeatureType } from "./xgb-categories.js";
import { type XgbImportance, xgbImportanceTypes } from "./xgb-importances.js";

/** Settings of XGBoost's trees; names, meaning and defaults of its scikit-learn interface. */
export interface XgbParams extends TreeQuantization {
  /** Rounds; each adds one tree, or one for each class. */
  readonly nEstimators: number;
  /** 0: no limit. */
  readonly maxDepth: number;
  /** 0: no limit. */
  readonly maxLeaves: number;
  readonly growPolicy: "depthwise" | "lossguide";
  readonly learningRate: number;
  readonly regLambda: number;
  readonly regAlpha: number;
  /** Least gain of a split. */
  readonly gamma: number;
  /** Least sum of second derivatives in a child. */
  readonly minChildWeight: number;
  /** Greatest leaf value before `learningRate`; 0: no limit. */
  readonly maxDeltaStep: number;
  /** Share of the rows that a tree sees. */
  readonly subsample: number;
  /** Shares of the features that a tree, a level of it, a node of it looks at. */
  readonly colsampleBytree: number;
  readonly colsampleBylevel: number;
  readonly colsampleBynode: number;
  /** For each feature how likely those draws take it, beside the others; 0: where no other is left. Null: all alike. */
  readonly featureWeights: readonly number[] | null;
  /**
   * Where splits are looked for: between the quantiles of all rows (`"hist"`, also `"auto"`), between quantiles of the rows' second
   * derivatives, found anew for each tree (`"approx"`), or between all values (`"exact"`).
   */
  readonly treeMethod: "auto" | "hist" | "exact" | "approx";
  /** For each feature 1 where scores may only rise with it, -1 where they may only fall, else 0; null (default): no such rules. */
  readonly monotoneConstraints: readonly number[] | null;
  /** Groups of features that may ask after each other on one way through a tree; null: all may. */
  readonly interactionConstraints: readonly (readonly number[])[] | null;
  /**
   * Several classes or targets: `"one_output_per_tree"`, or `"multi_output_tree"` for trees whose leaves hold a value for each. The latter take
   * `"hist"` and no rules, groups or categories, as in XGBoost.
   */
  readonly multiStrategy: "one_output_per_tree" | "multi_output_tree";
  /** Trees of a round, for each class; they are averaged, so a forest is boosted where rows or features are drawn. */
  readonly numParallelTree: number;
  /**
   * For each feature `"q"` where it is a number, `"c"` where its whole numbers from 0 on stand for categories; null: all are numbers. Not with
   * `"exact"`. A category that the training data did not have goes left.
   */
  readonly featureTypes: readonly FeatureType[] | null;
  /** Features with fewer categories are split one category against the others, features with more in two sets. */
  readonly maxCatToOnehot: number;
  /** Categories that the smaller set of a split may have, those of either end of the categories sorted by their value. */
  readonly maxCatThreshold: number;
  /** A number that means missing, as NaN always does; null: NaN alone. Clients read it so too. */
  readonly missing: number | null;
  /** Bins of a feature (2 to 65535), for `"hist"` and `"approx"`. */
  readonly maxBin: number;
  /** What every row begins with, in the target's unit or as a probability; null: from the data. */
  readonly baseScore: number | null;
  /** What `featureImportances` counts. */
  readonly importanceType: XgbImportance;
  /** Seed of the draws, 0 to 2^32 - 1. */
  readonly randomState: number;
  /** Ends where the metric on the last of `fit`'s `evalSet` has not become better for so many rounds; null: never. The best round counts. */
  readonly earlyStoppingRounds: number | null;
  /** What `evalSet` is judged by, XGBoost's name; null: the objective's own loss. */
  readonly evalMetric: string | null;
}

export const xgbDefaults: XgbParams = {
  ...treeQuantizationDefaults,
  nEstimators: 100,
  maxDepth: 6,
  maxLeaves: 0,
  growPolicy: "depthwise",
  learningRate: 0.3,
  regLambda: 1,
  regAlpha: 0,
  gamma: 0,
  minChildWeight: 1,
  maxDeltaStep: 0,
  subsample: 1,
  colsampleBytree: 1,
  colsampleBylevel: 1,
  colsampleBynode: 1,
  featureWeights: null,
  treeMethod: "auto",
  monotoneConstraints: null,
  interactionConstraints: null,
  multiStrategy: "one_output_per_tree",
  numParallelTree: 1,
  featureTypes: null,
  maxCatToOnehot: 4,
  maxCatThreshold: 64,
  missing: null,
  maxBin: 256,
  baseScore: null,
  importanceType: "gain",
  randomState: 0,
  earlyStoppingRounds: null,
  evalMetric: null,
};

/** What XGBoost's forests set otherwise: one full step, rows and features drawn for each tree and node. */
export const xgbForestDefaults: XgbParams = {
  ...xgbDefaults,
  learningRate: 1,
  subsample: 0.8,
  colsampleBynode: 0.8,
  regLambda: 1e-5,
};

/** Whether leaves hold a value for each of several outputs. */
export function hasVectorLeaves({ multiStrategy }: XgbParams, outputs: number): boolean {
  return multiStrategy === "multi_output_tree" && outputs > 1;
}

/** Trees that a round adds. */
export function treesPerRound(params: XgbParams, outputs: number): number {
  return params.numParallelTree * (hasVectorLeaves(params, outputs) ? 1 : outputs);
}

/** All trees in one round. Errors: `bad-argument` for early stopping, as there is no second round. */
export function asForest<Params extends XgbParams>(owner: string, params: Params): Params {
  const { earlyStoppingRounds, nEstimators } = params;
  if (earlyStoppingRounds === null)
    return { ...params, numParallelTree: nEstimators, nEstimators: 1 };
  const cure = "Pass null: a forest has one round";
  throw badParam(owner, "earlyStoppingRounds", earlyStoppingRounds, cure);
}

const isCountOr0 = (value: number) => Number.isInteger(value) && value >= 0;
const countOr0Cure = "Pass an integer of at least 0; 0 sets no limit";

/** Errors: `bad-argument` with the parameter's name. */
export function checkXgbParams(owner: string, params: XgbParams): void {
  checkParams<XgbParams>(owner, params, [
    { name: "nEstimators", good: isCount, cure: countCure },
    { name: "maxDepth", good: isCountOr0, cure: countOr0Cure },
    { name: "maxLeaves", good: isCountOr0, cure: countOr0Cure },
    {
      name: "learningRate",
      good: (value) => value > 0 && value < Number.POSITIVE_INFINITY,
      cure: "Pass a finite number above 0",
    },
    { name: "regLambda", good: isAtLeast0, cure: atLeast0Cure },
    { name: "regAlpha", good: isAtLeast0, cure: atLeast0Cure },
    { name: "gamma", good: isAtLeast0, cure: atLeast0Cure },
    { name: "minChildWeight", good: isAtLeast0, cure: atLeast0Cure },
    { name: "maxDeltaStep", good: isAtLeast0, cure: atLeast0Cure },
    { name: "subsample", good: isShare, cure: shareCure },
    { name: "colsampleBytree", good: isShare, cure: shareCure },
    { name: "colsampleBylevel", good: isShare, cure: shareCure },
    { name: "colsampleBynode", good: isShare, cure: shareCure },
    { name: "numParallelTree", good: isCount, cure: countCure },
    { name: "maxCatToOnehot", good: isCount, cure: countCure },
    { name: "maxCatThreshold", good: isCount, cure: countCure },
    {
      name: "missing",
      good: (value) => Math.abs(value) !== Number.POSITIVE_INFINITY,
      cure: "Pass a finite number, or null for NaN alone",
      orOther: true,
    },
    {
      name: "maxBin",
      good: (value) => isCount(value) && value >= 2 && value <= 65535,
      cure: "Pass an integer from 2 to 65535",
    },
    {
      name: "baseScore",
      good: Number.isFinite,
      cure: "Pass a finite number, or null",
      orOther: true,
    },
    { name: "randomState", good: isSeed, cure: seedCure },
    {
      name: "earlyStoppingRounds",
      good: isCount,
      cure: "Pass an integer of at least 1, or null",
      orOther: true,
    },
  ]);
  checkChoice(owner, "growPolicy", params.growPolicy, ["depthwise", "lossguide"]);
  checkChoice(owner, "importanceType", params.importanceType, xgbImportanceTypes);
  checkChoice(owner, "multiStrategy", params.multiStrategy, [
    "one_output_per_tree",
    "multi_output_tree",
  ]);
  checkVectorParams(owner, params);
  checkChoice(owner, "treeMethod", params.treeMethod, ["auto", "hist", "exact", "approx"]);
  if (params.missing !== null && typeof params.missing !== "number") {
    throw badParam(owner, "missing", params.missing, "Pass a finite number, or null for NaN alone");
  }
  if (params.maxDepth === 0 && params.maxLeaves === 0 && params.growPolicy === "depthwise") {
    throw new VelumError({
      code: "bad-argument",
      path: `${owner} maxDepth`,
      problem: "is 0, and maxLeaves is 0 too: trees would have no limit",
      actual: 0,
      cure: "Limit one of the two",
    });
  }
}

/** Refuses what trees for several outputs do not have. */
function checkVectorParams(owner: string, params: XgbParams): void {
  if (params.multiStrategy !== "multi_output_tree") return;
  const { treeMethod, monotoneConstraints, interactionConstraints, featureTypes } = params;
  const refused =
    treeMethod === "exact" || treeMethod === "approx"
      ? `treeMethod "hist"`
      : monotoneConstraints !== null
        ? "monotoneConstraints null"
        : interactionConstraints !== null
          ? "interactionConstraints null"
          : Array.isArray(featureTypes) && featureTypes.includes("c")
            ? "no categories in featureTypes"
            : undefined;
  if (refused === undefined) return;
  const cure = `Pass ${refused}, or "one_output_per_tree"`;
  throw badParam(owner, "multiStrategy", params.multiStrategy, cure);
}
