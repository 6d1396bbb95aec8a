import type { Tensor } from "../../base/tensor.js";
import type { Matrix } from "../check-data.js";

/** Bits of the other weights' precision that a column may cost which does not vary, as a factor. */
const mostEnlarged = 4;

/** Columns of `x` that hold one value other than 0 in all rows, as a column of ones does that stands for an intercept. */
export function steadyColumns(x: Matrix): readonly boolean[] {
  const { rows, columns, data } = x;
  return Array.from({ length: columns }, (_, j) => {
    const first = data[j] ?? 0;
    if (first === 0) return false;
    for (let row = 1; row < rows; row++) if (data[row * columns + j] !== first) return false;
    return true;
  });
}

/**
 * For each output the largest weight (`folded` is `[features, outputs]`) that the scale of the quantized ones must hold. A steady
 * column's weight may be orders of magnitude larger than all others, which would then be rounded away, though it only ever adds one
 * number to the score, and that is in the bias: it enlarges the scale a little, and is cut beyond.
 */
export function largestWeights(folded: Tensor, steady: readonly boolean[]): Float64Array {
  const [, outputs = 1] = folded.shape;
  const varying = new Float64Array(outputs);
  const all = new Float64Array(outputs);
  folded.data.forEach((weight, i) => {
    const k = i % outputs;
    const size = Math.abs(weight);
    all[k] = Math.max(all[k] ?? 0, size);
    if (!steady[Math.floor(i / outputs)]) varying[k] = Math.max(varying[k] ?? 0, size);
  });
  return all.map((size, k) => {
    const own = varying[k] ?? 0;
    return own === 0 ? size : Math.min(size, mostEnlarged * own);
  });
}
