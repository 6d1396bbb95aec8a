import { VelumError } from "../base/error.js";
import type { Tensor } from "../base/tensor.js";
import { fieldsOf, isFiniteList } from "./json-checks.js";
import { type InputParts, ModelCoding, stepsBefore } from "./model-coding.js";
import { inputJson, readInputParts } from "./model-coding-json.js";
import type { ClientTransform } from "./transforms/client-transform.js";

/** From the linear score to the prediction: the score itself, or its exponential. */
export type Link = "identity" | "log";

/** The numbers on both sides of an encrypted regressor. */
export interface RegressorCodingParts extends InputParts {
  /** `[targets]` real score = `scales[k]` times integer score. */
  readonly scales: Float64Array;
  readonly link: Link;
  /** Results are integer scores (default), or 1 where a prediction is above a limit that the server knows, else 0. */
  readonly result?: RegressorResultKind;
}

export type RegressorResultKind = "scores" | "bit";

/**
 * Turns real features into the integers that are encrypted, and decrypted integers into predictions. It holds scales, no
 * weights. Immutable.
 */
export class RegressorCoding extends ModelCoding implements RegressorCodingParts {
  readonly scales: Float64Array;
  readonly link: Link;
  readonly result: RegressorResultKind;

  constructor(parts: RegressorCodingParts) {
    super(parts);
    this.scales = parts.scales;
    this.link = parts.link;
    this.result = parts.result ?? "scores";
  }

  override get outputs(): number {
    return this.scales.length;
  }

  /** Real scores `[rows, targets]` of integer ones. Errors: `bad-argument` where scores stay on the server; `path` names the caller. */
  scores(results: Tensor, path = "scores"): Tensor {
    const { scales } = this;
    if (this.result === "bit") throw decisionOnly(path);
    const data = results.data.map((score, i) => score * (scales[i % scales.length] ?? 1));
    return { shape: results.shape, data };
  }

  /** Predictions `[rows, targets]`: the scores, or their exponentials; or 1 and 0 where the server decided. */
  values(results: Tensor): Tensor {
    if (this.result === "bit") return results;
    return linked(this.link, this.scores(results));
  }

  override withSteps(steps: readonly ClientTransform[]): RegressorCoding {
    return new RegressorCoding({ ...this, ...stepsBefore(this, steps) });
  }

  override toJSON() {
    return {
      kind: "regressor-coding",
      ...inputJson(this),
      scales: Array.from(this.scales),
      link: this.link,
      ...(this.result === "scores" ? {} : { result: this.result }),
    } as const;
  }

  /** Reads what `toJSON` gave, from a file that nobody vouches for. Errors: `file-corrupt`. */
  static fromJSON(value: unknown, path = "regressor coding"): RegressorCoding {
    const { kind, scales, link, result = "scores" } = fieldsOf(value);
    if (kind !== "regressor-coding") throw corrupt(path, "holds no regressor");
    const input = readInputParts(value, path, corrupt);
    if (!isFiniteList(scales) || scales.length === 0 || scales.some((scale) => scale <= 0)) {
      throw corrupt(path, "scales is not a list of finite numbers above 0");
    }
    if (link !== "identity" && link !== "log") {
      throw corrupt(path, "link is neither identity nor log");
    }
    if (result !== "scores" && result !== "bit") throw corrupt(path, "result is unknown");
    return new RegressorCoding({ ...input, scales: Float64Array.from(scales), link, result });
  }
}

/** The predictions of scores. */
export function linked(link: Link, scores: Tensor): Tensor {
  return link === "identity" ? scores : { shape: scores.shape, data: scores.data.map(Math.exp) };
}

/** The error of asking for scores where the server returns what it decided about them; `path` names the caller. */
export function decisionOnly(path: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: "scores do not leave the server: the model returns a decision about them only",
    cure: 'Use predict, or compile with result "scores"',
  });
}

function corrupt(path: string, problem: string): VelumError {
  return new VelumError({
    code: "file-corrupt",
    path,
    problem,
    cure: "Use the client file of a compiled regressor",
  });
}
