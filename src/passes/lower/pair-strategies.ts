import { scalar, type Tensor } from "../../base/tensor.js";
import type { Bounds } from "../../graph/node.js";
import { modulo } from "../../ops/arithmetic/integer-arithmetic.js";
import { broadcastShapes } from "../../ops/broadcast.js";
import { zip } from "../../ops/elementwise.js";
import type { PairForm } from "../../ops/spec.js";
import type { LookupBuilder } from "./look-up-builder.js";
import { difference, reduced } from "./reduced-argument.js";
import { bitsOf, type Value } from "./value.js";
import { cutBelow } from "./windows.js";

/** Largest number of values of one operand for which each gets a case of its own. */
const mostCases = 16;

/** Up to so many bits every chunk may have a size of its own. */
const freeBits = 8;

/** Sizes of chunks that wide values are cut into, bits. */
const chunkBits = [2, 3, 4, 5, 6, 8];

/**
 * Element-wise operations on several encrypted values as linear operations and look-ups, by the cheapest of the ways below.
 * All of them are exact for every sign. Throws where every way needs a look-up that is too wide.
 */
export class PairStrategies {
  readonly #b: LookupBuilder;

  constructor(builder: LookupBuilder) {
    this.#b = builder;
  }

  /** `x * y` = floor((x+y)^2 / 4) - floor((x-y)^2 / 4): the sums have equal parity, so both floors drop the same. */
  product(x: Value, y: Value): Value {
    const b = this.#b;
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
      if (factor !== 1) return b.scale(this.product(p.value, q.value), scalar(factor));
    }
    // Zeros below both factors are zeros below the sums; the product has both.
    const [lowX, lowY] = [b.lowOf(x), b.lowOf(y)];
    if (b.isClear(x) || b.isClear(y)) return this.#weighted(x, y);
    const low = Math.max(lowX, lowY);
    const quarter = (v: number): number => Math.floor((v / 2 ** low) ** 2 / 4) * 2 ** (lowX + lowY);
    const [u, v] = [b.scale(x, scalar(2 ** (low - lowX))), b.scale(y, scalar(2 ** (low - lowY)))];
    const bounds = cornerBounds(x.bounds, y.bounds);
    const result = b.cheapest(
      [
        () => this.packed([x, y], ([p = 0, q = 0]) => p * q),
        () => b.subtract(b.lookUp(b.add(u, v), quarter), b.lookUp(difference(b, u, v), quarter)),
        ...(b.takesApart && this.#width(x) > 4 && this.#width(y) > 4
          ? this.#partProducts(x, y)
          : []),
      ],
      [
        ...this.#split(x, (part) => this.product(part, y)),
        ...this.#split(y, (part) => this.product(x, part)),
      ],
    );
    return b.within(result, bounds);
  }

  /** A product of which one side is clear: the server takes it as weights. */
  #weighted(x: Value, y: Value): Value {
    const b = this.#b;
    const shape = broadcastShapes(x.shape, y.shape, "product");
    const bounds = cornerBounds(x.bounds, y.bounds);
    const low = Math.min(30, b.lowOf(x) + b.lowOf(y));
    return b.withLow(b.operation("multiply", [x, y], {}, bounds, shape), low);
  }

  /** Bits from the lowest that either may have to the highest; a number that is always the same has none. */
  #span(x: Value, y: Value): number {
    const b = this.#b;
    const tops = [x, y].flatMap((value) =>
      b.domainOf(value).count === 1 ? [] : [b.lowOf(value) + this.#width(value)],
    );
    return Math.max(0, ...tops) - this.#lowest(x, y);
  }

  /** The lowest bit that either may have. */
  #lowest(x: Value, y: Value): number {
    const b = this.#b;
    const lows = [x, y].flatMap((value) => (b.domainOf(value).count === 1 ? [] : [b.lowOf(value)]));
    return lows.length === 0 ? 0 : Math.min(...lows);
  }

  /** Bits of a look-up of `x`. */
  #width(x: Value): number {
    return bitsOf(this.#b.domainOf(x).count);
  }

  /** Both factors cut in the middle, four narrow products. */
  #partProducts(x: Value, y: Value): (() => Value)[] {
    const b = this.#b;
    return [
      () => {
        const [xParts, yParts] = [x, y].map((factor) =>
          this.#cut(factor, Math.ceil(this.#width(factor) / 2)),
        );
        const products = (xParts ?? []).flatMap((p) =>
          (yParts ?? []).map((q) => this.product(p, q)),
        );
        return products.reduce((sum, product) => b.add(sum, product));
      },
    ];
  }

  /** `of(x - y)` where `of` depends on the sign alone. The earlier value comes first, so that both orders share one difference. */
  compare(x: Value, y: Value, of: (difference: number) => number): Value {
    const b = this.#b;
    if (y.id < x.id) return this.compare(y, x, (difference) => of(-difference));
    return b.cheapest(
      [() => b.lookUp(difference(b, x, y), of), () => b.lookUp(this.#clippedDifference(x, y), of)],
      chunkBits
        .filter((bits) => bits < this.#span(x, y))
        .map((bits) => () => b.lookUp(this.#signCode(x, y, bits), of)),
    );
  }

  /**
   * `y + of(x - y)`, where `of` is 0 or its argument, depending on the sign. Larger and smaller of two values share one look-up of
   * their difference: `max(x, y) = y + relu(x - y)` and `min(x, y) = x - relu(x - y)`, the older value first.
   */
  extremum(x: Value, y: Value, of: (difference: number) => number): Value {
    const b = this.#b;
    const takesFirst = (difference: number): number => (of(Math.sign(difference)) === 0 ? 0 : 1);
    const [first, second] = x.id < y.id ? [x, y] : [y, x];
    const largest = of(1) === 1;
    const bounds = {
      min: Math.min(x.bounds.min, y.bounds.min),
      max: Math.max(x.bounds.max, y.bounds.max),
    };
    const positive = (): Value => b.lookUp(difference(b, first, second), (d) => Math.max(d, 0));
    const written = (): Value => b.add(y, b.lookUp(b.subtract(x, y), of));
    const shared = (): Value =>
      largest ? b.add(second, positive()) : b.subtract(first, positive());
    const result = b.cheapest(
      [b.reduces ? shared : written],
      [() => this.select(this.compare(x, y, takesFirst), x, y)],
    );
    return b.within(result, bounds);
  }

  /**
   * Operations on each bit of two's complement alone: wide operands are cut into low and high bits. Above `freeBits` bits all cuts have
   * one size, `size` once it is chosen, since every further choice multiplies the ways that are tried.
   */
  bitByBit(x: Value, y: Value, fn: (u: number, v: number) => number, size?: number): Value {
    const b = this.#b;
    const span = this.#span(x, y);
    const cutAbove = (bits: number) => (): Value => {
      const to = this.#lowest(x, y) + bits;
      const [xHigh, xLow] = this.#cutAt(x, to);
      const [yHigh, yLow] = this.#cutAt(y, to);
      const low = this.packed([xLow, yLow], ([u = 0, v = 0]) => fn(u, v));
      return b.add(low, this.bitByBit(xHigh, yHigh, fn, bits));
    };
    if (size !== undefined && span > freeBits) return cutAbove(size)();
    const cut = chunkBits.filter((bits) => bits < span).map(cutAbove);
    return b.cheapest([() => this.packed([x, y], ([u = 0, v = 0]) => fn(u, v)), ...cut]);
  }

  /** Both made 0 or 1; then the number of ones decides. */
  truthValues(x: Value, y: Value, fn: (u: number, v: number) => number): Value {
    const b = this.#b;
    return b.cheapest([
      () => this.packed([x, y], ([u = 0, v = 0]) => fn(u, v)),
      () =>
        b.lookUp(b.add(this.#truth(x), this.#truth(y)), (ones) =>
          fn(ones > 0 ? 1 : 0, ones > 1 ? 1 : 0),
        ),
    ]);
  }

  /** `c != 0 ? x : y`. */
  select(c: Value, x: Value | Tensor, y: Value | Tensor): Value {
    const b = this.#b;
    if (!isTensor(x) && !isTensor(y) && x.id === y.id) return b.add(x, b.scale(c, scalar(0)));
    const chosen = this.#truth(c);
    if (isTensor(x) && isTensor(y)) {
      const [difference, base] = [combine(x, y, (u, v) => u - v), y];
      return b.plus(b.scale(chosen, difference), base);
    }
    const inverse = (): Value => b.plus(b.scale(chosen, scalar(-1)), scalar(1));
    const both = (): Value => b.add(this.gated(chosen, x), this.gated(inverse(), y));
    if (isTensor(x) || isTensor(y)) return both();
    const bounds = {
      min: Math.min(x.bounds.min, y.bounds.min),
      max: Math.max(x.bounds.max, y.bounds.max),
    };
    const result = b.cheapest([both, () => b.add(y, this.#gate(chosen, b.subtract(x, y)))]);
    return b.within(result, bounds);
  }

  /** `c * x` for `c` of 0 or 1. */
  gated(c: Value, x: Value | Tensor): Value {
    return isTensor(x) ? this.#b.scale(c, x) : this.#gate(c, x);
  }

  /** Any function: all operands counted from their smallest values, in one number of mixed radix. One look-up. */
  packed(operands: readonly Value[], fn: (values: readonly number[]) => number): Value {
    const { packed, unpack } = this.#pack(operands);
    return this.#b.lookUp(packed, (value) => fn(unpack(value)));
  }

  /** Like `packed`, for a function that also has constants of its own, element by element. */
  packedTensor(
    operands: readonly Value[],
    meaning: (operands: readonly Tensor[]) => Tensor,
    shape: readonly number[],
  ): Value {
    const { packed, unpack } = this.#pack(operands);
    return this.#b.lookUpTensor(
      packed,
      (value) =>
        meaning(
          operands.map((_, k) => ({
            shape: value.shape,
            data: value.data.map((item) => unpack(item)[k] ?? 0),
          })),
        ),
      shape,
      false,
    );
  }

  /** Any function of two values: packed, or one case for each value of one of them. */
  general(x: Value, y: Value, fn: (u: number, v: number) => number): Value {
    return this.#b.cheapest(
      [() => this.packed([x, y], ([u = 0, v = 0]) => fn(u, v))],
      [...this.#cases(y, x, (v, u) => fn(u, v)), ...this.#cases(x, y, (u, v) => fn(u, v))],
    );
  }

  /** `sum over k of [a == k] * fn(k, b)`. */
  #cases(a: Value, other: Value, fn: (a: number, b: number) => number): (() => Value)[] {
    const b = this.#b;
    const { min, max } = a.bounds;
    if (max - min >= mostCases) return [];
    return [
      () =>
        Array.from({ length: max - min + 1 }, (_, i) => min + i)
          .map((k) =>
            this.#gate(
              b.lookUp(a, (value) => (value === k ? 1 : 0)),
              b.lookUp(other, (value) => fn(k, value)),
            ),
          )
          .reduce((sum, term) => b.add(sum, term)),
    ];
  }

  #pack(operands: readonly Value[]): {
    packed: Value;
    unpack: (value: number) => number[];
  } {
    const b = this.#b;
    const domains = operands.map((operand) => b.domainOf(operand));
    // Narrow operands take the low digits: the factors of the others, which multiply their noise, are least then.
    const order = [...operands.keys()].sort(
      (i, j) =>
        (domains[i]?.count ?? 0) - (domains[j]?.count ?? 0) ||
        (b.reduces ? (operands[i]?.id ?? 0) - (operands[j]?.id ?? 0) : 0),
    );
    // Operands with zeros below are not divided: all others are multiplied instead, by `unit`.
    const radices: number[] = [];
    let radix = 1;
    let unitLog2 = 0;
    for (const k of order) {
      const { low, count } = domains[k] ?? { low: 0, count: 1 };
      radices[k] = radix;
      if (count === 1) continue;
      unitLog2 = Math.max(unitLog2, low - twos(radix));
      radix *= count;
    }
    const unit = 2 ** unitLog2;
    let packed: Value | undefined;
    let least = 0;
    for (const k of order) {
      const operand = operands[k];
      const { first, low, count } = domains[k] ?? { first: 0, low: 0, count: 1 };
      if (operand === undefined) continue;
      // A number that is always the same adds nothing but its shape.
      const factor = count === 1 ? 0 : (unit * (radices[k] ?? 1)) / 2 ** low;
      const term = b.scale(operand, scalar(factor));
      packed = packed === undefined ? term : b.add(packed, term);
      least += factor * first;
    }
    if (packed === undefined) throw new Error("nothing to pack");
    const unpack = (value: number): number[] => {
      const values: number[] = [];
      let rest = Math.round((value - least) / unit);
      for (const k of order) {
        const { first, low, count } = domains[k] ?? { first: 0, low: 0, count: 1 };
        const digit = modulo(rest, count);
        rest = (rest - digit) / count;
        values[k] = first + digit * 2 ** low;
      }
      return values;
    };
    return { packed, unpack };
  }

  /** The larger range is first clipped to just beyond the smaller one. */
  #clippedDifference(x: Value, y: Value): Value {
    const b = this.#b;
    const clip = (value: Value, to: Value): Value =>
      b.lookUp(value, (v) => Math.min(Math.max(v, to.bounds.min - 1), to.bounds.max + 1));
    return this.#width(x) > this.#width(y) ? b.subtract(clip(x, y), y) : b.subtract(x, clip(y, x));
  }

  /** A small number with the sign of `x - y`: the high bits decide, and where they are equal the low ones. */
  #signCode(x: Value, y: Value, bits: number): Value {
    const b = this.#b;
    const to = this.#lowest(x, y) + bits;
    const [xHigh, xLow] = this.#cutAt(x, to);
    const [yHigh, yLow] = this.#cutAt(y, to);
    const high = this.compare(xHigh, yHigh, Math.sign);
    const low = this.compare(xLow, yLow, Math.sign);
    return b.addScaled(low, high, 2);
  }

  /** The value with its lowest `bits` bits made zero, and those bits. */
  #cut(x: Value, bits: number): readonly [Value, Value] {
    return this.#cutAt(x, this.#b.lowOf(x) + bits);
  }

  /** The value with all bits below bit `to` made zero, and those bits. */
  #cutAt(x: Value, to: number): readonly [Value, Value] {
    const b = this.#b;
    if (b.lowOf(x) >= to) return [x, b.scale(x, scalar(0))];
    if (b.takesApart && this.#width(x) > 4 && !b.isClear(x)) {
      const { high, digits } = cutBelow(b, x, to, true);
      return [high, digits.reduce((sum, digit) => b.add(sum, digit))];
    }
    // The low part could be x less the high one, but that would have the noise of a wide encoding.
    const size = 2 ** to;
    return [b.lookUp(x, (v) => v - modulo(v, size)), b.lookUp(x, (v) => modulo(v, size))];
  }

  /** `linear(x)` from the two parts of `x`, for every size of the low part. */
  #split(x: Value, linear: (part: Value, size: number) => Value): (() => Value)[] {
    return chunkBits
      .filter((bits) => bits < this.#width(x))
      .map((bits) => () => this.#splitAt(x, bits, linear));
  }

  #splitAt(x: Value, bits: number, linear: (part: Value, size: number) => Value): Value {
    const [high, low] = this.#cut(x, bits);
    return this.#b.add(linear(low, bits), linear(high, bits));
  }

  /** `c * x` for `c` of 0 or 1. Wide values are cut in one size, as in `bitByBit`. */
  #gate(c: Value, x: Value, size?: number): Value {
    const b = this.#b;
    if (c.bounds.min === 1) return b.add(x, b.scale(c, scalar(0)));
    if (c.bounds.max === 0) return b.scale(b.add(x, c), scalar(0));
    if (b.isClear(c) || b.isClear(x)) return this.#weighted(c, x);
    const bounds = { min: Math.min(0, x.bounds.min), max: Math.max(0, x.bounds.max) };
    const part = (value: Value, own: number): Value => this.#gate(c, value, own);
    if (size !== undefined && this.#width(x) > freeBits) {
      return b.within(this.#splitAt(x, size, part), bounds);
    }
    const result = b.cheapest(
      [() => this.packed([x, c], ([u = 0, v = 0]) => u * v)],
      this.#split(x, part),
    );
    return b.within(result, bounds);
  }

  #truth(x: Value): Value {
    if (x.bounds.min >= 0 && x.bounds.max <= 1) return x;
    return this.#b.lookUp(x, (v) => (v === 0 ? 0 : 1));
  }
}

