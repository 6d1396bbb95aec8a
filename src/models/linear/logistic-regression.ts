import { checkOptions } from "../../base/check-options.js";
import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import type { Circuit } from "../../circuit/circuit.js";
import type { CompileOptions } from "../../circuit/compile-options.js";
import { decisionShape } from "../../quantize/class-scores.js";
import { ClassifierCoding, classOnly } from "../../quantize/classifier-coding.js";
import type { Granularity } from "../../quantize/value-range.js";
import { type Labels, notFitted, type Rows, toMatrix, toMatrixOf } from "../check-data.js";
import { type PredictionMode, runRows } from "../prediction-mode.js";
import { type ClassTable, classesOf, classifierTable } from "./class-table.js";
import { compileLinear } from "./compile-linear.js";
import { fitLogistic, type LogisticSettings } from "./fit-logistic.js";
import type { LinearClassifier } from "./linear-classifier.js";
import { chooseNarrowWidths, maxTableBits } from "./narrow-widths.js";
import { QuantizedLinearModel } from "./quantized-linear.js";

/** Bits of the quantized inputs (1 to 32) and weights (2 to 32). */
export interface LinearBits {
  readonly inputs: number;
  readonly weights: number;
}

/** Settings of a `LogisticRegression`; the solver's are scikit-learn's, with its defaults. */
export interface LogisticRegressionParams extends LogisticSettings {
  /** One width for inputs and weights, or one each. Default 8. */
  readonly nBits: number | LinearBits;
  /** One input scale for all features, or one for each. Default `"perFeature"`. */
  readonly inputQuantizer: Granularity;
  /**
   * `null` (default): the scores leave the server, and the client turns them into classes and probabilities.
   * 2 to 8, two classes only: the server looks the class up in a table of `2^classTableBits` entries and only the
   * class leaves it; widths and weights are then chosen to fit the table, and `nBits` and `inputQuantizer` play no part.
   */
  readonly classTableBits: number | null;
}

