import { defineElementwise } from "../../op-spec/elementwise-op/elementwise-op.js";
import { noAttributes, type OpSpec } from "../../op-spec/spec.js";
import {
  copySign,
  degreesOf,
  heaviside,
  logAddExp,
  logAddExp2,
  nextAfter,
  radiansOf,
  spacing,
} from "./special-functions.js";

/** NumPy's functions of one number with floating-point results, by NumPy's names. */
const ofOne: Readonly<Record<string, (a: number) => number>> = {
  arccos: Math.acos,
  arccosh: Math.acosh,
  arcsin: Math.asin,
  arcsinh: Math.asinh,
  arctan: Math.atan,
  arctanh: Math.atanh,
  cbrt: Math.cbrt,
  ceil: Math.ceil,
  cos: Math.cos,
  cosh: Math.cosh,
  deg2rad: radiansOf,
  degrees: degreesOf,
  exp: Math.exp,
  exp2: (a) => 2 ** a,
  expm1: Math.expm1,
  fabs: Math.abs,
  floor: Math.floor,
  log: Math.log,
  log10: Math.log10,
  log1p: Math.log1p,
  log2: Math.log2,
  rad2deg: degreesOf,
  radians: radiansOf,
  sin: Math.sin,
  sinh: Math.sinh,
  spacing,
  sqrt: Math.sqrt,
  tan: Math.tan,
  tanh: Math.tanh,
  trunc: Math.trunc,
};

/** NumPy's functions of two numbers with floating-point results. */
const ofTwo: Readonly<Record<string, (a: number, b: number) => number>> = {
  arctan2: Math.atan2,
  copysign: copySign,
  divide: (a, b) => a / b,
  float_power: (a, b) => a ** b,
  heaviside,
  hypot: (a, b) => Math.hypot(a, b),
  ldexp: (a, b) => a * 2 ** b,
  logaddexp: logAddExp,
  logaddexp2: logAddExp2,
  nextafter: nextAfter,
};

const tests: Readonly<Record<string, (a: number) => boolean>> = {
  isfinite: Number.isFinite,
  isinf: (a) => a === Infinity || a === -Infinity,
  isnan: Number.isNaN,
  signbit: (a) => a < 0 || Object.is(a, -0),
};

/**
 * Floating-point functions. They can be computed on ciphertexts only between an integer and an integer: then they are fused into
 * one look-up.
 */
export const floatOps: readonly OpSpec[] = [
  ...Object.entries(ofOne).map(([name, fn]) =>
    defineElementwise({
      ...{ name, doc: `NumPy's ${name}, floating-point.`, operands: 1, read: noAttributes },
      integers:
        () =>
        (a = 0) =>
          fn(a),
      result: "float",
    }),
  ),
  ...Object.entries(ofTwo).map(([name, fn]) =>
    defineElementwise({
      ...{ name, doc: `NumPy's ${name}, floating-point.`, operands: 2, read: noAttributes },
      integers:
        () =>
        (a = 0, b = 0) =>
          fn(a, b),
      result: "float",
    }),
  ),
  ...Object.entries(tests).map(([name, fn]) =>
    defineElementwise({
      ...{ name, doc: `NumPy's ${name}: 1 or 0.`, operands: 1, read: noAttributes },
      integers:
        () =>
        (a = 0) =>
          fn(a) ? 1 : 0,
      result: "integer",
    }),
  ),
  defineElementwise({
    name: "reciprocal",
    doc: "1 / a; of integers rounded towards zero.",
    operands: 1,
    read: noAttributes,
    integers:
      () =>
      (a = 0) =>
        a === 0 ? Number.NaN : Math.trunc(1 / a) + 0,
    floats:
      () =>
      (a = 0) =>
        1 / a,
  }),
];
