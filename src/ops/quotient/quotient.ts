import { defineElementwise } from "../../op-spec/elementwise-op/elementwise-op.js";
import { readDivisor } from "../divide-exactly/divide-exactly.js";

/** `x / divisor` as a fraction, until a pass knows whether it is rounded: the scale of a mean. */
export const quotient = defineElementwise<number>({
  name: "quotient",
  doc: "Quotient by a positive integer, floating-point. Rounded it is part of a look-up; else it must come out even.",
  operands: 1,
  read: readDivisor,
  integers:
    (divisor) =>
    (a = 0) =>
      a / divisor,
  result: "float",
  monotone: true,
});