const defaults: LogisticRegressionParams = {
  nBits: 8,
  inputQuantizer: "perFeature",
  classTableBits: null,
  C: 1,
  penalty: "l2",
  fitIntercept: true,
  classWeight: null,
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
 */
export class LogisticRegression {
  #params: LogisticRegressionParams;
  #fitted: Fitted | undefined;
  #circuit: Circuit | undefined;

  constructor(params: Partial<LogisticRegressionParams> = {}) {
    checkOptions(params, Object.keys(defaults), "LogisticRegression");
    this.#params = { ...defaults, ...params };
  }

  getParams(): LogisticRegressionParams {
    return this.#params;
  }

  /** Changes settings; they count from the next `fit` on. */
  setParams(params: Partial<LogisticRegressionParams>): this {
    checkOptions(params, Object.keys(defaults), "LogisticRegression.setParams");
    this.#params = { ...this.#params, ...params };
    return this;
  }

  /**
   * Fits to `x` (`[rows, features]`) and one label a row, then quantizes over the ranges of `x`.
   * Errors: `bad-shape`, `not-a-number` with row and column, `bad-argument` (settings, labels of one class),
   * `unsupported-op` (a class table for more than two classes).
   */
  fit(x: Rows, y: Labels): this {
    const params = this.#params;
    const matrix = toMatrix(x, "LogisticRegression.fit X");
    const bits = checkQuantization(params);
    const { classifier, iterations, converged } = fitLogistic(matrix, y, params);
    const { classTableBits, inputQuantizer } = params;
    const narrow =
      classTableBits === null ? undefined : chooseNarrowWidths(matrix, classifier, classTableBits);
    const quantized =
      narrow?.model ??
      QuantizedLinearModel.fromClassifier(classifier, matrix, bits, inputQuantizer);
    const table = classTableBits === null ? undefined : classifierTable(quantized, classTableBits);
    const explained = narrow?.explained;
    const coding = new ClassifierCoding({
      inputQuantizer: quantized.inputQuantizer,
      features: quantized.features,
      classes: classifier.classes,
      ...(table === undefined
        ? { result: "scores", scoreScale: quantized.scoreScale }
        : { result: "class", scoreScale: null }),
    });
    this.#fitted = { classifier, iterations, converged, quantized, table, explained, coding };
    this.#circuit = undefined;
    return this;
  }

  /**
   * Compiles the quantized model for one encrypted row. `x` is a representative set of inputs; rows at the extremes of the
   * quantizer are added, so that every input that it can give is computed exactly, of `x` or not. The circuit's `clientFile`
   * carries the input quantizer, the labels and the scale of the scores (docs/security.md); `LinearClassifierClient` reads it.
   *
   * Errors: `not-fitted`, `bad-shape`, `not-a-number`, `width-too-wide`, `no-parameters`. Cost: some 50 ms.
   * Close the circuit when it is no longer used; an earlier one of this model stays open.
   */
  async compile(x: Rows, options: Partial<CompileOptions> = {}): Promise<Circuit> {
    const path = "LogisticRegression.compile";
    const { quantized, table, coding } = this.#needFitted(path);
    const q = quantized.quantizeInput(toMatrixOf(quantized.features, x, `${path} X`));
    const circuit = await compileLinear(quantized, table, coding, q, options);
    this.#circuit = circuit;
    return circuit;
  }

  /** The double-precision model: `predict`, `predictProba` and `decisionFunction` without quantization. */
  get floatModel(): LinearClassifier {
    return this.#needFitted().classifier;
  }

  /** The integer model that is computed on ciphertexts. Errors: `not-fitted`, as all getters here. */
  get quantized(): QuantizedLinearModel {
    return this.#needFitted().quantized;
  }

  /** The look-up from score to class, where `classTableBits` is set. */
  get classTable(): ClassTable | undefined {
    return this.#needFitted().table;
  }

  /**
   * Share (0 to 1) of the fitted score's variance on the training rows, weighted towards the decision, that the table's
   * index explains. `undefined` without `classTableBits`.
   */
  get tableExplained(): number | undefined {
    return this.#needFitted().explained;
  }

  /** `[1, features]` for two classes, else `[classes, features]`. */
  get coef(): Tensor {
    return this.floatModel.coef;
  }

  get intercept(): Float64Array {
    return this.floatModel.intercept;
  }

  /** The labels, ascending. */
  get classes(): Float64Array {
    return this.floatModel.classes;
  }

  /** Steps that the solver took. */
  get nIter(): number {
    return this.#needFitted().iterations;
  }

  /** False where `maxIter` steps did not reach `tol`. */
  get converged(): boolean {
    return this.#needFitted().converged;
  }

  /** Real inputs to the integers `[rows, features]` that are encrypted. Errors: `bad-shape`, `not-a-number`. */
  quantizeInput(x: Rows): Tensor {
    const { quantized } = this.#needFitted("LogisticRegression.quantizeInput");
    return quantized.quantizeInput(toMatrixOf(quantized.features, x, "X"));
  }

  /** Integer scores `[rows, outputs]` to real ones. */
  dequantizeOutput(scores: Tensor): Tensor {
    return this.#needFitted("LogisticRegression.dequantizeOutput").quantized.dequantizeScores(
      scores,
    );
  }

  /**
   * One label a row. Errors: `not-fitted`, `bad-shape`, `not-a-number`, `bad-argument` (mode), and for encrypted modes
   * `not-compiled`, `aborted`.
   */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    const path = "LogisticRegression.predict";
    return this.#needFitted(path).coding.labels(await this.#results(x, mode, path));
  }

  /**
   * Probabilities `[rows, classes]`. Errors: those of `predict`; `bad-argument` where only the class leaves the server.
   */
  async predictProba(x: Rows, mode: PredictionMode = {}): Promise<Tensor> {
    const path = "LogisticRegression.predictProba";
    return this.#needOpen(path).coding.probabilities(await this.#results(x, mode, path), path);
  }

  /** Real scores, `[rows]` for two classes, else `[rows, classes]`. Errors: those of `predictProba`. */
  async decisionFunction(x: Rows, mode: PredictionMode = {}): Promise<Tensor> {
    const path = "LogisticRegression.decisionFunction";
    const { coding } = this.#needOpen(path);
    return decisionShape(coding.scores(await this.#results(x, mode, path), path));
  }

  /** What a run gives for each row: integer scores `[rows, outputs]`, or class indices `[rows, 1]`. */
  async #results(x: Rows, mode: PredictionMode, path: string): Promise<Tensor> {
    checkOptions(mode, ["fhe", "signal", "onProgress"], path);
    const { quantized, table } = this.#needFitted(path);
    const q = quantized.quantizeInput(toMatrixOf(quantized.features, x, `${path} X`));
    const { fhe = "disable" } = mode;
    if (fhe !== "disable") return runRows(this.#circuit, q, { ...mode, fhe }, path);
    const scores = quantized.scores(q);
    return table === undefined ? scores : classesOf(table, quantized, scores);
  }

  #needOpen(path: string): Fitted {
    const fitted = this.#needFitted(path);
    if (fitted.table !== undefined) throw classOnly(path);
    return fitted;
  }

  #needFitted(path = "LogisticRegression"): Fitted {
    if (this.#fitted === undefined) throw notFitted(path);
    return this.#fitted;
  }
}

interface Fitted {
  readonly classifier: LinearClassifier;
  readonly iterations: number;
  readonly converged: boolean;
  readonly quantized: QuantizedLinearModel;
  readonly table: ClassTable | undefined;
  readonly explained: number | undefined;
  readonly coding: ClassifierCoding;
}

/** Refuses bad widths before the fit, which may take long. */
function checkQuantization(params: LogisticRegressionParams): LinearBits {
  const { nBits, inputQuantizer, classTableBits } = params;
  const bits = typeof nBits === "number" ? { inputs: nBits, weights: nBits } : nBits;
  const widths = [
    { name: "nBits inputs", value: bits.inputs, least: 1, most: 32 },
    { name: "nBits weights", value: bits.weights, least: 2, most: 32 },
    { name: "classTableBits", value: classTableBits ?? 2, least: 2, most: maxTableBits },
  ];
  for (const { name, value, least, most } of widths) {
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    throw new VelumError({
      code: "bad-argument",
      path: `LogisticRegression ${name}`,
      problem: `is ${value}`,
      actual: value,
      cure: `Pass an integer from ${least} to ${most}`,
    });
  }
  if (inputQuantizer !== "global" && inputQuantizer !== "perFeature") {
    throw new VelumError({
      code: "bad-argument",
      path: "LogisticRegression inputQuantizer",
      problem: `is ${JSON.stringify(inputQuantizer)}`,
      cure: 'Pass "global" or "perFeature"',
    });
  }
  return bits;
}
