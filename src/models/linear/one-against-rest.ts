import type { ClassProblem } from "./linear-classifier-estimator.js";

/** Targets of -1 and 1, one list an output: class 1 against class 0, or each of three and more against all others. */
export function oneAgainstRest({ target, classes }: ClassProblem): Float64Array[] {
  const own = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  return own.map((k) => Float64Array.from(target, (label) => (label === k ? 1 : -1)));
}
