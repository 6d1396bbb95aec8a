import { chunkBits, cutAt, lowestBit, spanOf, widthOf } from "./cut-operands.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { select } from "./pair-choice.js";
import { difference } from "./reduced-argument.js";
import type { Value } from "./value.js";

/** `of(x - y)` where `of` depends on the sign alone. The earlier value comes first, so that both orders share one difference. */
export function compare(
  b: LookupBuilder,
  x: Value,
  y: Value,
  of: (difference: number) => number,
): Value {
  if (y.id < x.id) return compare(b, y, x, (difference) => of(-difference));
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
