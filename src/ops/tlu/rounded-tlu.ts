import { VelumError } from "../../base/error.js";
import type { Attributes } from "../../graph/node.js";
import type { OpSpec } from "../../op-spec/spec.js";
import { closed } from "./closed-table.js";
import { tlu } from "./tlu.js";

/**
 * Table look-up by blocks of 2^low values: a rounding, and what follows it, in one look-up of the block's number. The argument keeps its
 * lowest bits, so that the `in_band` values on either side of a border between blocks may read the entry of either block. Made by the
 * lowering alone; its exact meaning is that of the table.
 */
export const roundedTlu: OpSpec = {
  ...tlu,
  name: "rounded_tlu",
  doc: "Look-up of every element, rounded, by a table; next to a border of two entries it may give either. One bootstrap an element.",
  mlir: (_, call) => {
    throw new VelumError({
      code: "unsupported-op",
      path: call.path,
      problem: "the dialects know no look-up of rounded values",
      cure: "Print the graph before it is lowered to look-ups",
    });
  },
  lookup: (attributes, shape) => {
    const form = tlu.lookup(attributes, shape);
    return form === undefined ? undefined : { ...closed(form), inBand: readBand(attributes) };
  },
};

function readBand({ in_band: inBand }: Attributes): number {
  return typeof inBand === "number" ? inBand : 0;
}
