import { minimalIntegerType } from "../../graph/integer-type.js";
import { closedBits } from "../../ops/tlu/closed-table.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { type TabulatedFunction, tablesAt } from "./tables-at.js";
import type { Value } from "./value.js";

/** A rounding that may be one step off for the `inBand` integers on either side of a tie. */
interface RoughRounding {
  readonly lsbs: number;
  readonly inBand: number;
}

/** Share of half a step up to which a look-up takes no more accumulators than one without a margin. */
const freeMargin = 3 / 4;

/** More are never looked up at once. */
const mostBlocks = 2 ** 13;

/**
 * A function that begins with a rounding as one look-up of the bits that the rounding keeps: those that it removes count as noise. Undefined
 * where there are too many blocks, or no room for all bits. Beyond the range of `a` the outermost results hold, so
 * that no error leads out of the table.
 */
export function lookUpRounded(
  b: LookupBuilder,
  a: Value,
  own: TabulatedFunction,
  { lsbs, inBand }: RoughRounding,
): (() => Value) | undefined {
  const step = 2 ** lsbs;
  const half = step / 2;
  const { min, max } = a.bounds;
  if ((max - min) / step > mostBlocks) return undefined;
  const block = (value: number): number => Math.floor((value + half) / step);
  const [lowest, highest] = [block(min), block(max)];
  const [first, last] = [block(min - inBand), block(max + inBand)];
  const multiples = Array.from(
    { length: last - first + 1 },
    (_, i) => Math.min(Math.max(first + i, lowest), highest) * step,
  );
  const found = tablesAt(a.shape, multiples, own);
  const bits = closedBits(multiples.length);
  // The argument stands where its own encoding has room for all of its bits.
  if (bits + lsbs > minimalIntegerType(min, max).bits) return undefined;
  const margin = (2 * inBand + 1) / step;
  return () =>
    b.blocks(a, found, own.shape, {
      ...{ first: first * step - half, lsbs, inBand },
      bits: bits + Math.log2(freeMargin / margin),
    });
}
