import type { Tensor } from "../../base/tensor.js";
import { toTensor } from "../../base/tensor.js";
import type { ClientTransform } from "../../quantize/transforms/client-transform.js";
import { type Matrix, notFitted, type Rows, toMatrix, toMatrixOf } from "../check-data.js";
import { Configurable } from "../configurable.js";

/** What all transformers share. Once fitted, a transformer is a `ClientTransform`: data that a client file can carry. */
export abstract class Transformer<
  P extends object,
  S extends ClientTransform = ClientTransform,
> extends Configurable<P> {
  #step: S | undefined;
  #rows = 0;

  /** What `x` teaches. Errors: `bad-argument` for parameters out of range. */
  protected abstract learn(x: Matrix): S;

  /** Most transformers take finite numbers alone. */
  protected read(x: Rows, path: string): Matrix {
    return toMatrix(x, path);
  }

  /** `x` is `[rows, features]`. Errors: `bad-shape`, `not-a-number`, `bad-argument`. */
  fit(x: Rows): this {
    const matrix = this.read(x, `${this.name}.fit X`);
    this.#step = this.learn(matrix);
    this.#rows = matrix.rows;
    return this;
  }

  /** What was fitted, as data. Errors: `not-fitted`. */
  get step(): S {
    if (this.#step === undefined) throw notFitted(this.name);
    return this.#step;
  }

  /** Features of the training data. Errors: `not-fitted`. */
  get nFeaturesIn(): number {
    return this.step.inputs;
  }

  /** Rows of the training data. Errors: `not-fitted`. */
  get nSamplesSeen(): number {
    return this.step.inputs > 0 ? this.#rows : 0;
  }

  /** `[rows, features]` to `[rows, outputs]`. Errors: `not-fitted`, `bad-shape`, `not-a-number`, and `out-of-range` for unknown categories. */
  transform(x: Rows): Tensor {
    const { step } = this;
    const path = `${this.name}.transform X`;
    const tensor = toTensor(x, path);
    const finite = tensor.data.every(Number.isFinite);
    return step.apply(finite ? toMatrixOf(step.inputs, tensor, path) : tensor, path);
  }

  /** `fit` and `transform` of the same rows. Errors: those of both. */
  fitTransform(x: Rows): Tensor {
    return this.fit(x).transform(x);
  }
}
