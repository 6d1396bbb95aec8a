import { scalar } from "../../base/tensor.js";
import type { Bounds } from "../../graph/node.js";
import { broadcastShapes } from "../../op-spec/broadcast.js";
import { cutLow, splitWays, widthOf } from "./cut-operands.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { largestComputedBits } from "./look-up-limits.js";
import { packed } from "./packed-look-up.js";
import { difference, reduced } from "./reduced-argument.js";
import type { Value } from "./value.js";

/** `x * y` = floor((x+y)^2 / 4) - floor((x-y)^2 / 4): the sums have equal parity, so both floors drop the same. */
export function product(b: LookupBuilder, x: Value, y: Value): Value {
  for (const [known, other] of [
    [x, y],
    [y, x],
  ] as const) {
    if (known.bounds.min === known.bounds.max) {
      const stretched = b.add(other, b.scale(known, scalar(0)));
      return b.scale(stretched, scalar(known.bounds.min));
    }
  }
  if (b.reduces) {
    // Factors of the factors are left away: 2x * 3y = 6 (x * y).
    const [p, q] = [reduced(b, x), reduced(b, y)];
    const factor = p.offset === 0 && q.offset === 0 ? p.factor * q.factor : 1;
    if (factor !== 1) return b.scale(product(b, p.value, q.value), scalar(factor));
  }
  // Zeros below both factors are zeros below the sums; the product has both.
  const [lowX, lowY] = [b.lowOf(x), b.lowOf(y)];
  if (b.isClear(x) || b.isClear(y)) return weighted(b, x, y);
  const low = Math.max(lowX, lowY);
  const quarter = (v: number): number => Math.floor((v / 2 ** low) ** 2 / 4) * 2 ** (lowX + lowY);
  const [u, v] = [b.scale(x, scalar(2 ** (low - lowX))), b.scale(y, scalar(2 ** (low - lowY)))];
  const bounds = cornerBounds(x.bounds, y.bounds);
  const squares = (): Value =>
    b.subtract(b.lookUp(b.add(u, v), quarter), b.lookUp(difference(b, u, v), quarter));
  const result = b.cheapest(
    [
      () => packed(b, [x, y], ([p = 0, q = 0]) => p * q),
      ...(squareBits(u, v) - 2 * low > largestComputedBits ? [] : [squares]),
      ...(b.takesApart && widthOf(b, x) > 4 && widthOf(b, y) > 4 ? partWays(b, x, y) : []),
    ],
    [
      ...splitWays(b, x, (part) => product(b, part, y)),
      ...splitWays(b, y, (part) => product(b, x, part)),
    ],
  );
  return b.within(result, bounds);
}

/** Bits of a quarter of the square of a sum. */
function squareBits(u: Value, v: Value): number {
  const most = (value: Value): number => Math.max(-value.bounds.min, value.bounds.max);
  return 2 * Math.log2(Math.max(1, most(u) + most(v))) - 2;
}

/** Both factors cut in the middle, four narrow products. */
function partWays(b: LookupBuilder, x: Value, y: Value): (() => Value)[] {
  return [
    () => {
      const [xParts, yParts] = [x, y].map((factor) =>
        cutLow(b, factor, Math.ceil(widthOf(b, factor) / 2)),
      );
      const products = (xParts ?? []).flatMap((p) => (yParts ?? []).map((q) => product(b, p, q)));
      return products.reduce((sum, product) => b.add(sum, product));
    },
  ];
}

/** A product of which one side is clear: the server takes it as weights. */
export function weighted(b: LookupBuilder, x: Value, y: Value): Value {
  const shape = broadcastShapes(x.shape, y.shape, "product");
  const bounds = cornerBounds(x.bounds, y.bounds);
  const low = Math.min(30, b.lowOf(x) + b.lowOf(y));
  return b.withLow(b.operation("multiply", [x, y], {}, bounds, shape), low);
}

/** Sound bounds of a product. */
function cornerBounds(a: Bounds, b: Bounds): Bounds {
  const corners = [a.min, a.max].flatMap((u) => [b.min, b.max].map((v) => u * v + 0));
  return { min: Math.min(...corners), max: Math.max(...corners) };
}
