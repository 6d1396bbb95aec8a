import { VelumError } from "../../base/error.js";
import { CategoryQuantizer } from "../../quantize/category-quantizer.js";
import { checkTableBits } from "../additive/real-tables.js";
import type { Matrix } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import { type BayesProblem, NaiveBayes, type NaiveBayesParams } from "./naive-bayes.js";

/** Settings of a `CategoricalNB`. */
export interface CategoricalNBParams extends NaiveBayesParams {
  /** Rows added to every category of every class (Lidstone), at least 0. Default 1. */
  readonly alpha: number;
}

/** Settings of a `BernoulliNB`. */
export interface BernoulliNBParams extends CategoricalNBParams {
  /** A feature counts as 1 above this. Default 0. */
  readonly binarize: number;
}

const defaults: CategoricalNBParams = { nBits: { inputs: 8, values: 8 }, priors: null, alpha: 1 };
/** Smallest smoothing: keeps logarithms finite. */
const leastAlpha = 1e-10;

/**
 * Naive Bayes of categories: each feature's numbers are names, at most 256 of them. A category that the training data does not have is an
 * error of the client (`out-of-range`).
 */
export class CategoricalNB extends NaiveBayes<CategoricalNBParams> {
  constructor(params: Partial<CategoricalNBParams> = {}) {
    super("CategoricalNB", defaults, params);
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

  protected override checkParams(): void {
    checkDiscrete(this.name, this.getParams());
  }

  protected override likelihoods(problem: BayesProblem) {
    const { x } = problem;
    const marks = Array.from({ length: x.columns }, (_, j) => valuesOf(x, j));
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
    return {
      quantizer,
      tables: logShares(problem, quantizer, this.getParams().alpha),
      moments: {},
    };
  }
}

/** Naive Bayes of features that are there or not. */
export class BernoulliNB extends NaiveBayes<BernoulliNBParams> {
  constructor(params: Partial<BernoulliNBParams> = {}) {
    super("BernoulliNB", { ...defaults, binarize: 0 }, params);
  }

  /** `[classes][features]` logarithm of the probability that a feature is there. Errors: `not-fitted`. */
  get featureLogProb(): readonly Float64Array[] {
    return this.fitted().tables.map((own) => Float64Array.from(own, (table) => table[1] ?? 0));
  }

  protected override checkParams(): void {
    const params = this.getParams();
    checkDiscrete(this.name, params);
    if (!Number.isFinite(params.binarize)) {
      throw new ParamChecks(this.name).bad("binarize", params.binarize, "Pass a finite number");
    }
  }

  protected override likelihoods(problem: BayesProblem) {
    const { binarize, alpha } = this.getParams();
    const marks = Array.from({ length: problem.x.columns }, () => [binarize]);
    const quantizer = new CategoryQuantizer("bin", marks);
    return { quantizer, tables: logShares(problem, quantizer, alpha), moments: {} };
  }
}

/** Logarithms of the smoothed share of each place, `[classes][features][places]`. */
function logShares(
  { x, target, classes, rowWeights, classCount }: BayesProblem,
  quantizer: CategoryQuantizer,
  alpha: number,
): Float64Array[][] {
  const smooth = Math.max(alpha, leastAlpha);
  const counts = Array.from({ length: classes }, () =>
    Array.from({ length: x.columns }, (_, j) => new Float64Array(quantizer.places(j)).fill(smooth)),
  );
  quantizer.quantize(x).data.forEach((place, i) => {
    const row = Math.floor(i / x.columns);
    const own = counts[target[row] ?? 0]?.[i % x.columns];
    if (own !== undefined) own[place] = (own[place] ?? 0) + (rowWeights[row] ?? 0);
  });
  return counts.map((features, k) =>
    features.map((own) =>
      own.map((count) => Math.log(count / ((classCount[k] ?? 0) + smooth * own.length))),
    ),
  );
}

/** The different values of column `j`, ascending. */
function valuesOf(x: Matrix, j: number): Float64Array {
  const values = new Set<number>();
  for (let i = 0; i < x.rows; i++) values.add(x.data[i * x.columns + j] ?? 0);
  return Float64Array.from(values).sort();
}

function checkDiscrete(name: string, { nBits, alpha }: CategoricalNBParams): void {
  checkTableBits(name, nBits);
  new ParamChecks(name).atLeast("alpha", alpha, 0);
}
