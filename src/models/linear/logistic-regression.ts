import type { ProbabilityRule } from "../../quantize/class-probabilities.js";
import { ClassifierCoding } from "../../quantize/classifier-coding.js";
import type { Matrix } from "../check-data.js";
import { ParamChecks } from "../check-params.js";
import type { CodedModel } from "../coded-model.js";
import { type ClassTable, classifierTable } from "./class-table.js";
import { LinearClassifier } from "./linear-classifier.js";
import {
  type ClassProblem,
  LinearClassifierEstimator,
  type LinearClassifierFit,
} from "./linear-classifier-estimator.js";
import { LinearCoded } from "./linear-coded.js";
import type { LinearFit } from "./linear-fit.js";
import { defaultLinearClassifierParams, type LinearClassifierParams } from "./linear-params.js";
import { chooseNarrowWidths, maxTableBits } from "./narrow-widths.js";
import { checkLogistic, fitLogistic, type LogisticSettings } from "./solvers/fit-logistic.js";

/** Settings of a `LogisticRegression`; the solver's are scikit-learn's, with its defaults. */
export interface LogisticRegressionParams extends LogisticSettings, LinearClassifierParams {
  /**
   * `null` (default): the scores leave the server, and the client turns them into classes and probabilities.
   * 2 to 8, two classes only: the server looks the class up in a table of `2^classTableBits` entries and only the
   * class leaves it; widths and weights are then chosen to fit the table, and `nBits` and `inputQuantizer` play no part.
   */
  readonly classTableBits: number | null;
}

const defaults: LogisticRegressionParams = {
  ...defaultLinearClassifierParams,
  classTableBits: null,
  C: 1,
  penalty: "l2",
  l1Ratio: null,
  fitIntercept: true,
  tol: 1e-4,
  maxIter: 100,
};

/**
 * Logistic regression whose predictions are made from integers: fitted in double precision, then quantized, compiled and
 * computed on ciphertexts. The fitted float model stays at hand as `floatModel`.
 *
 *     const model = new LogisticRegression({ nBits: 8 }).fit(XTrain, yTrain);
 *     const circuit = await model.compile(XTrain);
 *     await model.predict(XTest, { fhe: "execute" });
 *     await circuit.close();
 *
 * `fit` also gives `unsupported-op` where `classTableBits` is set and there are more than two classes.
 */
export class LogisticRegression extends LinearClassifierEstimator<LogisticRegressionParams> {
  constructor(params: Partial<LogisticRegressionParams> = {}) {
    super("LogisticRegression", defaults, params);
  }

  /** The look-up from score to class, where `classTableBits` is set. */
  get classTable(): ClassTable | undefined {
    return this.linear.table;
  }

  /**
   * Share (0 to 1) of the fitted score's variance on the training rows, weighted towards the decision, that the table's
   * index explains. `undefined` without `classTableBits`.
   */
  get tableExplained(): number | undefined {
    return this.linear.explained;
  }

  protected override probabilityRule(): ProbabilityRule {
    return "softmax";
  }

  protected override checkSolver(): void {
    const params = this.getParams();
    checkLogistic(params);
    new ParamChecks(this.name).whole("classTableBits", params.classTableBits ?? 2, 2, maxTableBits);
  }

  protected override solve(problem: ClassProblem): LinearFit {
    return fitLogistic(problem, this.getParams());
  }

  protected override code(fitted: LinearClassifierFit, x: Matrix): CodedModel<ClassifierCoding> {
    const { classTableBits } = this.getParams();
    if (classTableBits === null) return super.code(fitted, x);
    const { coef, intercept, classes } = fitted;
    const { model, explained } = chooseNarrowWidths(
      x,
      new LinearClassifier(coef, intercept, classes),
      classTableBits,
    );
    const { inputQuantizer, features } = model;
    const parts = { inputQuantizer, features, classes, scoreScale: null } as const;
    const coding = new ClassifierCoding({ ...parts, result: "class" });
    return new LinearCoded(coding, model, {
      table: classifierTable(model, classTableBits),
      explained,
    });
  }
}
