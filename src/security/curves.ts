import { VelumError } from "../base/error.js";

/**
 * How much noise binary-secret LWE and GLWE need. A GLWE key of k polynomials of N coefficients counts as LWE of dimension kN:
 * no attack is known that gains from the ring. The lines were fitted to the Lattice Estimator (Albrecht, Player, Scott, eprint
 * 2015/046) with the MATZOV cost model; `oracles/security` checks them again.
 */
export type SecurityLevel = 128 | 132;

interface Line {
  readonly slope: number;
  readonly bias: number;
}

const lines: Readonly<Record<SecurityLevel, Line>> = {
  132: { slope: -0.024891456582633045, bias: 2.65734593837534 },
  128: { slope: -0.025696778711484593, bias: 2.675931372549016 },
};

/** The lines were fitted from here on; smaller dimensions are refused. */
export const smallestSecureDimension = 450;

/** From this dimension on, the 132-bit line was confirmed at 131.6 bits or more under every attack tried; below only 128 is claimed. */
export const confirmedDimension = 640;

/** No noise narrower than this, or the Arora-Ge linearisation applies. */
const smallestTUniformBound = 3;

/**
 * log2 of the smallest standard deviation, relative to the torus, for a key of `dimension` binary coefficients and a modulus
 * `2^modulusLog2`. Never below four units of the modulus. Error `out-of-range` below dimension 450.
 */
export function smallestNoiseLog2(
  dimension: number,
  modulusLog2: number,
  level: SecurityLevel = 132,
): number {
  checkDimension(dimension);
  const { slope, bias } = lines[level];
  return Math.max(slope * dimension + bias, 2 - modulusLog2);
}

/** Variance of TUniform(b), uniform on `[-2^b, 2^b]` with halved ends, in units of `2^-modulusLog2`, relative to the torus. */
export function tuniformVariance(bound: number, modulusLog2: number): number {
  return ((2 ** (2 * bound + 1) + 1) / 6) * 2 ** (-2 * modulusLog2);
}

/** log2 of the standard deviation of TUniform(b), relative to the torus. */
export function tuniformNoiseLog2(bound: number, modulusLog2: number): number {
  return Math.log2(tuniformVariance(bound, modulusLog2)) / 2;
}

/**
 * The smallest TUniform bound b that is safe for `dimension` at 132 bits: its deviation lies on or above the line, it is at least 3,
 * and it is not below the rule `b = ceil(-0.025167785 dimension + modulusLog2 + 4.100671)` that was fitted to TUniform noise itself.
 * Error `out-of-range` below dimension 450.
 */
export function smallestTUniform(dimension: number, modulusLog2: number): number {
  const line = smallestNoiseLog2(dimension, modulusLog2);
  const rule = Math.ceil(-0.025167785 * dimension + modulusLog2 + 4.100671);
  let bound = Math.max(smallestTUniformBound, rule);
  while (tuniformNoiseLog2(bound, modulusLog2) < line) bound++;
  return bound;
}

/** The smallest dimension, at least `from`, whose smallest safe TUniform bound is `bound` or less. Error `out-of-range` for a bound that is unsafe anywhere. */
export function smallestDimension(
  bound: number,
  modulusLog2: number,
  from: number = confirmedDimension,
): number {
  if (bound < smallestTUniformBound) {
    throw new VelumError({
      code: "out-of-range",
      path: "TUniform noise",
      problem: `bound ${bound} is below ${smallestTUniformBound}, where the Arora-Ge attack applies`,
      limit: smallestTUniformBound,
      actual: bound,
      cure: `Use a bound of ${smallestTUniformBound} or more`,
    });
  }
  let dimension = Math.max(from, smallestSecureDimension);
  while (smallestTUniform(dimension, modulusLog2) > bound) dimension++;
  return dimension;
}

/** Whether TUniform(`bound`) noise suffices at `dimension` for 132 bits, by the line, its floor and the TUniform rule. */
export function isSecure(dimension: number, bound: number, modulusLog2: number): boolean {
  return dimension >= smallestSecureDimension && bound >= smallestTUniform(dimension, modulusLog2);
}

function checkDimension(dimension: number): void {
  if (dimension >= smallestSecureDimension) return;
  throw new VelumError({
    code: "out-of-range",
    path: "LWE dimension",
    problem: `dimension ${dimension} is below ${smallestSecureDimension}, where no security estimate was fitted`,
    limit: smallestSecureDimension,
    actual: dimension,
    cure: `Use a dimension of ${smallestSecureDimension} or more`,
  });
}
