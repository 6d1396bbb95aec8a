import { badParam } from "./check-params.js";
import type { TreeBits } from "./quantize-trees.js";

/** How a tree estimator becomes integers when it is compiled. */
export interface TreeQuantization {
  /**
   * `"thresholds"` (default): features travel as places among the trees' own thresholds, and every split is exact. A number (1 to 16):
   * features travel as points of a grid of that many bits, and the client file shows no thresholds. Leaf values have 16 bits unless
   * `leaves` (2 to 32) says otherwise.
   */
  readonly nBits: TreeBits["features"] | Partial<TreeBits>;
}

export const treeQuantizationDefaults: TreeQuantization = { nBits: "thresholds" };
const defaultLeafBits = 16;

/** The widths that `nBits` asks for. Error `bad-argument`. */
export function treeBits(owner: string, { nBits }: TreeQuantization): TreeBits {
  const given = typeof nBits === "object" && nBits !== null ? nBits : { features: nBits };
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

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
