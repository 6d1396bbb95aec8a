import { defineElementwise } from "../../op-spec/elementwise-op/elementwise-op.js";
import { noAttributes } from "../../op-spec/spec.js";

/** `condition != 0 ? a : b`. */
export const where = defineElementwise({
  name: "where",
  doc: "Elements of the second operand where the first is not 0, else of the third.",
  operands: 3,
  read: noAttributes,
  text: () => "{1} if {0} else {2}",
  integers:
    () =>
    (condition = 0, a = 0, b = 0) =>
      condition !== 0 ? a : b,
  pair: { kind: "select" },
});
