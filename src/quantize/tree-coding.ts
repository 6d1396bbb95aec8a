import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { classProbabilities, labelsOf, sigmoid } from "./class-scores.js";
import { noList } from "./classifier-coding.js";
import { fieldsOf, isCount, isFiniteList, isFiniteNumber } from "./json-checks.js";
import { type InputParts, ModelCoding, stepsBefore } from "./model-coding.js";
import { inputJson, readInputParts } from "./model-coding-json.js";
import { decisionOnly } from "./regressor-coding.js";
import type { ClientTransform } from "./transforms/client-transform.js";

/** How the sums of an ensemble become answers; the client's last step, after decryption. */
export type ScoreMeaning = (typeof meanings)[number];

const meanings = [
  /** One share a class, summing to 1. */
  "probabilities",
  /** One score: its logistic function is the second class's probability. */
  "logistic",
  /** One score a class: their softmax is the probabilities. */
  "softmax",
  /** The score is the target. */
  "identity",
  /** The score is the target's logarithm. */
  "exponential",
  /** The score is an isolation forest's path length over that of a random tree. */
  "path length",
] as const;

/** `value` where it is a meaning. */
export function scoreMeaning(value: unknown): ScoreMeaning | undefined {
  return meanings.find((one) => one === value);
}

/** What is on the client's side of an ensemble of trees: no leaf values and no shape of trees. */
export interface TreeCodingParts extends InputParts {
  /** Real scores are `base[k] + step * scales[k] * integer`. */
  readonly step: number;
  /** `[outputs]` of several targets, whose sizes may differ; undefined where all are 1. */
  readonly scales?: Float64Array | undefined;
  /** `[outputs]` */
  readonly base: Float64Array;
  readonly meaning: ScoreMeaning;
  /** Labels ascending; empty where scores are targets. */
  readonly classes: Float64Array;
  /** Isolation forests: answers compare with this. Default 0. */
  readonly offset?: number;
  /** What results are. Default `"scores"`. */
  readonly result?: TreeResultKind;
  /** Of classes: how many a result lists, best first. Default 1. */
  readonly top?: number;
}

/** Integer sums of leaves; places of the likeliest classes; or for each score 1 where it is above a limit that the server knows, else 0. */
export type TreeResultKind = (typeof resultKinds)[number];

const resultKinds = ["scores", "classes", "bit"] as const;

/** Turns real features into the whole numbers that trees ask, and their integer sums into answers. Immutable. */
export class TreeCoding extends ModelCoding implements TreeCodingParts {
  readonly step: number;
  readonly scales: Float64Array | undefined;
  readonly base: Float64Array;
  readonly meaning: ScoreMeaning;
  readonly classes: Float64Array;
  readonly offset: number;
  readonly result: TreeResultKind;
  readonly top: number;

  constructor(parts: TreeCodingParts) {
    super(parts);
    this.step = parts.step;
    this.scales = parts.scales;
    this.base = parts.base;
    this.meaning = parts.meaning;
    this.classes = parts.classes;
    this.offset = parts.offset ?? 0;
    this.result = parts.result ?? "scores";
    this.top = parts.top ?? 1;
  }

  /** Integers that a result has. */
  override get outputs(): number {
    return this.result === "classes" ? this.top : this.base.length;
  }

  /** Real scores `[rows, outputs]` of integer sums. Error `bad-argument` where scores stay on the server. */
  scores({ shape, data }: Tensor, path = "scores"): Tensor {
    const { step, scales, base } = this;
    if (this.result !== "scores") throw decisionOnly(path);
    const scored = data.map((sum, i) => {
      const k = i % base.length;
      return (base[k] ?? 0) + step * (scales?.[k] ?? 1) * sum;
    });
    return { shape, data: scored };
  }

  /**
   * One answer a row of integer results: the likeliest label, the target, or 1 and -1 for inliers and outliers; 1 or 0 where the result is
   * whether the target is above a limit. Of several targets `[rows, targets]`, row after row.
   */
  answers(results: Tensor): Float64Array {
    const { top, meaning } = this;
    switch (this.result) {
      case "scores":
        return answersOf(this, this.scores(results));
      case "classes":
        return this.#labels(results.data.filter((_, i) => i % top === 0));
      case "bit":
        return meaning === "path length" ? results.data.map((bit) => 2 * bit - 1) : results.data;
    }
  }

