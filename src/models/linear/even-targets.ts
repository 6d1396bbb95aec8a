import { UniformQuantizer } from "../../quantize/uniform-quantizer.js";
import type { Granularity } from "../../quantize/value-range.js";
import type { Matrix } from "../check-data.js";
import type { LinearWeights } from "./linear-fit.js";
import type { LinearBits } from "./linear-params.js";
import { foldScales } from "./quantized-linear.js";
import { largestWeights, steadyColumns } from "./steady-columns.js";

/**
 * Targets may differ in size by orders of magnitude, so each is brought to the size of its largest weight; `sizes` has one a target, by which
 * scores are to be multiplied.
 */
export function evenTargets(
  { coef, intercept }: LinearWeights,
  x: Matrix,
  bits: LinearBits,
  granularity: Granularity,
): { readonly weights: LinearWeights; readonly sizes: Float64Array } {
  const inputs = UniformQuantizer.calibrate(x, { nBits: bits.inputs, granularity });
  const steady = granularity === "perFeature" ? steadyColumns(x) : [];
  const largest = largestWeights(foldScales(coef, inputs), steady);
  const sizes = largest.map((size, k) => size || Math.abs(intercept[k] ?? 0) || 1);
  const [, features = 1] = coef.shape;
  const weights = {
    coef: {
      shape: coef.shape,
      data: coef.data.map((w, i) => w / (sizes[Math.floor(i / features)] ?? 1)),
    },
    intercept: intercept.map((b, k) => b / (sizes[k] ?? 1)),
  };
  return { weights, sizes };
}
