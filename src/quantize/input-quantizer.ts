import type { Tensor } from "../base/tensor.js";

/** Real features to the integers that are encrypted; what a client file carries of a model's inputs. Immutable. */
export interface InputQuantizer {
  /** Features it was made for, or `undefined` where one rule serves any number. */
  readonly features: number | undefined;
  /** Integers of the shape of `x`, whose last axis is the features. Errors: `not-a-number` and others; `path` names the data. */
  quantize(x: Tensor, path?: string): Tensor;
  /** The JSON form; every double survives exactly. */
  toJSON(): { readonly kind: string };
}
