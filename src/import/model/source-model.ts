import type { Tensor } from "../../base/tensor.js";
import { featuresOf } from "../client/read-rows.js";
import {
  classIndicesOf,
  outputsOf,
  predictionsOf,
  type ScoreReading,
} from "../client/score-reading.js";
import { numbersOf } from "../steps/blocks.js";
import {
  type ImportedParts,
  type ImportedRows,
  outputsOfModel,
  type PostTransform,
} from "../steps/imported-parts.js";
import { runSteps } from "../steps/run-steps.js";
import type { Label, Step } from "../steps/steps.js";

/** A model that another library fitted, in double precision, predicting in clear as that library does. Immutable. */
export class SourceModel {
  readonly parts: ImportedParts;

  constructor(parts: ImportedParts) {
    this.parts = parts;
  }

  /** What raw scores mean. */
  get reading(): ScoreReading {
    return { ...this.parts, scores: outputsOfModel(this.parts.model) };
  }

  get postTransform(): PostTransform {
    const { after, output } = this.parts;
    if (output === 0) return "none";
    const [step, more] = after;
    if (more !== undefined || step === undefined || output !== 1) return "steps";
    if (step.kind === "element" && ["logistic", "probit", "exp"].includes(step.name)) {
      return step.name === "logistic" || step.name === "probit" ? step.name : "exp";
    }
    if (step.kind !== "rowTransform") return "steps";
    if (step.name === "softmax") return "softmax";
    return step.name === "softmaxZero" ? "softmax_zero" : "steps";
  }

  /** `[rows, features]` what the trees or the linear model see: `x` after preprocessing. Errors: as `predict`. */
  features(x: ImportedRows): Tensor {
    const { inputs, before, model } = this.parts;
    return featuresOf({ inputs, before, from: model.from }, x);
  }

  /** `[rows, outputs]` raw scores of the trees or the linear model, before any post-transform. Errors: as `predict`. */
  scores(x: ImportedRows): Tensor {
    const { shape, data } = this.features(x);
    const [rows = 0, columns = 0] = shape;
    const model: Step = { ...this.parts.model, from: 0 };
    const block = numbersOf(runSteps([model], [{ columns, data }], rows), 1);
    return { shape: [rows, block.columns], data: block.data };
  }

  /** What the source library reports for raw `scores`: values of a regressor, scores or probabilities of a classifier. */
  outputsOf(scores: Tensor): Tensor {
    return outputsOf(this.reading, scores);
  }

  /** The class indices of raw `scores`, one a row. Errors: `bad-argument` for a regressor. */
  classIndicesOf(scores: Tensor): Uint32Array {
    return classIndicesOf(this.reading, scores);
  }

  /** `outputsOf(scores(x))`. Errors: as `predict`. */
  outputs(x: ImportedRows): Tensor {
    return this.outputsOf(this.scores(x));
  }

  /**
   * The source library's predictions: classes (numbers or texts) of a classifier; a regressor's values, row after row.
   * Errors: `bad-shape` (number of columns), `bad-argument` (a text where a number is due), `out-of-range` (a category that the
   * model refuses).
   */
  predict(x: ImportedRows): readonly Label[] {
    return predictionsOf(this.reading, this.scores(x));
  }
}
