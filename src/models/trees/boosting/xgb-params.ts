import { VelumError } from "../../../base/error.js";
import {
  atLeast0Cure,
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
  readonly treeMethod: "auto" | "hist" | "exact" | "approx";
  /** For each feature 1 where scores may only rise with it, -1 where they may only fall, else 0; null (default): no such rules. */
  readonly monotoneConstraints: readonly number[] | null;
  /** Bins of a feature (2 to 65535), for `"hist"`. */
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
  treeMethod: "auto",
  monotoneConstraints: null,
  maxBin: 256,
  baseScore: null,
  importanceType: "gain",
  randomState: 0,
  earlyStoppingRounds: null,
  evalMetric: null,
};

const isCountOr0 = (value: number) => Number.isInteger(value) && value >= 0;
const countOr0Cure = "Pass an integer of at least 0; 0 sets no limit";

/** Errors: `bad-argument` with the parameter's name, `unsupported-op` for a tree method that does not exist here. */
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
  checkChoice(owner, "treeMethod", params.treeMethod, ["auto", "hist", "exact", "approx"]);
  if (params.treeMethod === "approx") {
    throw new VelumError({
      code: "unsupported-op",
      path: `${owner} treeMethod`,
      problem: 'is "approx", which makes new bins for every tree',
      actual: "approx",
      cure: 'Pass "hist", which makes them once, or "exact"',
    });
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
