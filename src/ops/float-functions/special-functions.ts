/** `log(exp(a) + exp(b))` without overflow. */
export function logAddExp(a: number, b: number): number {
  if (a === b) return a + Math.LN2;
  const most = Math.max(a, b);
  return most + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** `log2(2^a + 2^b)` without overflow. */
export function logAddExp2(a: number, b: number): number {
  if (a === b) return a + 1;
  return Math.max(a, b) + Math.log1p(2 ** -Math.abs(a - b)) / Math.LN2;
}

/** The next representable number after `a` towards `b`. */
export function nextAfter(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  if (a === b) return b;
  if (a === 0) return b > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, a);
  const step = b > a === a > 0 ? 1n : -1n;
  view.setBigInt64(0, view.getBigInt64(0) + step);
  return view.getFloat64(0);
}

/** Distance to the next number away from zero, with the sign of `a`. */
export function spacing(a: number): number {
  if (!Number.isFinite(a)) return Number.NaN;
  const negative = a < 0 || Object.is(a, -0);
  return nextAfter(a, negative ? -Infinity : Infinity) - a;
}

/** Multiplying by a constant would round differently for some arguments. */
export function degreesOf(radians: number): number {
  return radians * (180 / Math.PI);
}

export function radiansOf(degrees: number): number {
  return degrees * (Math.PI / 180);
}

/** Step function: 0, `middle` at 0, 1. */
export function heaviside(a: number, middle: number): number {
  if (Number.isNaN(a)) return a;
  return a === 0 ? middle : a < 0 ? 0 : 1;
}

/** `|a|` with the sign of `b`. */
export function copySign(a: number, b: number): number {
  return b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a);
}
