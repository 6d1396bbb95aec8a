import type { Tensor } from "../../base/tensor.js";
import type { ImportedCoding } from "../client/imported-coding.js";
import { predictionsOf } from "../client/score-reading.js";
import type { ImportedResult } from "./decide-on-server.js";
import type { SourceModel } from "./source-model.js";

/** How far a quantized model is from the float model on some rows. */
export interface QuantizationReport {
  readonly rows: number;
  /** Greatest difference of a raw score; undefined, as the next, where scores stay on the server. */
  readonly maxScoreDifference: number | undefined;
  /** Greatest difference of what the source library reports: values, scores or probabilities. */
  readonly maxOutputDifference: number | undefined;
  /** Share of rows with the same class, 0 to 1, or of bits of regressors with `result` `{ above: t }`; undefined for other regressors. */
  readonly equalClasses: number | undefined;
}

/**
 * Compares raw scores of the float model with integer results of the quantized one, same rows; `result` is what the quantized one was
 * compiled with.
 */
export function reportOf(
  model: SourceModel,
  float: Tensor,
  coding: ImportedCoding,
  results: Tensor,
  result: ImportedResult = "scores",
): QuantizationReport {
  const [rows = 0] = float.shape;
  const limits =
    typeof result === "object" && "above" in result ? [result.above].flat() : undefined;
  const scores = coding.decided ? undefined : coding.scores(results);
  const found = coding.predictions(results);
  const expected = predictionsOf(model.reading, float).map((own, i) =>
    limits ? Number(Number(own) > (limits[i % limits.length] ?? 0)) : own,
  );
  const equal = expected.filter((own, i) => own === found[i]).length;
  const compared = model.parts.decision !== undefined || limits !== undefined;
  return {
    rows,
    maxScoreDifference: scores && difference(float, scores),
    maxOutputDifference: scores && difference(model.outputsOf(float), model.outputsOf(scores)),
    equalClasses: compared ? equal / expected.length : undefined,
  };
}

function difference(a: Tensor, b: Tensor): number {
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (b.data[i] ?? 0))), 0);
}
