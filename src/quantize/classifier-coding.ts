import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { classShares, type ProbabilityRule } from "./class-probabilities.js";
import { labelsOf } from "./class-scores.js";
import { parseClassifierCoding } from "./classifier-coding-json.js";
import { type InputParts, ModelCoding, stepsBefore } from "./model-coding.js";
import { inputJson } from "./model-coding-json.js";
import type { ClientTransform } from "./transforms/client-transform.js";

/** The numbers on both sides of an encrypted classifier: what is encrypted, and what a decrypted result means. */
export interface ClassifierCodingParts extends InputParts {
  /** The labels, ascending. */
  readonly classes: Float64Array;
  /** Results are integer scores (one for two classes, else one a class), or indices of classes. */
  readonly result: "scores" | "class";
  /** How many classes a result names, the likeliest first, where it is no scores. Default 1. */
  readonly top?: number;
  /** Real score = `scoreScale` times integer score; `null` where the result is the class. */
  readonly scoreScale: number | null;
  /** From scores to probabilities. Default `"softmax"`. */
  readonly probability?: ProbabilityRule;
}

/**
 * Turns real features into the integers that are encrypted, and decrypted integers into labels and probabilities. It holds
 * scales and labels, no weights: what that reveals is in docs/security.md. Immutable.
 */
export class ClassifierCoding extends ModelCoding implements ClassifierCodingParts {
  readonly classes: Float64Array;
  readonly result: "scores" | "class";
  readonly top: number;
  readonly scoreScale: number | null;
  readonly probability: ProbabilityRule;

  constructor(parts: ClassifierCodingParts) {
    super(parts);
    this.classes = parts.classes;
    this.result = parts.result;
    this.top = parts.top ?? 1;
    this.scoreScale = parts.scoreScale;
    this.probability = parts.probability ?? "softmax";
  }

  /** Integers a result has: one, one a class, or as many as it names. */
  override get outputs(): number {
    if (this.result === "class") return this.top;
    return this.classes.length === 2 ? 1 : this.classes.length;
  }

  /** One label a row of `results` (`[rows, outputs]`). */
  labels(results: Tensor): Float64Array {
    if (this.result === "class")
      return this.#named(results.data.filter((_, i) => i % this.top === 0));
    return labelsOf(this.classes, results);
  }

  /** The labels that results name, `[rows, top]`, best first. Errors: `bad-argument` where results are scores; `path` names the caller. */
  topClasses(results: Tensor, path = "topClasses"): Tensor {
    if (this.result === "class") return { shape: results.shape, data: this.#named(results.data) };
    throw noList(path);
  }

  #named(indices: ArrayLike<number>): Float64Array {
    return Float64Array.from(indices, (k) => this.classes[k] ?? Number.NaN);
  }

  /** Real scores `[rows, outputs]`. Errors: `bad-argument` where only the class leaves the server; `path` names the caller. */
  scores(results: Tensor, path = "scores"): Tensor {
    const { scoreScale } = this;
    if (scoreScale === null) throw classOnly(path);
    return { shape: results.shape, data: results.data.map((score) => score * scoreScale) };
  }

  /** Probabilities `[rows, classes]`. Errors: those of `scores`; `unsupported-op` for a model that has none. */
  probabilities(results: Tensor, path = "probabilities"): Tensor {
    return classShares(this.probability, this.scores(results, path), this.classes.length, path);
  }

  override withSteps(steps: readonly ClientTransform[]): ClassifierCoding {
    return new ClassifierCoding({ ...this, ...stepsBefore(this, steps) });
  }

  override toJSON() {
    const { probability, top } = this;
    return {
      kind: "classifier-coding",
      ...inputJson(this),
      classes: Array.from(this.classes),
      result: this.result,
      scoreScale: this.scoreScale,
      ...(top === 1 ? {} : { top }),
      ...(probability === "softmax" ? {} : { probability }),
    } as const;
  }

  /** Reads what `toJSON` gave, from a file that nobody vouches for. Errors: `file-corrupt`. */
  static fromJSON(value: unknown, path = "classifier coding"): ClassifierCoding {
    return new ClassifierCoding(parseClassifierCoding(value, path));
  }
}

/** The error of asking for a list of classes where there is none; `path` names the caller. */
export function noList(path: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: "the results of the model do not list classes",
    cure: 'Compile with result "class" or { top: k }',
  });
}

/** The error of asking for scores that stay on the server. */
export function classOnly(path: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: "the score does not leave the server: the model returns the class only",
    cure: 'Use predict, or fit with result "scores" and classTableBits null',
  });
}
