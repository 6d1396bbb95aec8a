import { scalar, type Tensor } from "../../base/tensor.js";
import { zip } from "../../op-spec/elementwise.js";
import { freeBits, splitAt, splitWays, widthOf } from "./cut-operands.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { packed } from "./packed-look-up.js";
import { weighted } from "./pair-product.js";
import { isTensor, type Value } from "./value.js";

/** `c != 0 ? x : y`. */
export function select(b: LookupBuilder, c: Value, x: Value | Tensor, y: Value | Tensor): Value {
  if (!isTensor(x) && !isTensor(y) && x.id === y.id) return b.add(x, b.scale(c, scalar(0)));
  const chosen = truthOf(b, c);
  if (isTensor(x) && isTensor(y)) {
    const [difference, base] = [combine(x, y, (u, v) => u - v), y];
    return b.plus(b.scale(chosen, difference), base);
  }
  const inverse = (): Value => b.plus(b.scale(chosen, scalar(-1)), scalar(1));
  const both = (): Value => b.add(gated(b, chosen, x), gated(b, inverse(), y));
  if (isTensor(x) || isTensor(y)) return both();
  const bounds = {
    min: Math.min(x.bounds.min, y.bounds.min),
    max: Math.max(x.bounds.max, y.bounds.max),
  };
  const result = b.cheapest([both, () => b.add(y, gate(b, chosen, b.subtract(x, y)))]);
  return b.within(result, bounds);
}

/** `c * x` for `c` of 0 or 1. */
export function gated(b: LookupBuilder, c: Value, x: Value | Tensor): Value {
  return isTensor(x) ? b.scale(c, x) : gate(b, c, x);
}

/** `c * x` for `c` of 0 or 1. `size`: of the cuts of wide values, once it is chosen. */
export function gate(b: LookupBuilder, c: Value, x: Value, size?: number): Value {
  if (c.bounds.min === 1) return b.add(x, b.scale(c, scalar(0)));
  if (c.bounds.max === 0) return b.scale(b.add(x, c), scalar(0));
  if (b.isClear(c) || b.isClear(x)) return weighted(b, c, x);
  const bounds = { min: Math.min(0, x.bounds.min), max: Math.max(0, x.bounds.max) };
  const part = (value: Value, own: number): Value => gate(b, c, value, own);
  if (size !== undefined && widthOf(b, x) > freeBits) {
    return b.within(splitAt(b, x, size, part), bounds);
  }
  const result = b.cheapest(
    [() => packed(b, [x, c], ([u = 0, v = 0]) => u * v)],
    splitWays(b, x, part),
  );
  return b.within(result, bounds);
}

/** 0 for 0, 1 for all else. */
export function truthOf(b: LookupBuilder, x: Value): Value {
  if (x.bounds.min >= 0 && x.bounds.max <= 1) return x;
  return b.lookUp(x, (v) => (v === 0 ? 0 : 1));
}

function combine(a: Tensor, b: Tensor, fn: (u: number, v: number) => number): Tensor {
  if (a.shape.length === 0 && b.shape.length === 0)
    return scalar(fn(a.data[0] ?? 0, b.data[0] ?? 0));
  return zip(a, b, "where", fn);
}
