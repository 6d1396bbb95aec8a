import { VelumError } from "../base/error.js";
import { minimalIntegerType, minimumOf } from "../graph/integer-type.js";
import { type Bounds, type GraphNode, nodePath } from "../graph/node.js";
import type { LookupForm } from "./spec.js";

/** What a look-up reads of its operand: the `bits` bits from bit `low` on of the operand less `first`. */
export interface LookupArgument {
  readonly first: number;
  readonly bits: number;
  /** Lower bits are known to be zero. */
  readonly low: number;
  /** Higher bits may be anything; the one right above negates the result (`LookupStep`). */
  readonly wraps: boolean;
}

/**
 * Look-ups read the whole measured type of their operand, or only the measured range where that takes fewer bits. A hint of
 * the user counts as measured. Look-ups with a window or with zero bits below say themselves what they read.
 */
export function lookupArgument(node: GraphNode, lookup: LookupForm): LookupArgument {
  const { low = 0, first = 0, tables } = lookup;
  if (lookup.window !== undefined) return { first: 0, bits: lookup.window, low, wraps: true };
  if (low > 0) {
    const entries = tables[0]?.data.length ?? 1;
    return { first, bits: Math.ceil(Math.log2(entries)), low, wraps: false };
  }
  const { type } = node.output;
  const { min, max } = boundsOf(node);
  const { bits } = minimalIntegerType(0, max - min);
  return bits < type.bits && node.hintBits === undefined
    ? { first: min, bits, low, wraps: false }
    : { first: minimumOf(type), bits: type.bits, low, wraps: false };
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
