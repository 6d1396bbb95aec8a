import { type GraphNode, nodePath } from "../graph/node.js";
import { opSpec } from "../ops/registry.js";

/** How roundings are done that need not be exact. */
export interface RoundingRule {
  /** Of roundings that leave it open. */
  readonly exactness: "exact" | "approximate";
  /** Values so far from a tie, in steps, are rounded right: 0 to below 1/2. */
  readonly band: number;
}

/** With a band of 3/8 a rounding costs what a look-up of the bits costs that it keeps; with 1/4 it is twice as much. */
export const defaultRounding: RoundingRule = { exactness: "exact", band: 3 / 8 };

/** Bits that the node removes if it is a rounding that may be approximate; undefined for every other node. */
export function roughBits(
  node: GraphNode,
  { exactness }: Pick<RoundingRule, "exactness">,
): number | undefined {
  // Clear values are rounded in clear.
  if (node.kind !== "operation" || !node.output.encrypted) return undefined;
  const rounding = opSpec(node.name, nodePath(node)).rounding(node.attributes);
  if (rounding === undefined || (rounding.exactness ?? exactness) === "exact") return undefined;
  // Of two values one is the multiple and one the tie.
  return rounding.lsbs < 2 ? undefined : rounding.lsbs;
}

/** How many integers on either side of every tie may be rounded to either neighbour, where `lsbs` bits are removed. */
export function inBandOf(lsbs: number, { band }: Pick<RoundingRule, "band">): number {
  const step = 2 ** lsbs;
  // Ties lie between two integers, half a unit below the half of a step.
  return Math.min(Math.max(0, Math.ceil(band * step - 1 / 2)), step / 2 - 1);
}
