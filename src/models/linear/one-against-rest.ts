import type { ClassProblem } from "./linear-classifier-estimator.js";

/** One output's targets of -1 and 1 with the weights of rows. */
export interface TwoSides {
  readonly y: Float64Array;
  readonly rowWeights: Float64Array;
}

/**
 * Two sides for each output: class 1 against class 0, or each of three and more against all others. There a class's own weight counts on
 * its own side alone, the others' rows weigh as they are: as in liblinear and scikit-learn's SGD.
 */
export function oneAgainstRest(problem: ClassProblem): TwoSides[] {
  const { target, classes, rowWeights, sampleWeights, factors } = problem;
  const sidesOf = (k: number) => Float64Array.from(target, (label) => (label === k ? 1 : -1));
  if (classes === 2) return [{ y: sidesOf(1), rowWeights }];
  return Array.from({ length: classes }, (_, k) => ({
    y: sidesOf(k),
    rowWeights: sampleWeights.map(
      (weight, i) => weight * (target[i] === k ? (factors[k] ?? 1) : 1),
    ),
  }));
}
