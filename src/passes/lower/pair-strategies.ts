import type { PairForm } from "../../op-spec/spec.js";
import { chunkBits, cutAt, freeBits, lowestBit, spanOf } from "./cut-operands.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { packed } from "./packed-look-up.js";
import { gate, truthOf } from "./pair-choice.js";
import { compare, extremum } from "./pair-comparison.js";
import { product } from "./pair-product.js";
import type { Value } from "./value.js";

/** Largest number of values of one operand for which each gets a case of its own. */
const mostCases = 16;

/**
 * An element-wise operation on two encrypted values as linear operations and look-ups, by the strategy that its form asks for and the
 * cheapest of that one's ways. All of them are exact for every sign. Throws where every way needs a look-up that is too wide.
 */
export function buildPair(
  b: LookupBuilder,
  pair: PairForm | undefined,
  x: Value,
  y: Value,
  fn: (u: number, v: number) => number,
): Value {
  switch (pair?.kind) {
    case "product":
      return product(b, x, y);
    case "difference":
      return compare(b, x, y, pair.of);
    case "second plus difference":
      return extremum(b, x, y, pair.of);
    case "bit by bit":
      return bitByBit(b, x, y, fn);
    case "truth values":
      return truthValues(b, x, y, fn);
    default:
      return general(b, x, y, fn);
  }
}

/**
 * Operations on each bit of two's complement alone: wide operands are cut into low and high bits. `size`: of all cuts above
 * `freeBits` bits, once it is chosen.
 */
function bitByBit(
  b: LookupBuilder,
  x: Value,
  y: Value,
  fn: (u: number, v: number) => number,
  size?: number,
): Value {
  const span = spanOf(b, x, y);
  const cutAbove = (bits: number) => (): Value => {
    const to = lowestBit(b, x, y) + bits;
    const [xHigh, xLow] = cutAt(b, x, to);
    const [yHigh, yLow] = cutAt(b, y, to);
    const low = packed(b, [xLow, yLow], ([u = 0, v = 0]) => fn(u, v));
    return b.add(low, bitByBit(b, xHigh, yHigh, fn, bits));
  };
  if (size !== undefined && span > freeBits) return cutAbove(size)();
  const cut = chunkBits.filter((bits) => bits < span).map(cutAbove);
  return b.cheapest([() => packed(b, [x, y], ([u = 0, v = 0]) => fn(u, v)), ...cut]);
}

/** Both made 0 or 1; then the number of ones decides. */
function truthValues(
  b: LookupBuilder,
  x: Value,
  y: Value,
  fn: (u: number, v: number) => number,
): Value {
  return b.cheapest([
    () => packed(b, [x, y], ([u = 0, v = 0]) => fn(u, v)),
    () =>
      b.lookUp(b.add(truthOf(b, x), truthOf(b, y)), (ones) =>
        fn(ones > 0 ? 1 : 0, ones > 1 ? 1 : 0),
      ),
  ]);
}

/** Any function of two values: packed, or one case for each value of one of them. */
function general(
  b: LookupBuilder,
  x: Value,
  y: Value,
  fn: (u: number, v: number) => number,
): Value {
  return b.cheapest(
    [() => packed(b, [x, y], ([u = 0, v = 0]) => fn(u, v))],
    [...caseWays(b, y, x, (v, u) => fn(u, v)), ...caseWays(b, x, y, (u, v) => fn(u, v))],
  );
}

/** `sum over k of [a == k] * fn(k, other)`. */
function caseWays(
  b: LookupBuilder,
  a: Value,
  other: Value,
  fn: (a: number, b: number) => number,
): (() => Value)[] {
  const { min, max } = a.bounds;
  if (max - min >= mostCases) return [];
  return [
    () =>
      Array.from({ length: max - min + 1 }, (_, i) => min + i)
        .map((k) =>
          gate(
            b,
            b.lookUp(a, (value) => (value === k ? 1 : 0)),
            b.lookUp(other, (value) => fn(k, value)),
          ),
        )
        .reduce((sum, term) => b.add(sum, term)),
  ];
}
