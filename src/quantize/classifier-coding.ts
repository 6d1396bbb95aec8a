import { VelumError } from "../base/error.js";
import { shapeText, type Tensor } from "../base/tensor.js";
import { classIndices, classProbabilities } from "./class-scores.js";
import { parseClassifierCoding } from "./classifier-coding-json.js";
import type { UniformQuantizer, UniformQuantizerForm } from "./uniform-quantizer.js";

/** The numbers on both sides of an encrypted classifier: what is encrypted, and what a decrypted result means. */
export interface ClassifierCodingParts {
  readonly inputQuantizer: UniformQuantizer;
  readonly features: number;
  /** The labels, ascending. */
  readonly classes: Float64Array;
  /** Results are integer scores (one for two classes, else one a class), or the index of the class. */
  readonly result: "scores" | "class";
  /** Real score = `scoreScale` times integer score; `null` where the result is the class. */
  readonly scoreScale: number | null;
}

/** The JSON form, as it stands in a client file; every double survives exactly. */
export interface ClassifierCodingForm {
  readonly kind: "classifier-coding";
  readonly inputQuantizer: UniformQuantizerForm;
  readonly features: number;
  readonly classes: readonly number[];
  readonly result: "scores" | "class";
  readonly scoreScale: number | null;
}

/**
 * Turns real features into the integers that are encrypted, and decrypted integers into labels and probabilities. It holds
 * scales and labels, no weights: what that reveals is in docs/security.md. Immutable.
 */
export class ClassifierCoding implements ClassifierCodingParts {
  readonly inputQuantizer: UniformQuantizer;
  readonly features: number;
  readonly classes: Float64Array;
  readonly result: "scores" | "class";
  readonly scoreScale: number | null;

  constructor(parts: ClassifierCodingParts) {
    this.inputQuantizer = parts.inputQuantizer;
    this.features = parts.features;
    this.classes = parts.classes;
    this.result = parts.result;
    this.scoreScale = parts.scoreScale;
  }

  /** Integers a result has: one, or one a class. */
  get outputs(): number {
    return this.result === "class" || this.classes.length === 2 ? 1 : this.classes.length;
  }

  /**
   * Real inputs (`[rows, features]`, or one row `[features]`) to integers of the same shape; values outside the calibrated
   * range are clipped. `path` names the data in errors: `bad-shape`, `not-a-number`.
   */
  quantize(x: Tensor, path = "X"): Tensor {
    if (x.shape.at(-1) !== this.features) {
      throw new VelumError({
        code: "bad-shape",
        path,
        problem: `its shape ${shapeText(x.shape)} does not end in the model's ${this.features} features`,
        limit: this.features,
        actual: x.shape.at(-1) ?? 0,
        cure: "Pass the features of the training data in the same order",
      });
    }
    return this.inputQuantizer.quantize(x, path);
  }

  /** One label a row of `results` (`[rows, outputs]`). */
  labels(results: Tensor): Float64Array {
    const indices = this.result === "class" ? results.data : classIndices(results);
    return Float64Array.from(indices, (k) => this.classes[k] ?? Number.NaN);
  }

  /** Real scores `[rows, outputs]`. Errors: `bad-argument` where only the class leaves the server; `path` names the caller. */
  scores(results: Tensor, path = "scores"): Tensor {
    const { scoreScale } = this;
    if (scoreScale === null) throw classOnly(path);
    return { shape: results.shape, data: results.data.map((score) => score * scoreScale) };
  }

  /** Probabilities `[rows, classes]`. Errors: those of `scores`. */
  probabilities(results: Tensor, path = "probabilities"): Tensor {
    return classProbabilities(this.scores(results, path));
  }

  toJSON(): ClassifierCodingForm {
    return {
      kind: "classifier-coding",
      inputQuantizer: this.inputQuantizer.toJSON(),
      features: this.features,
      classes: Array.from(this.classes),
      result: this.result,
      scoreScale: this.scoreScale,
    };
  }

  /** Reads what `toJSON` gave, from a file that nobody vouches for. Errors: `file-corrupt`. */
  static fromJSON(value: unknown, path = "classifier coding"): ClassifierCoding {
    return new ClassifierCoding(parseClassifierCoding(value, path));
  }
}

/** The error of asking for scores that stay on the server. */
export function classOnly(path: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: "the score does not leave the server: the model returns the class only",
    cure: "Use predict, or fit with classTableBits null",
  });
}
