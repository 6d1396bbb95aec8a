import { log2TailProbability } from "../../security/failure.js";

/** Beyond that many deviations nothing is off. */
const farthest = 9;

/**
 * Share of evenly spread values that an approximate rounding to multiples of `step` takes to the wrong neighbour, for an error of the
 * argument of `deviation` units: values lie 1/2, 3/2, ... from a tie, two of each, and half of the errors beyond their distance lead
 * across it.
 */
export function wrongShare(deviation: number, step: number): number {
  let sum = 0;
  for (let distance = 1 / 2; distance < step / 2; distance++) {
    if (distance > farthest * deviation) break;
    sum += 2 ** log2TailProbability(distance / deviation);
  }
  return sum / step;
}