/** Which strategy an operation's form asks for. */
export function buildPair(
  strategies: PairStrategies,
  pair: PairForm | undefined,
  x: Value,
  y: Value,
  fn: (u: number, v: number) => number,
): Value {
  switch (pair?.kind) {
    case "product":
      return strategies.product(x, y);
    case "difference":
      return strategies.compare(x, y, pair.of);
    case "second plus difference":
      return strategies.extremum(x, y, pair.of);
    case "bit by bit":
      return strategies.bitByBit(x, y, fn);
    case "truth values":
      return strategies.truthValues(x, y, fn);
    default:
      return strategies.general(x, y, fn);
  }
}

/** How often 2 divides a number. */
function twos(value: number): number {
  let count = 0;
  while (value % 2 ** (count + 1) === 0) count++;
  return count;
}

/** Sound bounds of a product. */
function cornerBounds(a: Bounds, b: Bounds): Bounds {
  const corners = [a.min, a.max].flatMap((u) => [b.min, b.max].map((v) => u * v + 0));
  return { min: Math.min(...corners), max: Math.max(...corners) };
}

export function isTensor(value: Value | Tensor): value is Tensor {
  return "data" in value;
}

function combine(a: Tensor, b: Tensor, fn: (u: number, v: number) => number): Tensor {
  if (a.shape.length === 0 && b.shape.length === 0)
    return scalar(fn(a.data[0] ?? 0, b.data[0] ?? 0));
  return zip(a, b, "where", fn);
}
