import { VelumError } from "../../base/error.js";
import { CategoryQuantizer } from "../../quantize/category-quantizer.js";
import { checkTableClassifier, type TableClassifierParams } from "../additive/table-classifier.js";
import type { Matrix } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import { checkPriors, givenPriors, type PriorParams, priorDefaults } from "./class-priors.js";
import { type BayesProblem, NaiveBayes } from "./naive-bayes.js";

/** What naive Bayes of look-ups of counts share. */
interface DiscreteParams extends TableClassifierParams, PriorParams {
  /** Rows added to every category of every class (Lidstone), at least 0. Default 1. */
  readonly alpha: number;
}

/** Settings of a `CategoricalNB`. */
export interface CategoricalNBParams extends DiscreteParams {
  /**
   * The numbers 0 to `minCategories - 1` are categories whether they occur or not; a list says so for each feature. Default `null`: the
   * numbers that occur.
   */
  readonly minCategories: number | readonly number[] | null;
}

/** Settings of a `BernoulliNB`. */
export interface BernoulliNBParams extends DiscreteParams {
  /** A feature counts as 1 above this. Default 0. */
  readonly binarize: number;
}

const defaults: DiscreteParams = {
  nBits: { inputs: 8, values: 8 },
  result: "scores",
  ...priorDefaults,
  alpha: 1,
};
/** Smallest smoothing: keeps logarithms finite. */
const leastAlpha = 1e-10;

/** What naive Bayes of look-ups of counts share. */
abstract class DiscreteNB<P extends DiscreteParams> extends NaiveBayes<P> {
  protected override givenPriors(classes: number): readonly number[] | null {
    return givenPriors(this.getParams(), classes);
  }

  protected override checkParams(): void {
    const { alpha, classPrior } = this.getParams();
    checkTableClassifier(this.name, this.getParams());
    checkPriors(this.name, "classPrior", classPrior);
    new ParamChecks(this.name).atLeast("alpha", alpha, 0);
  }
}

/**
 * Naive Bayes of categories: each feature's numbers are names, at most 256 of them. A category that the training data does not have is an
 * error of the client (`out-of-range`).
 */
export class CategoricalNB extends DiscreteNB<CategoricalNBParams> {
  constructor(params: Partial<CategoricalNBParams> = {}) {
    super("CategoricalNB", { ...defaults, minCategories: null }, params);
  }

  /** The categories of each feature, ascending. Errors: `not-fitted`, as all getters here. */
  get categories(): readonly Float64Array[] {
    const { quantizer } = this.fitted();
    return quantizer instanceof CategoryQuantizer ? quantizer.marks : [];
  }

  /** `[classes][features][categories]` logarithm of each category's probability. */
  get featureLogProb(): readonly (readonly Float64Array[])[] {
    return this.fitted().tables;
  }

  /** `[classes][features][categories]` rows (weights) of each category. */
  get categoryCount(): readonly (readonly Float64Array[])[] {
    const { moments, classes } = this.fitted();
    return Array.from(classes, (_, k) => moments[countName(k)] ?? []);
  }

  /** Categories of each feature. Errors: `not-fitted`. */
  get nCategories(): Float64Array {
    return Float64Array.from(this.categories, (own) => own.length);
  }

  protected override checkParams(): void {
    super.checkParams();
    const { minCategories } = this.getParams();
    const check = new ParamChecks(this.name);
    const counts = Array.isArray(minCategories) ? minCategories : [minCategories ?? 1];
    for (const count of counts) check.whole("minCategories", count, 1, 256);
  }

