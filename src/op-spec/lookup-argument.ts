import { VelumError } from "../base/error.js";
import { minimalIntegerType, minimumOf } from "../graph/integer-type.js";
import { type Bounds, type GraphNode, nodePath } from "../graph/node.js";
import type { LookupForm } from "./spec.js";

/** What a look-up reads of its operand: the `bits` bits from bit `low` on of the operand less `first`. */
export interface LookupArgument {
  /** An integer, or half of one where the look-up reads blocks. */
  readonly first: number;
  readonly bits: number;
  /** Lower bits are known to be zero, or part of the noise where the look-up reads blocks. */
  readonly low: number;
  /** Higher bits may be anything; the one right above negates the result (`LookupStep`). */
  readonly wraps: boolean;
  /** Values of the operand that the look-up may be asked for; all where it wraps. */
  readonly least: number;
  readonly most: number;
}

/**
 * Look-ups read the whole measured type of their operand, or only the measured range where that takes fewer bits. A hint of
 * the user counts as measured. Look-ups with a window or with zero bits below say themselves what they read.
 */
export function lookupArgument(node: GraphNode, lookup: LookupForm): LookupArgument {
  const { low = 0, first = 0, tables, inBand } = lookup;
  if (lookup.window !== undefined) {
    const all = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
    return { first: 0, bits: lookup.window, low, wraps: true, ...all };
  }
  if (low > 0 || lookup.addends !== undefined) {
    const bits = Math.ceil(Math.log2(tables[0]?.data.length ?? 1));
    // Addends complete one entry more.
    const last = first + (2 ** bits + (lookup.addends === undefined ? 0 : 1)) * 2 ** low - 1;
    if (inBand === undefined) return { ...whole(first, bits, low), most: last };
    // Entries of blocks stand in their middles, between two values.
    return {
      ...{ first: first + (2 ** low - 1) / 2, bits, low, wraps: false },
      ...{ least: first + inBand, most: last - inBand },
    };
  }
  const { type } = node.output;
  const { min, max } = boundsOf(node);
  const { bits } = minimalIntegerType(0, max - min);
  return bits < type.bits && node.hintBits === undefined
    ? whole(min, bits, low)
    : whole(minimumOf(type), type.bits, low);
}

function whole(first: number, bits: number, low: number): LookupArgument {
  const most = first + 2 ** (bits + low) - 1;
  return { first, bits, low, wraps: false, least: first, most };
}

/** Errors: `not-compiled` before bounds are measured. */
export function boundsOf(node: GraphNode): Bounds {
  if (node.bounds !== undefined) return node.bounds;
  throw new VelumError({
    code: "not-compiled",
    path: nodePath(node),
    problem: "its range is not known",
    cure: "Measure bounds on an inputset first",
  });
}

/** Bits of the node's encoding in the compiled program, or the measured ones before the width pass. */
export function assignedBitsOf(node: GraphNode): number {
  return node.encodedBits ?? node.assignedBits ?? node.output.type.bits;
}
