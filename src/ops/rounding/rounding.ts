import { VelumError } from "../../base/error.js";
import type { Attributes } from "../../graph/node.js";
import { defineElementwise } from "../../op-spec/elementwise-op/elementwise-op.js";
import { noAttributes, type OpSpec } from "../../op-spec/spec.js";

/** To the nearest integer, ties to even. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value - Math.trunc(value)) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function roundTo(value: number, decimals: number): number {
  if (decimals === 0) return roundHalfEven(value);
  const factor = 10 ** Math.abs(decimals);
  return decimals > 0
    ? roundHalfEven(value * factor) / factor
    : roundHalfEven(value / factor) * factor;
}

function readDecimals(attributes: Attributes): number {
  const { decimals } = attributes;
  return typeof decimals === "number" ? decimals : 0;
}

/** `int_` for integers, `float64` for floating-point numbers; the names that NumPy prints. */
function readType(attributes: Attributes, path: string): "int_" | "float64" {
  const { dtype } = attributes;
  if (dtype === "int_" || dtype === "float64") return dtype;
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: `there is no type ${String(dtype)} here`,
    cure: 'Use "int64" or "float64"',
  });
}

function rounder(name: string): OpSpec {
  return defineElementwise({
    name,
    doc: "To the nearest multiple of 10^-decimals, ties to even.",
    operands: 1,
    read: readDecimals,
    integers:
      (decimals) =>
      (a = 0) =>
        roundTo(a, Math.min(decimals, 0)),
    floats:
      (decimals) =>
      (a = 0) =>
        roundTo(a, decimals),
    monotone: true,
  });
}

/** NumPy's roundings, and conversions between integers and floating-point numbers. */
export const roundingOps: readonly OpSpec[] = [
  rounder("round"),
  rounder("around"),
  defineElementwise({
    ...{ name: "rint", doc: "To the nearest integer, ties to even; floating-point.", operands: 1 },
    read: noAttributes,
    integers:
      () =>
      (a = 0) =>
        roundHalfEven(a),
    result: "float",
  }),
  toInteger("astype"),
];

/** Towards zero if to integers. */
function toInteger(name: string): OpSpec {
  const spec = defineElementwise({
    ...{
      name,
      doc: "Elements as integers (rounded towards zero) or as floating-point numbers.",
      operands: 1,
    },
    read: readType,
    integers:
      (type) =>
      (a = 0) =>
        type === "int_" ? Math.trunc(a) + 0 : a,
    result: "float",
  });
  const isFloat = (attributes: Attributes): boolean => readType(attributes, name) === "float64";
  const checked = defineElementwise({
    ...{ name, doc: spec.doc, operands: 1, read: readType, result: "integer" },
    integers:
      () =>
      (a = 0) =>
        Math.trunc(a) + 0,
    monotone: true,
  });
  return {
    ...checked,
    float: isFloat,
    evaluate: (attributes, operands, path) =>
      (isFloat(attributes) ? spec : checked).evaluate(attributes, operands, path),
    evaluateFloat: (attributes, operands, path) =>
      (isFloat(attributes) ? spec : checked).evaluateFloat(attributes, operands, path),
  };
}
