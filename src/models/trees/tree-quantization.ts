import { checkOptions } from "../../base/check-options.js";
import { badParam } from "./check-params.js";
import type { TreeBits } from "./quantize-trees.js";
import type { TreeResult } from "./tree-result.js";

/** How a tree estimator becomes integers when it is compiled. */
export interface TreeQuantization {
  /**
   * `"thresholds"` (default): features travel as places among the trees' own thresholds, and every split is exact. A number (1 to 16):
   * features travel as points of a grid of that many bits, and the client file shows no thresholds. Leaf values have 16 bits unless
   * `leaves` (2 to 32) says otherwise. Where `result` is decided on the server, sums of leaves have `sums` bits (3 to 12) instead.
   */
  readonly nBits: TreeBits["features"] | (Partial<TreeBits> & { readonly sums?: number });
  /** What the server returns; default `"scores"`. All others take table look-ups, and the client learns nothing else. */
  readonly result: TreeResult;
}

export const treeQuantizationDefaults: TreeQuantization = { nBits: "thresholds", result: "scores" };
const defaultSumBits = 8;
/** Leaves are rounded to this before their sums are, where only a decision is asked. */
const decisionLeafBits = 26;
const defaultLeafBits = 16;

/** The widths that `nBits` asks for. Error `bad-argument`. */
export function treeBits(owner: string, { nBits }: Pick<TreeQuantization, "nBits">): TreeBits {
  const given = typeof nBits === "object" && nBits !== null ? nBits : { features: nBits };
  checkOptions(given, ["features", "leaves", "sums"], `${owner} nBits`);
  const { features = "thresholds", leaves = defaultLeafBits } = given;
  const grid = typeof features === "number";
  if (grid ? !isWhole(features, 1, 16) : features !== "thresholds") {
    throw badParam(owner, "nBits", features, 'Pass "thresholds" or an integer from 1 to 16');
  }
  if (!isWhole(leaves, 2, 32)) {
    throw badParam(owner, "nBits leaves", leaves, "Pass an integer from 2 to 32");
  }
  return { features, leaves };
}

/** Widths where only a decision about sums is asked. Error `bad-argument`. */
export function decisionBits(
  owner: string,
  { nBits }: Pick<TreeQuantization, "nBits">,
): TreeBits & { readonly sums: number } {
  const { features } = treeBits(owner, { nBits });
  const given = typeof nBits === "object" && nBits !== null ? nBits : {};
  const { sums = defaultSumBits } = given;
  if (!isWhole(sums, 3, 12)) {
    throw badParam(owner, "nBits sums", sums, "Pass an integer from 3 to 12");
  }
  return { features, leaves: decisionLeafBits, sums };
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
