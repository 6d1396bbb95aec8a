import type { NestedArray, Tensor } from "../base/tensor.js";
import { probabilitiesMissing } from "../quantize/class-probabilities.js";
import { decisionShape } from "../quantize/class-scores.js";
import { type ClassifierCoding, classOnly } from "../quantize/classifier-coding.js";
import { type Labels, type Rows, toLabels } from "./check-data.js";
import { Estimator } from "./estimator.js";
import { accuracyScore } from "./metrics/accuracy.js";
import type { PredictionMode } from "./prediction-mode.js";

/** What all classifiers share: labels, probabilities and scores of what a run gives. */
export abstract class ClassifierEstimator<P extends object, F> extends Estimator<
  P,
  F,
  ClassifierCoding
> {
  protected abstract classesOf(fitted: F): Float64Array;
  /** The model in double precision, compiled or not. Errors: `not-fitted`. */
  abstract get floatModel(): { predict(x: Rows): Float64Array };

  /** Cross-validation then keeps the shares of the classes. */
  get isClassifier(): true {
    return true;
  }

  /** The labels, ascending. Errors: `not-fitted`. */
  get classes(): Float64Array {
    return this.classesOf(this.fitted());
  }

  /**
   * One label a row. Errors: `not-fitted`, `bad-shape`, `not-a-number`, `bad-argument` (mode), and for encrypted modes
   * `not-compiled`, `aborted`.
   */
  async predict(x: Rows, mode: PredictionMode = {}): Promise<Float64Array> {
    const path = `${this.name}.predict`;
    return this.coded(path).coding.labels(await this.results(x, mode, path));
  }

  /**
   * Probabilities `[rows, classes]`. Errors: those of `predict`; `bad-argument` where only the class leaves the server,
   * `unsupported-op` for a model without probabilities.
   */
  async predictProba(x: Rows, mode: PredictionMode = {}): Promise<Tensor> {
    const path = `${this.name}.predictProba`;
    const coding = this.#scored(path);
    if (coding.probability === "none") throw probabilitiesMissing(path);
    return coding.probabilities(await this.results(x, mode, path), path);
  }

  /**
   * Labels that the server lists, `[rows, k]`, best first: with `result` `{ top: k }` or `"class"`. Errors: those of `predict`; `bad-argument`
   * where it returns scores.
   */
  async topClasses(x: Rows, mode: PredictionMode = {}): Promise<Tensor> {
    const path = `${this.name}.topClasses`;
    return this.coded(path).coding.topClasses(await this.results(x, mode, path), path);
  }

  /** Real scores, `[rows]` for two classes, else `[rows, classes]`. Errors: those of `predict`; `bad-argument` as above. */
  async decisionFunction(x: Rows, mode: PredictionMode = {}): Promise<Tensor> {
    const path = `${this.name}.decisionFunction`;
    const coding = this.#scored(path);
    return decisionShape(coding.scores(await this.results(x, mode, path), path));
  }

  /** Integer scores `[rows, outputs]`, as a circuit gives them, to real ones. Errors: `not-fitted`, `bad-shape`; `bad-argument` as above. */
  dequantizeOutput(results: Tensor | NestedArray): Tensor {
    const path = `${this.name}.dequantizeOutput`;
    return this.coded(path).coding.scores(this.readResults(results, path), path);
  }

  /**
   * Share of rows of `x` whose class differs between what was fitted, in double precision, and the integer model, both in clear.
   * Errors: those of `predict`.
   */
  differingShare(x: Rows): number {
    const path = `${this.name}.differingShare`;
    const coded = this.coded(path);
    const matrix = this.readRows(x, `${path} X`);
    const expected = this.floatModel.predict(x);
    const own = coded.coding.labels(coded.evaluate(coded.coding.quantize(matrix, `${path} X`)));
    return own.filter((label, row) => label !== expected[row]).length / Math.max(1, own.length);
  }

  /** Share of rows whose label is right. Errors: those of `predict`. */
  async score(x: Rows, y: Labels, mode: PredictionMode = {}): Promise<number> {
    const predicted = await this.predict(x, mode);
    return accuracyScore(toLabels(y, predicted.length, `${this.name}.score y`), predicted);
  }

  #scored(path: string): ClassifierCoding {
    const { coding } = this.coded(path);
    if (coding.scoreScale === null) throw classOnly(path);
    return coding;
  }
}
