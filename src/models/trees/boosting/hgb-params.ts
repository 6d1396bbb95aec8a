import { checkOptions } from "../../../base/check-options.js";
import {
  atLeast0Cure,
  checkChoice,
  checkParams,
  countCure,
  countOrNullCure,
  isAtLeast0,
  isCount,
  isSeed,
  isShare,
  seedCure,
  shareCure,
} from "../check-params.js";
import { type TreeQuantization, treeQuantizationDefaults } from "../tree-quantization.js";

/** When boosting stops before `maxIter`: names and defaults of scikit-learn, grouped. */
export interface EarlyStopping {
  /** `"auto"`: with more than 10,000 rows. */
  readonly when: "auto" | boolean;
  /** Share of the rows that are held out to watch the loss, above 0 and below 1. */
  readonly validationFraction: number;
  /** Rounds without an improvement above `tol`. */
  readonly nIterNoChange: number;
  readonly tol: number;
}

/** Settings of histogram boosting; names, meaning and defaults of scikit-learn. */
export interface HgbParams extends TreeQuantization {
  /** Rounds; each adds one tree, or one for each of three and more classes. */
  readonly maxIter: number;
  readonly learningRate: number;
  /** Null: no limit. */
  readonly maxLeafNodes: number | null;
  /** Null: no limit. */
  readonly maxDepth: number | null;
  readonly minSamplesLeaf: number;
  readonly l2Regularization: number;
  /** Bins of a feature without the one of missing values, 2 to 255. */
  readonly maxBins: number;
  /** Share of the features, drawn anew for each node, that a split is looked for in. */
  readonly maxFeatures: number;
  /** For each feature 1 where scores may only rise with it, -1 where they may only fall, else 0; null: no such rules. */
  readonly monotonicCst: readonly number[] | null;
  /**
   * Groups of features that may ask after each other on one way through a tree; features of no group are one group more. `"pairwise"` lets
   * every two do so, `"no_interactions"` none.
   */
  readonly interactionCst: readonly (readonly number[])[] | "pairwise" | "no_interactions" | null;
  /** Columns whose values are numbers of categories, or for each column whether they are; null: none. */
  readonly categoricalFeatures: readonly number[] | readonly boolean[] | null;
  readonly earlyStopping: EarlyStopping;
  /** Seed of the draws of features and held-out rows, 0 to 2^32 - 1. */
  readonly randomState: number;
}

export const hgbDefaults: HgbParams = {
  ...treeQuantizationDefaults,
  maxIter: 100,
  learningRate: 0.1,
  maxLeafNodes: 31,
  maxDepth: null,
  minSamplesLeaf: 20,
  l2Regularization: 0,
  maxBins: 255,
  maxFeatures: 1,
  monotonicCst: null,
  interactionCst: null,
  categoricalFeatures: null,
  earlyStopping: { when: "auto", validationFraction: 0.1, nIterNoChange: 10, tol: 1e-7 },
  randomState: 0,
};

/** Errors: `bad-argument` with the parameter's name. */
export function checkHgbParams(owner: string, params: HgbParams): void {
  checkParams<HgbParams>(owner, params, [
    { name: "maxIter", good: isCount, cure: countCure },
    {
      name: "learningRate",
      good: (value) => value > 0 && value < Number.POSITIVE_INFINITY,
      cure: "Pass a finite number above 0",
    },
    {
      name: "maxLeafNodes",
      good: (value) => isCount(value) && value > 1,
      cure: "Pass an integer of at least 2, or null for no limit",
      orOther: true,
    },
    { name: "maxDepth", good: isCount, cure: countOrNullCure, orOther: true },
    { name: "minSamplesLeaf", good: isCount, cure: countCure },
    { name: "l2Regularization", good: isAtLeast0, cure: atLeast0Cure },
    {
      name: "maxBins",
      good: (value) => isCount(value) && value >= 2 && value <= 255,
      cure: "Pass an integer from 2 to 255",
    },
    { name: "maxFeatures", good: isShare, cure: shareCure },
    { name: "randomState", good: isSeed, cure: seedCure },
  ]);
  const { interactionCst } = params;
  if (typeof interactionCst === "string") {
    checkChoice(owner, "interactionCst", interactionCst, ["pairwise", "no_interactions", null]);
  }
  checkOptions(
    params.earlyStopping,
    Object.keys(hgbDefaults.earlyStopping),
    `${owner} earlyStopping`,
  );
  checkParams<EarlyStopping>(`${owner} earlyStopping`, params.earlyStopping, [
    {
      name: "validationFraction",
      good: (value) => value > 0 && value < 1,
      cure: "Pass a share above 0 and below 1",
    },
    { name: "nIterNoChange", good: isCount, cure: countCure },
    { name: "tol", good: isAtLeast0, cure: atLeast0Cure },
  ]);
}
