import type { Tensor } from "../../base/tensor.js";
import { UniformQuantizer } from "../../quantize/uniform-quantizer.js";
import { tableBitsOf } from "../additive/real-tables.js";
import { checkTableClassifier, type TableClassifierParams } from "../additive/table-classifier.js";
import type { Matrix } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import { checkPriors } from "./class-priors.js";
import { type BayesProblem, NaiveBayes, type NaiveBayesFit } from "./naive-bayes.js";

/** Settings of a `GaussianNB`. */
export interface GaussianNBParams extends TableClassifierParams {
  /** Probabilities of the classes, ascending labels; `null` (default): as in the training data. */
  readonly priors: readonly number[] | null;
  /** Share of the largest feature variance that is added to all. Default 1e-9. */
  readonly varSmoothing: number;
}

const defaults: GaussianNBParams = {
  nBits: { inputs: 6, values: 8 },
  result: "scores",
  priors: null,
  varSmoothing: 1e-9,
};

/**
 * Naive Bayes with a normal distribution a feature and class. Features are laid on `2^inputs` even places over the training data's range; a
 * place counts as its middle.
 *
 *     const model = new GaussianNB().fit(XTrain, yTrain);
 *     const circuit = await model.compile(XTrain);
 *     await model.predict(XTest, { fhe: "execute" });
 */
export class GaussianNB extends NaiveBayes<GaussianNBParams> {
  constructor(params: Partial<GaussianNBParams> = {}) {
    super("GaussianNB", defaults, params);
  }

  /** Means, one list of `[features]` a class. Errors: `not-fitted`. */
  get theta(): readonly Float64Array[] {
    return this.fitted().moments["theta"] ?? [];
  }

  /** Variances, one list of `[features]` a class. Errors: `not-fitted`. */
  get var(): readonly Float64Array[] {
    return this.fitted().moments["variances"] ?? [];
  }

  /** What was added to all variances. Errors: `not-fitted`. */
  get epsilon(): number {
    return this.fitted().moments["epsilon"]?.[0]?.[0] ?? 0;
  }

  /** Probabilities of the classes. Errors: `not-fitted`. */
  get classPrior(): Float64Array {
    return this.classLogPrior.map(Math.exp);
  }

  protected override givenPriors(): readonly number[] | null {
    return this.getParams().priors;
  }

  protected override checkParams(): void {
    const { priors, varSmoothing } = this.getParams();
    checkPriors(this.name, "priors", priors);
    const sum = (priors ?? [1]).reduce((total, prior) => total + prior, 0);
    if (Math.abs(sum - 1) > 1e-8) {
      throw new ParamChecks(this.name).bad(
        "priors",
        `of sum ${sum}`,
        "Pass priors that add up to 1",
      );
    }
    checkTableClassifier(this.name, this.getParams());
    new ParamChecks(this.name).atLeast("varSmoothing", varSmoothing, 0);
  }

  protected override likelihoods(problem: BayesProblem) {
    const { x } = problem;
    const { nBits, varSmoothing } = this.getParams();
    const all = { ...problem, target: new Float64Array(x.rows), classes: 1 };
    const ones = new Float64Array(x.rows).fill(1);
    const { variances: spread } = momentsOf({ ...all, rowWeights: ones });
    const widest = Math.max(...(spread[0] ?? []));
    // Where nothing varies at all, any spread gives every class the same.
    const floor = widest > 0 ? varSmoothing * widest : 1;
    const { theta, variances: raw } = momentsOf(problem);
    const variances = raw.map((own) => own.map((v) => v + floor));
    if (variances.some((own) => own.some((v) => !(v > 0)))) {
      const cure = "Pass a number above 0: a feature never varies within a class";
      throw new ParamChecks(this.name).bad("varSmoothing", varSmoothing, cure);
    }
    const quantizer = UniformQuantizer.calibrate(x, {
      nBits: tableBitsOf(nBits).inputs,
      granularity: "perFeature",
    });
    const places = Array.from({ length: quantizer.qMax + 1 }, (_, v) => v);
    const tables = theta.map((means, k) =>
      Array.from(means, (mean, j) => {
        const scale = quantizer.scale[j] ?? 1;
        const zero = quantizer.zeroPoint[j] ?? 0;
        return Float64Array.from(places, (v) =>
          logNormal(scale * (v - zero), mean, variances[k]?.[j] ?? 1),
        );
      }),
    );
    return { quantizer, tables, moments: { theta, variances, epsilon: [Float64Array.of(floor)] } };
  }

  protected override floatScores(fitted: NaiveBayesFit, x: Matrix): Tensor {
    const { theta = [], variances = [] } = fitted.moments;
    const classes = theta.length;
    const data = Float64Array.from({ length: x.rows * classes }, (_, i) => {
      const k = i % classes;
      const row = Math.floor(i / classes) * x.columns;
      let sum = fitted.bias[k] ?? 0;
      for (let j = 0; j < x.columns; j++) {
        sum += logNormal(x.data[row + j] ?? 0, theta[k]?.[j] ?? 0, variances[k]?.[j] ?? 1);
      }
      return sum;
    });
    return { shape: [x.rows, classes], data };
  }
}

function logNormal(x: number, mean: number, variance: number): number {
  return -0.5 * Math.log(2 * Math.PI * variance) - (x - mean) ** 2 / (2 * variance);
}

/** Weighted means and variances (divisor: sum of weights) of each class's features. */
function momentsOf({ x, target, classes, rowWeights }: Omit<BayesProblem, "classCount">) {
  const lists = () => Array.from({ length: classes }, () => new Float64Array(x.columns));
  const [theta, variances] = [lists(), lists()];
  const totals = new Float64Array(classes);
  target.forEach((k, i) => {
    totals[k] = (totals[k] ?? 0) + (rowWeights[i] ?? 0);
  });
  const collect = (into: Float64Array[], of: (value: number, k: number, j: number) => number) => {
    for (let i = 0; i < x.data.length; i++) {
      const [row, j] = [Math.floor(i / x.columns), i % x.columns];
      const k = target[row] ?? 0;
      const own = into[k];
      if (own === undefined) continue;
      const share = (rowWeights[row] ?? 0) / (totals[k] ?? 1);
      own[j] = (own[j] ?? 0) + share * of(x.data[i] ?? 0, k, j);
    }
  };
  collect(theta, (value) => value);
  collect(variances, (value, k, j) => (value - (theta[k]?.[j] ?? 0)) ** 2);
  return { theta, variances };
}
