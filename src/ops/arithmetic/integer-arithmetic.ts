import type { ElementFunction } from "../../op-spec/elementwise.js";

/** `floor(a / b)` of integers, exact; 0 for `b = 0`, as NumPy has it. */
export function floorDivide(a: number, b: number): number {
  return b === 0 ? 0 : (a - modulo(a, b)) / b;
}

/** Remainder with the sign of `b`; 0 for `b = 0`, as NumPy has it. */
export function modulo(a: number, b: number): number {
  if (b === 0) return 0;
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest + 0;
}

/** `a ** b` of integers; not a number for negative `b`. */
export function integerPower(a: number, b: number): number {
  return b < 0 ? Number.NaN : a ** b;
}

export function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

export function leastCommonMultiple(a: number, b: number): number {
  const divisor = greatestCommonDivisor(a, b);
  return divisor === 0 ? 0 : Math.abs(a / divisor) * Math.abs(b);
}

/** NumPy's remainder of floating-point numbers. */
export function floatModulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

export const floatFloorDivide: ElementFunction = (a = 0, b = 0) => {
  const quotient = (a - floatModulo(a, b)) / b;
  return Number.isFinite(quotient) ? Math.round(quotient) : a / b;
};

/** NaN if either is, else the smaller. */
export function minimumOfTwo(a: number, b: number): number {
  return Math.min(a, b);
}

export function maximumOfTwo(a: number, b: number): number {
  return Math.max(a, b);
}
