import { scalar, type Tensor } from "../../base/tensor.js";
import { chunkBits, cutAt, lowestBit, spanOf, widthOf } from "./cut-operands.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { select } from "./pair-choice.js";
import { difference, reduced } from "./reduced-argument.js";
import { isFrom } from "./sign-chain.js";
import type { Value } from "./value.js";
import { isAt } from "./zero-windows.js";

/** Differences of wider values are not written out as tables: no way to look them up is as cheap as chains and windows. */
const tableBits = 12;

/** Functions of wider values are no tables. */
const mostTableBits = 16;

/** `of(x - y)` where `of` depends on the sign alone. The earlier value comes first, so that both orders share one difference. */
export function compare(
  b: LookupBuilder,
  x: Value,
  y: Value,
  of: (difference: number) => number,
): Value {
  if (y.id < x.id) return compare(b, y, x, (difference) => of(-difference));
  const inPlain = b.isClear(x) && b.isClear(y);
  if (b.takesApart && !inPlain && spanOf(b, x, y) > tableBits) {
    return ofSign(b, difference(b, x, y), of);
  }
  return b.cheapest(
    [() => b.lookUp(difference(b, x, y), of), () => b.lookUp(clippedDifference(b, x, y), of)],
    chunkBits
      .filter((bits) => bits < spanOf(b, x, y))
      .map((bits) => () => b.lookUp(signCode(b, x, y, bits), of)),
  );
}

/**
 * `y + of(x - y)`, where `of` is 0 or its argument, depending on the sign. Larger and smaller of two values share one look-up of
 * their difference: `max(x, y) = y + relu(x - y)` and `min(x, y) = x - relu(x - y)`, the older value first.
 */
export function extremum(
  b: LookupBuilder,
  x: Value,
  y: Value,
  of: (difference: number) => number,
): Value {
  const takesFirst = (difference: number): number => (of(Math.sign(difference)) === 0 ? 0 : 1);
  const [first, second] = x.id < y.id ? [x, y] : [y, x];
  const largest = of(1) === 1;
  const bounds = {
    min: Math.min(x.bounds.min, y.bounds.min),
    max: Math.max(x.bounds.max, y.bounds.max),
  };
  const positive = (): Value => b.lookUp(difference(b, first, second), (d) => Math.max(d, 0));
  const written = (): Value => b.add(y, b.lookUp(b.subtract(x, y), of));
  const shared = (): Value => (largest ? b.add(second, positive()) : b.subtract(first, positive()));
  const result = b.cheapest(
    [b.reduces ? shared : written],
    [() => select(b, compare(b, x, y, takesFirst), x, y)],
  );
  return b.within(result, bounds);
}

/**
 * `of(x - c)` for a constant, where `of` depends on the sign alone; undefined where a table of all values of `x` does as well.
 */
export function compareWithConstant(
  b: LookupBuilder,
  x: Value,
  c: Tensor,
  of: (difference: number) => number,
): (() => Value) | undefined {
  const hinted = b.nodes[x.id]?.hintBits !== undefined;
  if (!b.takesApart || b.isClear(x) || hinted || widthOf(b, x) <= mostTableBits) return undefined;
  return () => ofSign(b, b.minus(x, c), of);
}

/** `of` the sign of a value of any width. */
function ofSign(b: LookupBuilder, whole: Value, of: (sign: number) => number): Value {
  const { value, factor, offset } = reduced(b, whole);
  const divides = offset === 0 && factor !== 0;
  const a = divides ? value : whole;
  const side = divides && factor < 0 ? -1 : 1;
  const one = 2 ** b.lowOf(a);
  const [negative, zero, positive] = [of(-side), of(0), of(side)];
  if (negative === positive) return isAt(b, a, scalar(0), [negative, zero]);
  if (negative === zero) return isFrom(b, a, scalar(one), [zero, positive]);
  const below = isFrom(b, a, scalar(0), [negative, zero]);
  if (zero === positive) return below;
  return b.add(below, isFrom(b, a, scalar(one), [0, positive - zero]));
}

/** The larger range is first clipped to just beyond the smaller one. */
function clippedDifference(b: LookupBuilder, x: Value, y: Value): Value {
  const clip = (value: Value, to: Value): Value =>
    b.lookUp(value, (v) => Math.min(Math.max(v, to.bounds.min - 1), to.bounds.max + 1));
  return widthOf(b, x) > widthOf(b, y) ? b.subtract(clip(x, y), y) : b.subtract(x, clip(y, x));
}

/** A small number with the sign of `x - y`: the high bits decide, and where they are equal the low ones. */
function signCode(b: LookupBuilder, x: Value, y: Value, bits: number): Value {
  const to = lowestBit(b, x, y) + bits;
  const [xHigh, xLow] = cutAt(b, x, to);
  const [yHigh, yLow] = cutAt(b, y, to);
  const high = compare(b, xHigh, yHigh, Math.sign);
  const low = compare(b, xLow, yLow, Math.sign);
  return b.addScaled(low, high, 2);
}
