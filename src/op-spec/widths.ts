import type { WidthRule } from "./spec.js";

/**
 * Products with a clear side keep one width. Two encrypted operands are added and subtracted before a look-up, which
 * takes one bit more; the look-up's result is free.
 */
export function productWidths(encrypted: readonly boolean[]): WidthRule {
  if (encrypted.every((is) => is)) return { equal: "operands", spareBits: 1 };
  return { equal: "operands and result", spareBits: 0 };
}
