import { type CartParams, cartDefaults, checkCartParams } from "./cart/cart-params.js";
import {
  badParam,
  checkParams,
  countCure,
  countOrShareCure,
  isCount,
  isCountOrShare,
} from "./check-params.js";

/** How a forest is made of trees; names and meaning of scikit-learn. */
export interface ForestParams extends CartParams {
  readonly nEstimators: number;
  /** Each tree sees rows drawn with replacement. */
  readonly bootstrap: boolean;
  /** Rows drawn for a tree: a count, below 1 a share, null for as many as there are. */
  readonly maxSamples: number | null;
  /** Also scores each row by the trees that did not see it. */
  readonly oobScore: boolean;
  /** Keeps the trees of the fit before and adds the ones that `nEstimators` is short of; on the same rows as one fit of all. */
  readonly warmStart: boolean;
}

export const forestDefaults: ForestParams = {
  ...cartDefaults,
  nEstimators: 100,
  bootstrap: true,
  maxSamples: null,
  oobScore: false,
  warmStart: false,
};

/** Errors: `bad-argument` with the parameter's name. */
export function checkForestParams(owner: string, params: ForestParams): void {
  checkCartParams(owner, params);
  checkParams<ForestParams>(owner, params, [
    { name: "nEstimators", good: isCount, cure: countCure },
    { name: "maxSamples", good: isCountOrShare, cure: countOrShareCure, orOther: true },
  ]);
  if (params.bootstrap) return;
  if (params.maxSamples !== null) {
    throw badParam(owner, "maxSamples", params.maxSamples, "Set bootstrap, or pass null");
  }
  if (params.oobScore) {
    throw badParam(owner, "oobScore", true, "Set bootstrap: without it every tree sees every row");
  }
}

/** Rows drawn for each tree out of `rows` of total weight `weight`. */
export function rowsPerTree(maxSamples: number | null, rows: number, weight: number): number {
  if (maxSamples === null) return rows;
  return maxSamples < 1 ? Math.max(1, Math.floor(maxSamples * weight)) : maxSamples;
}
