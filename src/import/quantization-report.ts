import type { Tensor } from "../base/tensor.js";
import type { SourceModel } from "./source-model.js";

/** How far a quantized model is from the float model on some rows. */
export interface QuantizationReport {
  readonly rows: number;
  /** Greatest difference of a raw score. */
  readonly maxScoreDifference: number;
  /** Greatest difference of what the source library reports: values, scores or probabilities. */
  readonly maxOutputDifference: number;
  /** Share of rows with the same class, 0 to 1; undefined for regressors. */
  readonly equalClasses: number | undefined;
}

/** Compares raw scores of the float model and of the quantized one, same rows. */
export function reportOf(model: SourceModel, float: Tensor, quantized: Tensor): QuantizationReport {
  const [rows = 0] = float.shape;
  const difference = (a: Tensor, b: Tensor): number =>
    a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (b.data[i] ?? 0))), 0);
  const report = {
    rows,
    maxScoreDifference: difference(float, quantized),
    maxOutputDifference: difference(model.outputsOf(float), model.outputsOf(quantized)),
  };
  if (model.parts.decision === undefined) return { ...report, equalClasses: undefined };
  const found = model.classIndicesOf(quantized);
  const equal = model.classIndicesOf(float).filter((index, row) => index === found[row]).length;
  return { ...report, equalClasses: equal / rows };
}
