import { confirmedDimension, smallestNoiseLog2 } from "./curves.js";

/** Bits of security of a set. `bits` is a lower claim, not an estimate, where `claimOnly` is true. */
export interface SecurityEstimate {
  readonly bits: number;
  readonly claimOnly: boolean;
}

/**
 * Lowest estimate over the primal, decoding and dual attacks under MATZOV for noise exactly on the 132-bit line: `[dimension, bits]`.
 * Recorded with the Lattice Estimator (commit 27a581bb); the last point is scaled back from the floor of 2^-62.
 */
const recorded: readonly (readonly [number, number])[] = [
  [640, 131.6],
  [700, 132.1],
  [1000, 131.6],
  [1024, 132.2],
  [1536, 132.6],
  [2048, 133.1],
  [2560, 133.6],
  [3072, 133.8],
];

/**
 * Estimated bits of security of LWE with binary secret of `dimension` and noise deviation `2^noiseLog2` (relative to the torus).
 * This is an interpolation of recorded estimator runs, not a run: linear in the dimension along the 132-bit line, and off the line
 * bits grow as 1 / -log2 sigma (lattice reduction at fixed dimension). It meets all recorded sets within 0.7 bits.
 * Below dimension 640, runs gave 129.3 to 130.4 on the line; only 128 is claimed there.
 */
export function estimateSecurity(dimension: number, noiseLog2: number): SecurityEstimate {
  // The line without its floor: a modulus so large that the floor cannot be reached.
  const line = smallestNoiseLog2(dimension, 1e6);
  const bits = (interpolate(dimension) * line) / noiseLog2;
  if (dimension < confirmedDimension) return { bits: Math.min(bits, 128), claimOnly: true };
  return { bits, claimOnly: false };
}

function interpolate(dimension: number): number {
  let [lowDimension, lowBits] = recorded[0] ?? [0, 0];
  for (const [highDimension, highBits] of recorded) {
    if (dimension <= highDimension) {
      if (highDimension === lowDimension) return highBits;
      const share = (dimension - lowDimension) / (highDimension - lowDimension);
      return lowBits + share * (highBits - lowBits);
    }
    lowDimension = highDimension;
    lowBits = highBits;
  }
  return lowBits;
}
