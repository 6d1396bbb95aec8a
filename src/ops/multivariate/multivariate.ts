import { functionName } from "../../graph/numpy-text.js";
import { defineElementwise } from "../../op-spec/elementwise-op/elementwise-op.js";
import { functionFails, readFunction } from "../univariate/univariate.js";

/** Any function of several numbers: the operands are packed into the argument of one look-up. */
export const multivariate = defineElementwise({
  name: "multivariate",
  doc: "A function of several integers, written in TypeScript. One look-up of all operands packed into one.",
  operands: "any",
  read: readFunction,
  text: (fn, operands) =>
    `${functionName(fn)}(${Array.from({ length: operands }, (_, i) => `{${i}}`).join(", ")})`,
  integers: (fn) => fn,
  noValue: functionFails,
  pair: { kind: "packed" },
});