  protected override likelihoods(problem: BayesProblem) {
    const { x } = problem;
    const { minCategories } = this.getParams();
    if (Array.isArray(minCategories) && minCategories.length !== x.columns) {
      throw new ParamChecks(this.name).bad(
        "minCategories",
        `a list of ${minCategories.length}`,
        `Pass one number for each of the ${x.columns} features`,
      );
    }
    const leastOf = (j: number) =>
      typeof minCategories === "number" ? minCategories : (minCategories?.[j] ?? 0);
    const marks = Array.from({ length: x.columns }, (_, j) => valuesOf(x, j, leastOf(j)));
    const wide = marks.findIndex((own) => own.length > 256);
    if (wide >= 0) {
      throw new VelumError({
        code: "bad-argument",
        path: `${this.name}.fit X column ${wide}`,
        problem: `has ${marks[wide]?.length} categories`,
        limit: 256,
        actual: marks[wide]?.length ?? 0,
        cure: "Join rare categories, or use GaussianNB for numbers",
      });
    }
    const quantizer = new CategoryQuantizer("category", marks);
    const { tables, counts } = logShares(problem, quantizer, this.getParams().alpha);
    const moments = Object.fromEntries(counts.map((own, k) => [countName(k), own]));
    return { quantizer, tables, moments };
  }
}

/** Under which the counts of class `k` are kept. */
function countName(k: number): string {
  return `categoryCount ${k}`;
}

/** Naive Bayes of features that are there or not. */
export class BernoulliNB extends DiscreteNB<BernoulliNBParams> {
  constructor(params: Partial<BernoulliNBParams> = {}) {
    super("BernoulliNB", { ...defaults, binarize: 0 }, params);
  }

  /** `[classes][features]` logarithm of the probability that a feature is there. Errors: `not-fitted`. */
  get featureLogProb(): readonly Float64Array[] {
    return this.fitted().tables.map((own) => Float64Array.from(own, (table) => table[1] ?? 0));
  }

  /** `[classes][features]` rows (weights) in which a feature is there. Errors: `not-fitted`. */
  get featureCount(): readonly Float64Array[] {
    return this.fitted().moments["featureCount"] ?? [];
  }

  protected override checkParams(): void {
    super.checkParams();
    const params = this.getParams();
    if (!Number.isFinite(params.binarize)) {
      throw new ParamChecks(this.name).bad("binarize", params.binarize, "Pass a finite number");
    }
  }

  protected override likelihoods(problem: BayesProblem) {
    const { binarize, alpha } = this.getParams();
    const marks = Array.from({ length: problem.x.columns }, () => [binarize]);
    const quantizer = new CategoryQuantizer("bin", marks);
    const { tables, counts } = logShares(problem, quantizer, alpha);
    const featureCount = counts.map((own) => Float64Array.from(own, (places) => places[1] ?? 0));
    return { quantizer, tables, moments: { featureCount } };
  }
}

/** Rows (weights) in each place, and logarithms of their smoothed shares, `[classes][features][places]`. */
function logShares(
  { x, target, classes, rowWeights, classCount }: BayesProblem,
  quantizer: CategoryQuantizer,
  alpha: number,
) {
  const smooth = Math.max(alpha, leastAlpha);
  const counts = Array.from({ length: classes }, () =>
    Array.from({ length: x.columns }, (_, j) => new Float64Array(quantizer.places(j))),
  );
  quantizer.quantize(x).data.forEach((place, i) => {
    const row = Math.floor(i / x.columns);
    const own = counts[target[row] ?? 0]?.[i % x.columns];
    if (own !== undefined) own[place] = (own[place] ?? 0) + (rowWeights[row] ?? 0);
  });
  const tables = counts.map((features, k) =>
    features.map((own) =>
      own.map((count) => Math.log((count + smooth) / ((classCount[k] ?? 0) + smooth * own.length))),
    ),
  );
  return { tables, counts };
}

/** The different values of column `j`, and 0 to `least - 1`, ascending. */
function valuesOf(x: Matrix, j: number, least: number): Float64Array {
  const values = new Set<number>(Array(least).keys());
  for (let i = 0; i < x.rows; i++) values.add(x.data[i * x.columns + j] ?? 0);
  return Float64Array.from(values).sort();
}
