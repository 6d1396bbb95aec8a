import { VelumError } from "../../base/error.js";
import { contentText } from "../../base/value-text.js";
import { ParamChecks } from "../check-params.js";

/** How naive Bayes of counts takes the classes' probabilities; names and defaults of scikit-learn. */
export interface PriorParams {
  /** Classes are as likely as in the training data; `false`: equally likely. Default true. */
  readonly fitPrior: boolean;
  /** Their probabilities instead, ascending labels. Default `null`. */
  readonly classPrior: readonly number[] | null;
}

export const priorDefaults: PriorParams = { fitPrior: true, classPrior: null };

/** The given probabilities of `classes` classes, or null for those of the training data. */
export function givenPriors(
  { fitPrior, classPrior }: PriorParams,
  classes: number,
): readonly number[] | null {
  return classPrior ?? (fitPrior ? null : new Array<number>(classes).fill(1 / classes));
}

/** Logarithms of `given`, or of the shares of `classCount`. Errors: `bad-argument` for another number of classes, or one that weighs nothing; `path` names the caller. */
export function logPriors(
  classCount: Float64Array,
  given: readonly number[] | null,
  path: string,
): Float64Array {
  if (given !== null && given.length !== classCount.length) {
    throw new VelumError({
      code: "bad-argument",
      path: `${path} y`,
      problem: `holds ${classCount.length} classes, and ${given.length} priors are given`,
      actual: classCount.length,
      cure: "Pass priors for all classes, or null",
    });
  }
  if (classCount.some((count) => count === 0)) {
    throw new VelumError({
      code: "bad-argument",
      path: `${path} sampleWeight`,
      problem: "all rows of a class weigh 0",
      cure: "Drop these rows, or give some of them a weight above 0",
    });
  }
  const total = classCount.reduce((sum, count) => sum + count, 0);
  return classCount.map((count, k) => Math.log(given?.[k] ?? count / total));
}

/** Refuses what is no probability above 0. Errors: `bad-argument`. */
export function checkPriors(owner: string, name: string, priors: readonly number[] | null): void {
  const listed = Array.isArray(priors) || ArrayBuffer.isView(priors);
  if (priors === null || (listed && priors.every((prior) => prior > 0 && prior <= 1))) return;
  throw new ParamChecks(owner).bad(
    name,
    listed ? priors.join(", ") : contentText(priors),
    "Pass a probability above 0 for each class, or null",
  );
}
