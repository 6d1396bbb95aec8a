import type { Granularity } from "../../quantize/value-range.js";
import type { RegressorResult } from "../above-result.js";
import { ParamChecks } from "../check-params.js";
import type { ClassResult } from "../class-result.js";
import type { ClassWeight } from "../class-targets.js";

/** Bits of the quantized inputs (1 to 32) and weights (2 to 32). */
export interface LinearBits {
  readonly inputs: number;
  readonly weights: number;
}

/** How any linear model is made into integers. */
export interface LinearParams {
  /** One width for inputs and weights, or one each. Default 8. */
  readonly nBits: number | LinearBits;
  /** One input scale for all features, or one for each. Default `"perFeature"`. */
  readonly inputQuantizer: Granularity;
}

/** How a linear regressor is made into integers. */
export interface LinearRegressorParams extends LinearParams {
  /** Scores (default), or whether the prediction is above a limit. */
  readonly result: RegressorResult;
}

/** How a linear classifier is made into integers. */
export interface LinearClassifierParams extends LinearParams {
  /** Scores (default), the class alone, or the likeliest classes. */
  readonly result: ClassResult;
  /** Weight of each class by label, `"balanced"` for the same total each, or `null` (default). */
  readonly classWeight: ClassWeight;
}

export const defaultLinearParams: LinearParams = { nBits: 8, inputQuantizer: "perFeature" };

export const defaultLinearRegressorParams: LinearRegressorParams = {
  ...defaultLinearParams,
  result: "scores",
};

export const defaultLinearClassifierParams: LinearClassifierParams = {
  ...defaultLinearParams,
  result: "scores",
  classWeight: null,
};

/** The widths, one by one. */
export function bitsOf({ nBits }: LinearParams): LinearBits {
  return typeof nBits === "object" && nBits !== null ? nBits : { inputs: nBits, weights: nBits };
}

/** Refuses bad widths. Errors: `bad-argument`. */
export function checkLinearParams(name: string, params: LinearParams): void {
  const check = new ParamChecks(name);
  const bits = bitsOf(params);
  check.whole("nBits inputs", bits.inputs, 1, 32);
  check.whole("nBits weights", bits.weights, 2, 32);
  check.oneOf("inputQuantizer", params.inputQuantizer, ["global", "perFeature"]);
}
