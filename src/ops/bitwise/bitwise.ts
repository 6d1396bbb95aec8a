import type { ElementFunction } from "../../op-spec/elementwise.js";
import { defineElementwise } from "../../op-spec/elementwise-op/elementwise-op.js";
import { noAttributes, type OpSpec, type PairForm } from "../../op-spec/spec.js";

const read = noAttributes;

function bitwise(
  name: string,
  doc: string,
  small: (a: number, b: number) => number,
  large: (a: bigint, b: bigint) => bigint,
): OpSpec {
  const fn: ElementFunction = (a = 0, b = 0) =>
    a === (a | 0) && b === (b | 0) ? small(a, b) : Number(large(BigInt(a), BigInt(b)));
  return defineElementwise({
    ...{ name, doc, operands: 2, read, result: "integer", integerOperands: true },
    integers: () => fn,
    pair: { kind: "bit by bit" },
  });
}

function logical(name: string, doc: string, fn: (a: boolean, b: boolean) => boolean): OpSpec {
  return defineElementwise({
    ...{ name, doc, operands: 2, read, result: "integer" },
    integers:
      () =>
      (a = 0, b = 0) =>
        Number(fn(a !== 0, b !== 0)),
    pair: { kind: "truth values" } satisfies PairForm,
  });
}

const negativeShift = "integers are not shifted by a negative number of bits";

/** Shifts and operations on bits of two's complement, and on truth values (0 is false). */
export const bitwiseOps: readonly OpSpec[] = [
  bitwise(
    "bitwise_and",
    "Bits that both have.",
    (a, b) => a & b,
    (a, b) => a & b,
  ),
  bitwise(
    "bitwise_or",
    "Bits that one of them has.",
    (a, b) => a | b,
    (a, b) => a | b,
  ),
  bitwise(
    "bitwise_xor",
    "Bits that just one of them has.",
    (a, b) => a ^ b,
    (a, b) => a ^ b,
  ),
  defineElementwise({
    ...{
      name: "left_shift",
      doc: "First operand times 2 to the power of the second.",
      operands: 2,
      read,
      integerOperands: true,
    },
    integers:
      () =>
      (a = 0, b = 0) =>
        b < 0 ? Number.NaN : a * 2 ** b,
    result: "integer",
    noValue: {
      problem: negativeShift,
      cure: "Shift to the right (rightShift) by a positive number",
    },
  }),
  defineElementwise({
    ...{
      name: "right_shift",
      doc: "First operand divided by 2 to the power of the second, rounded down.",
      operands: 2,
      read,
      integerOperands: true,
    },
    integers:
      () =>
      (a = 0, b = 0) =>
        b < 0 ? Number.NaN : Math.floor(a / 2 ** b),
    result: "integer",
    noValue: { problem: negativeShift, cure: "Shift to the left (leftShift) by a positive number" },
  }),
  defineElementwise({
    ...{
      name: "invert",
      doc: "All bits changed: -a - 1.",
      operands: 1,
      read,
      integerOperands: true,
      result: "integer",
      monotone: true,
    },
    integers:
      () =>
      (a = 0) =>
        -a - 1,
  }),
  logical("logical_and", "1 where neither is 0.", (a, b) => a && b),
  logical("logical_or", "1 where one is not 0.", (a, b) => a || b),
  logical("logical_xor", "1 where just one is 0.", (a, b) => a !== b),
  defineElementwise({
    ...{
      name: "logical_not",
      doc: "1 where the element is 0.",
      operands: 1,
      read,
      result: "integer",
    },
    integers:
      () =>
      (a = 0) =>
        a === 0 ? 1 : 0,
  }),
];
