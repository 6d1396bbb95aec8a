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

/** NumPy's roundings. */
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
];