  /** Labels of the likeliest classes `[rows, top]`, best first. Error `bad-argument` where the result does not list them. */
  topClasses(results: Tensor, path: string): Tensor {
    if (this.result === "classes")
      return { shape: results.shape, data: this.#labels(results.data) };
    throw noList(path);
  }

  #labels(places: Float64Array): Float64Array {
    return places.map((k) => this.classes[k] ?? Number.NaN);
  }

  /** Probabilities `[rows, classes]` of integer sums. Error `bad-argument` where there are no classes, or scores stay on the server. */
  probabilities(sums: Tensor, path: string): Tensor {
    return probabilitiesOf(this, this.scores(sums, path), path);
  }

  override withSteps(steps: readonly ClientTransform[]): TreeCoding {
    return new TreeCoding({ ...this, ...stepsBefore(this, steps) });
  }

  override toJSON() {
    const { step, scales, base, meaning, classes, offset, result, top } = this;
    return {
      kind: "tree-coding",
      ...inputJson(this),
      ...{ step, base: Array.from(base), meaning, classes: Array.from(classes), offset },
      ...(scales === undefined ? {} : { scales: Array.from(scales) }),
      ...(result === "scores" ? {} : { result, top }),
    } as const;
  }

  /** Reads what `toJSON` gave, from a file that nobody vouches for. Errors: `file-corrupt`. */
  static fromJSON(value: unknown, path = "tree coding"): TreeCoding {
    const {
      kind,
      step,
      scales,
      base,
      meaning,
      classes,
      offset,
      result = "scores",
      top = 1,
    } = fieldsOf(value);
    if (kind !== "tree-coding") throw corrupt(path, "holds no trees");
    const input = readInputParts(value, path, corrupt);
    if (!isFiniteNumber(step) || step <= 0) throw corrupt(path, "step is not a number above 0");
    if (!isFiniteList(base) || base.length === 0) throw corrupt(path, "base is no list of numbers");
    const scaled = isFiniteList(scales) && scales.length === base.length;
    if (scales !== undefined && !(scaled && scales.every((scale) => scale > 0))) {
      throw corrupt(path, "scales are no numbers above 0");
    }
    const known = scoreMeaning(meaning);
    if (known === undefined) throw corrupt(path, "meaning is unknown");
    if (!isFiniteList(classes) || !isFiniteNumber(offset)) {
      throw corrupt(path, "classes or offset are no numbers");
    }
    const form = resultKinds.find((one) => one === result);
    const listed = form === "classes" ? classes.length : 1;
    if (form === undefined || !isCount(top) || top < 1 || top > listed) {
      throw corrupt(path, "result is unknown");
    }
    return new TreeCoding({
      ...{ result: form, top },
      ...{ ...input, step, offset, meaning: known },
      ...(scaled ? { scales: Float64Array.from(scales) } : {}),
      ...{ base: Float64Array.from(base), classes: Float64Array.from(classes) },
    });
  }
}

/** What real scores mean. */
export type Answering = Pick<TreeCodingParts, "meaning" | "classes" | "offset">;

/** One answer a row of real scores. */
export function answersOf(
  { meaning, classes, offset = 0 }: Answering,
  scores: Tensor,
): Float64Array {
  if (classes.length > 0) return labelsOf(classes, scores);
  switch (meaning) {
    case "exponential":
      return scores.data.map(Math.exp);
    case "logistic":
      return scores.data.map(sigmoid);
    case "path length":
      return anomalyScores(scores.data).map((score) => (score - offset < 0 ? -1 : 1));
    default:
      return scores.data;
  }
}

/** Isolation forests' scores of mean path lengths: -1 for a row that is alone at once, towards 0 for others. */
export function anomalyScores(lengths: Float64Array): Float64Array {
  return lengths.map((length) => -(2 ** -length));
}

/** Probabilities `[rows, classes]` of real scores. Error `bad-argument` where there are no classes. */
export function probabilitiesOf({ meaning, classes }: Answering, scores: Tensor, path: string) {
  if (classes.length > 0) return meaning === "probabilities" ? scores : classProbabilities(scores);
  throw new VelumError({
    code: "bad-argument",
    path,
    problem: "the model predicts targets, not classes",
    cure: "Use predict",
  });
}

function corrupt(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem,
    cure: "Use the client file of a compiled ensemble of trees",
  });
}
