import type { Encryption, EncryptionOfAll } from "./encryption.js";
import { type Operand, record, type Tracer } from "./tracer.js";

/** A function of one tensor, element by element. The operand must be traced. */
export type UnaryFunction = <E extends Encryption>(x: Tracer<E>) => Tracer<E>;
/** A function of two tensors, element by element, with broadcasting. One of them must be traced. */
export type BinaryFunction = <A extends Operand, B extends Operand>(
  a: A,
  b: B,
) => Tracer<EncryptionOfAll<[A, B]>>;

/** NumPy's functions of one number, by their names here; the values are the names in graphs. */
const unaryNames = {
  abs: "absolute",
  sign: "sign",
  relu: "relu",
  square: "square",
  reciprocal: "reciprocal",
  invert: "invert",
  logicalNot: "logical_not",
  rint: "rint",
  floor: "floor",
  ceil: "ceil",
  trunc: "trunc",
  fabs: "fabs",
  sqrt: "sqrt",
  cbrt: "cbrt",
  exp: "exp",
  exp2: "exp2",
  expm1: "expm1",
  log: "log",
  log2: "log2",
  log10: "log10",
  log1p: "log1p",
  sin: "sin",
  cos: "cos",
  tan: "tan",
  arcsin: "arcsin",
  arccos: "arccos",
  arctan: "arctan",
  sinh: "sinh",
  cosh: "cosh",
  tanh: "tanh",
  arcsinh: "arcsinh",
  arccosh: "arccosh",
  arctanh: "arctanh",
  degrees: "degrees",
  radians: "radians",
  deg2rad: "deg2rad",
  rad2deg: "rad2deg",
  isfinite: "isfinite",
  isinf: "isinf",
  isnan: "isnan",
  signbit: "signbit",
  spacing: "spacing",
} as const;

/** NumPy's functions of two numbers. */
const binaryNames = {
  floorDivide: "floor_divide",
  divide: "divide",
  trueDivide: "divide",
  remainder: "remainder",
  mod: "remainder",
  fmod: "fmod",
  power: "power",
  floatPower: "float_power",
  gcd: "gcd",
  lcm: "lcm",
  maximum: "maximum",
  minimum: "minimum",
  fmax: "fmax",
  fmin: "fmin",
  equal: "equal",
  notEqual: "not_equal",
  less: "less",
  lessEqual: "less_equal",
  greater: "greater",
  greaterEqual: "greater_equal",
  bitwiseAnd: "bitwise_and",
  bitwiseOr: "bitwise_or",
  bitwiseXor: "bitwise_xor",
  leftShift: "left_shift",
  rightShift: "right_shift",
  logicalAnd: "logical_and",
  logicalOr: "logical_or",
  logicalXor: "logical_xor",
  arctan2: "arctan2",
  copysign: "copysign",
  heaviside: "heaviside",
  hypot: "hypot",
  ldexp: "ldexp",
  logaddexp: "logaddexp",
  logaddexp2: "logaddexp2",
  nextafter: "nextafter",
} as const;

/** NumPy's element-wise functions of one tensor, such as `abs` and `sqrt`. Floating-point ones end with `astype`. */
export const unaryFunctions = made(
  unaryNames,
  (op): UnaryFunction =>
    (x) =>
      record(op, [x]),
);

/** NumPy's element-wise functions of two tensors, such as `maximum` and `floorDivide`. */
export const binaryFunctions = made(
  binaryNames,
  (op): BinaryFunction =>
    (a, b) =>
      record(op, [a, b]),
);

function made<K extends string, F>(
  names: Readonly<Record<K, string>>,
  make: (op: string) => F,
): Readonly<Record<K, F>> {
  const entries = Object.entries<string>(names).map(([name, op]) => [name, make(op)] as const);
  return Object.fromEntries(entries) as Record<K, F>;
}
