import type { Tensor } from "../../base/tensor.js";
import type { ClientTransform } from "../../quantize/transforms/client-transform.js";
import type { Rows } from "../check-data.js";
import { applySteps } from "./apply-steps.js";
import { requireMethod } from "./require-method.js";

/** A fit in double precision. */
export interface FloatPredictor {
  /** One prediction a row; of several targets row after row. */
  predict(x: Rows): Float64Array;
}

/** One with scores of its own. */
export interface FloatDecider extends FloatPredictor {
  decisionFunction(x: Rows): Tensor;
}

/** One with probabilities. */
export interface FloatProbabilities extends FloatPredictor {
  predictProba(x: Rows): Tensor;
}

/**
 * A pipeline's fit in double precision, on raw features: the steps, then the model's `floatModel`, whose methods it has. Immutable.
 * Errors of all methods: those of the steps and of the model; `bad-argument` for what the model does not have.
 */
export class FloatPipeline<F extends FloatPredictor> implements FloatPredictor {
  /** The model behind the steps; it takes what `Pipeline.transform` gives. */
  readonly model: F;
  readonly #name: string;
  readonly #steps: readonly ClientTransform[];

  /** `name` is that of the model's class. */
  constructor(steps: readonly ClientTransform[], model: F, name: string) {
    this.model = model;
    this.#name = name;
    this.#steps = steps;
  }

  /** One label or prediction a row; of several targets `[rows, targets]`, row after row. */
  predict(x: Rows): Float64Array {
    return this.model.predict(this.#transformed(x, "predict"));
  }

  /** Scores, `[rows]` where there is one a row, else `[rows, classes]`. */
  decisionFunction(this: FloatPipeline<F & FloatDecider>, x: Rows): Tensor {
    return this.model.decisionFunction(this.#transformed(x, "decisionFunction"));
  }

  /** Probabilities `[rows, classes]`. */
  predictProba(this: FloatPipeline<F & FloatProbabilities>, x: Rows): Tensor {
    return this.model.predictProba(this.#transformed(x, "predictProba"));
  }

  #transformed(x: Rows, method: string): Tensor {
    const owner = "Pipeline.floatModel";
    requireMethod(owner, this.model, this.#name, method);
    return applySteps(x, this.#steps, `${owner}.${method} X`);
  }
}
