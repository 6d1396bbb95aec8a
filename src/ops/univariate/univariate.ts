import { VelumError } from "../../base/error.js";
import type { Attributes, ScalarFunction } from "../../graph/node.js";
import { functionName } from "../../graph/numpy-text.js";
import type { NoValue } from "../../op-spec/elementwise-op/elementwise-failure.js";
import { defineElementwise } from "../../op-spec/elementwise-op/elementwise-op.js";

/** The function that a node carries. Errors: `bad-argument`. */
export function readFunction(attributes: Attributes, path: string): ScalarFunction {
  const { function: fn } = attributes;
  if (typeof fn === "function") return fn;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: "the node has no function",
    cure: "Make it with fhe.univariate or fhe.multivariate",
  });
}

/** What the errors of the caller's functions say. */
export const functionFails: NoValue = {
  problem: "the function gives a result that is not a number",
  cure: "Make it give an integer for every value that it may get",
  callerCode: true,
};

/** Any function of one number, given as a TypeScript function. Its results on the traced sample tell whether they are integers. */
export const univariate = defineElementwise({
  name: "univariate",
  doc: "A function of one integer, written in TypeScript, on every element. One look-up.",
  operands: 1,
  read: readFunction,
  text: (fn) => `${functionName(fn)}({0})`,
  integers: (fn) => fn,
  noValue: functionFails,
});

/** The same for functions with floating-point results. */
export const floatUnivariate = defineElementwise({
  name: "float_univariate",
  doc: "A function of one number with floating-point results, written in TypeScript; fused into one look-up.",
  operands: 1,
  read: readFunction,
  text: (fn) => `${functionName(fn)}({0})`,
  integers: (fn) => fn,
  noValue: functionFails,
  result: "float",
});
