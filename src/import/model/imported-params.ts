import { VelumError } from "../../base/error.js";
import {
  bitsOf,
  checkLinearParams,
  defaultLinearParams,
  type LinearBits,
} from "../../models/linear/linear-params.js";
import type { TreeBits } from "../../models/trees/quantize-trees.js";
import {
  decisionBits,
  type TreeQuantization,
  treeBits,
} from "../../models/trees/tree-quantization.js";
import type { ImportedResult } from "./decide-on-server.js";

/** How an imported model becomes integers when it is compiled. */
export interface ImportedParams {
  /**
   * Trees: `"thresholds"` (default), a grid's bits (1 to 16), or `{ features, leaves }`, as of tree estimators. Linear models: bits of
   * inputs and weights, one number or `{ inputs, weights }`; `"thresholds"` stands for 8 there.
   */
  readonly nBits: TreeQuantization["nBits"] | LinearBits;
  /** Linear models: affine preprocessing goes into the weights, and clients learn nothing of it. Default false. */
  readonly foldPreprocessing: boolean;
  /**
   * What the server returns: raw scores (default); of classifiers the class alone, or `{ top: k }`, the k likeliest, best first; of
   * regressors `{ above: t }`, 1 where the prediction is above t, else 0; of several targets a bit each, with one t for all or a list with
   * one each. All but scores take table look-ups and evaluation keys. Sums of trees then have `nBits.sums` bits (3 to 12, default 8), as of
   * tree estimators; widths of linear models are lowered until differences of scores fit in 14.
   */
  readonly result: ImportedResult;
}

export const importedDefaults: ImportedParams = {
  nBits: "thresholds",
  foldPreprocessing: false,
  result: "scores",
};

/** The widths for trees. Error `bad-argument`. */
export function importedTreeBits(owner: string, { nBits }: ImportedParams): TreeBits {
  return treeBits(owner, { nBits: ofTrees(owner, nBits) });
}

/** The widths where the server decides. Error `bad-argument`. */
export function importedDecisionBits(owner: string, { nBits }: ImportedParams) {
  return decisionBits(owner, { nBits: ofTrees(owner, nBits) });
}

function ofTrees(owner: string, nBits: ImportedParams["nBits"]): TreeQuantization["nBits"] {
  if (typeof nBits !== "object" || nBits === null || !("weights" in nBits)) return nBits;
  throw new VelumError({
    code: "bad-argument",
    path: `${owner} nBits`,
    problem: "has widths of inputs and weights, and the model is made of trees",
    cure: 'Pass "thresholds", an integer from 1 to 16, or { features, leaves }',
  });
}

/** The widths for a linear model. Error `bad-argument`. */
export function importedLinearBits(owner: string, { nBits }: ImportedParams): LinearBits {
  const given =
    typeof nBits === "object" && nBits !== null && "weights" in nBits ? nBits : undefined;
  const width = typeof nBits === "number" ? nBits : defaultLinearParams.nBits;
  const params = { ...defaultLinearParams, nBits: given ?? width };
  checkLinearParams(owner, params);
  return bitsOf(params);
}
