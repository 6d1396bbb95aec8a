import type { ElementFunction } from "../../op-spec/elementwise.js";
import { defineElementwise } from "../../op-spec/elementwise-op/elementwise-op.js";
import { type GuessedType, noAttributes, type OpSpec } from "../../op-spec/spec.js";
import {
  floatFloorDivide,
  floatModulo,
  floorDivide,
  greatestCommonDivisor,
  integerPower,
  leastCommonMultiple,
  maximumOfTwo,
  minimumOfTwo,
  modulo,
} from "./integer-arithmetic.js";

const read = noAttributes;

function unary(
  name: string,
  doc: string,
  fn: (value: number) => number,
  monotone: boolean,
  more: { readonly guessedType?: GuessedType } = {},
): OpSpec {
  const integers: ElementFunction = (a = 0) => fn(a) + 0;
  return defineElementwise({
    ...{ name, doc, operands: 1, read, monotone, ...more },
    integers: () => integers,
    floats:
      () =>
      (a = 0) =>
        fn(a),
  });
}

function binary(
  name: string,
  doc: string,
  integers: (a: number, b: number) => number,
  floats: ElementFunction | undefined,
  monotone: boolean,
): OpSpec {
  const own: ElementFunction = (a = 0, b = 0) => integers(a, b);
  return defineElementwise({
    ...{ name, doc, operands: 2, read, monotone },
    integers: () => own,
    floats: () => floats ?? own,
  });
}

const positive = (difference: number): number => Math.max(difference, 0);
const negative = (difference: number): number => Math.min(difference, 0);

function extremum(
  name: string,
  doc: string,
  pick: (a: number, b: number) => number,
  of: (difference: number) => number,
  ignoreNan: boolean,
): OpSpec {
  return defineElementwise({
    ...{ name, doc, operands: 2, read, monotone: true },
    integers:
      () =>
      (a = 0, b = 0) =>
        pick(a, b),
    floats:
      () =>
      (a = 0, b = 0) => {
        if (ignoreNan && Number.isNaN(a)) return b;
        return ignoreNan && Number.isNaN(b) ? a : pick(a, b);
      },
    pair: { kind: "second plus difference", of },
  });
}

/** Integer arithmetic that is not linear: each is one look-up where the other operands are constants. */
export const arithmeticOps: readonly OpSpec[] = [
  unary("absolute", "Absolute value.", Math.abs, false),
  unary("sign", "-1, 0 or 1.", Math.sign, true),
  unary("relu", "Negative elements become 0.", (a) => Math.max(a, 0), true, {
    guessedType: "first operand, unsigned",
  }),
  unary("square", "Product of each element with itself.", (a) => a * a, false),
  binary(
    "floor_divide",
    "Quotient rounded down; 0 for a divisor of 0.",
    floorDivide,
    floatFloorDivide,
    false,
  ),
  binary(
    "remainder",
    "Remainder with the sign of the divisor; 0 for a divisor of 0.",
    modulo,
    (a = 0, b = 0) => floatModulo(a, b),
    false,
  ),
  binary(
    "fmod",
    "Remainder with the sign of the dividend.",
    (a, b) => (b === 0 ? 0 : (a % b) + 0),
    (a = 0, b = 0) => a % b,
    false,
  ),
  defineElementwise({
    ...{ name: "power", doc: "First operand to the power of the second.", operands: 2, read },
    integers:
      () =>
      (a = 0, b = 0) =>
        integerPower(a, b),
    floats:
      () =>
      (a = 0, b = 0) =>
        a ** b,
    noValue: {
      problem: "an integer to a negative power is no integer",
      cure: "Use floatPower and make its results integers with astype, or a power of 0 and more",
    },
  }),
  binary("gcd", "Greatest common divisor.", greatestCommonDivisor, undefined, false),
  binary("lcm", "Least common multiple.", leastCommonMultiple, undefined, false),
  extremum("maximum", "The larger of two elements.", maximumOfTwo, positive, false),
  extremum("minimum", "The smaller of two elements.", minimumOfTwo, negative, false),
  extremum("fmax", "The larger of two elements.", maximumOfTwo, positive, true),
  extremum("fmin", "The smaller of two elements.", minimumOfTwo, negative, true),
  defineElementwise({
    ...{ name: "clip", doc: "Elements limited to a range.", operands: 3, read, monotone: true },
    integers:
      () =>
      (a = 0, low = 0, high = 0) =>
        Math.min(Math.max(a, low), high),
  }),
];
