/** Noise and cost formulas of Concrete's optimizer (64-bit torus, binary keys), for reproducing its published tables. */

const ulp2 = 2 ** -128;

export interface ConcreteShape {
  readonly glweDimension: number;
  readonly polynomialSize: number;
}

/** One CMUX with `levels` digits in base `2^baseLog` and key rows of variance `keyVariance`. */
export function cmuxVariance(
  { glweDimension: k, polynomialSize: size }: ConcreteShape,
  levels: number,
  baseLog: number,
  keyVariance: number,
): number {
  const base2 = 2 ** (2 * baseLog);
  const rounding = 2 ** (-2 * baseLog * levels) - ulp2;
  const key = ((levels * (k + 1) * size * (base2 + 2)) / 12) * keyVariance;
  const decomposition =
    (rounding / 24) * (1 + (k * size) / 2) +
    ((k * size) / 32) * ulp2 +
    ((1 - k * size) ** 2 / 64) * ulp2;
  return (
    key +
    decomposition +
    fourierVariance({ glweDimension: k, polynomialSize: size }, levels, baseLog)
  );
}

export function fourierVariance(
  { glweDimension: k, polynomialSize: size }: ConcreteShape,
  levels: number,
  baseLog: number,
): number {
  return 2 ** (-2.57722494 + 22 + 2 * baseLog) * levels * size * size * (k + 1) * ulp2;
}

/** Key switch, per element of the input mask. */
export function keySwitchVariancePerElement(
  levels: number,
  baseLog: number,
  keyVariance: number,
): number {
  const base2 = 2 ** (2 * baseLog);
  const dropped = (2 ** (-2 * baseLog * levels) - ulp2) / 24;
  return dropped + ulp2 / 16 + ((levels * (base2 + 2)) / 12) * keyVariance;
}

export function modulusSwitchVariance(dimension: number, polynomialSize: number): number {
  return (1 / 12 + dimension / 24) / (2 * polynomialSize) ** 2 + (-1 / 12 + dimension / 48) * ulp2;
}

/** Bootstrap, per element of the small mask. */
export function cmuxCost(
  { glweDimension: k, polynomialSize: size }: ConcreteShape,
  levels: number,
): number {
  const fourier = size * Math.log2(size) + size;
  return (k + 1) * levels * fourier + (k + 1) * fourier + (k + 1) ** 2 * levels * size;
}

export function keySwitchCost(
  inputDimension: number,
  levels: number,
  outputDimension: number,
): number {
  const digits = inputDimension * levels;
  return digits + digits * (outputDimension + 1) + (digits - 1) * (outputDimension + 1) + 1;
}
