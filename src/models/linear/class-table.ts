import { VelumError } from "../../base/error.js";
import type { Tensor } from "../../base/tensor.js";
import { unsignedBits } from "../integer-interval.js";
import type { QuantizedLinearModel } from "./quantized-linear.js";

/** A look-up that turns the score of a two-class model into the class, so that only the class leaves the server. */
export interface ClassTable {
  /** Width of the index: it lies in 0 to `2^bits - 1` for every input. */
  readonly bits: number;
  /** index = `q W + offset` */
  readonly offset: number;
  /** Greatest index that an input can reach. */
  readonly maxIndex: number;
  /** The first index of class 1; class 0 lies below it. From 0 to `maxIndex + 1`. */
  readonly threshold: number;
  /** `values[index]` is the class index, 0 or 1; `2^bits` entries. */
  readonly values: Uint8Array;
}

/**
 * The class table of `model`: the class is 1 where the integer score is above 0, as the model itself decides.
 * Errors: `unsupported-op` for more than two classes; `width-too-wide` where the index needs over `maxBits` bits.
 */
export function classifierTable(model: QuantizedLinearModel, maxBits: number): ClassTable {
  const product = model.productRange[0];
  if (model.outputs !== 1 || product === undefined) {
    throw new VelumError({
      code: "unsupported-op",
      path: "class table",
      problem: `the model has ${model.outputs} scores, a table reads one`,
      limit: 1,
      actual: model.outputs,
      cure: "Return the scores and let the client take the greatest, or train one class against the rest",
    });
  }
  const maxIndex = product.max - product.min;
  const bits = unsignedBits(maxIndex);
  if (bits > maxBits) {
    throw new VelumError({
      code: "width-too-wide",
      path: "class table",
      problem: `the score needs ${bits} bits, limit ${maxBits}`,
      limit: maxBits,
      actual: bits,
      cure: "Choose narrower inputs and weights with chooseNarrowWidths",
    });
  }
  // score > 0 with score = index + product.min + bias, so class 1 starts at the index whose score is 1.
  const first = 1 - product.min - (model.bias[0] ?? 0);
  const threshold = Math.min(maxIndex + 1, Math.max(0, first));
  const values = Uint8Array.from({ length: 2 ** bits }, (_, index) => Number(index >= threshold));
  return { bits, offset: -product.min + 0, maxIndex, threshold, values };
}

/** The class indices that `table` holds for the integer scores `q W + b` (`[rows, 1]`) of its model, same shape. */
export function classesOf(table: ClassTable, model: QuantizedLinearModel, scores: Tensor): Tensor {
  const shift = table.offset - (model.bias[0] ?? 0);
  return {
    shape: scores.shape,
    data: scores.data.map((score) => table.values[score + shift] ?? 0),
  };
}
