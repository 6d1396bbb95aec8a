import { VelumError } from "../../base/error.js";
import { shapeText, type Tensor } from "../../base/tensor.js";
import { numbersOf } from "../steps/blocks.js";
import type { ImportedParts } from "../steps/imported-parts.js";
import { runSteps } from "../steps/run-steps.js";
import type { Label } from "../steps/steps.js";

/** What turns raw scores into what the source library reports; `scores` is their number a row. */
export interface ScoreReading
  extends Pick<ImportedParts, "after" | "output" | "decision" | "classes"> {
  readonly scores: number;
}

/** What the source library reports for raw `scores`: values of a regressor, scores or probabilities of a classifier. */
export function outputsOf(reading: ScoreReading, scores: Tensor): Tensor {
  const { blocks, rows } = runAfter(reading, scores);
  const block = numbersOf(blocks, reading.output);
  return { shape: [rows, block.columns], data: block.data };
}

/** The class indices of raw `scores`, one a row. Errors: `bad-argument` for a regressor. */
export function classIndicesOf(reading: ScoreReading, scores: Tensor): Uint32Array {
  const { decision } = reading;
  if (decision === undefined) throw noClasses("ImportedModel.classIndicesOf", "outputsOf");
  const { blocks, rows } = runAfter(reading, scores);
  const block = numbersOf(blocks, decision.block);
  return Uint32Array.from({ length: rows }, (_, row) => {
    const own = block.data.subarray(row * block.columns, (row + 1) * block.columns);
    if (decision.kind === "argmax")
      return own.reduce((best, score, k) => (score > (own[best] ?? 0) ? k : best), 0);
    const score = own[0] ?? 0;
    return Number(decision.atLeast ? score >= decision.above : score > decision.above);
  });
}

/** Classes (numbers or texts) of a classifier, one a row; a regressor's values, row after row. */
export function predictionsOf(reading: ScoreReading, scores: Tensor): readonly Label[] {
  if (reading.decision === undefined) return Array.from(outputsOf(reading, scores).data);
  const classes = reading.classes ?? [];
  return Array.from(classIndicesOf(reading, scores), (index) => classes[index] ?? index);
}

/**
 * Probabilities `[rows, classes]`: what the library reports, where each row sums to 1 within 0.01; one column is the second class's.
 * Errors: `bad-argument` for a regressor, `unsupported-op` where the library reports scores.
 */
export function probabilitiesOf(reading: ScoreReading, scores: Tensor, path: string): Tensor {
  if (reading.decision === undefined) throw noClasses(path, "predict");
  const { shape, data } = outputsOf(reading, scores);
  const [rows = 0, columns = 0] = shape;
  const last = reading.after[reading.output - 1];
  // One against the rest: the rows whose chances happen to sum to 1 are no others.
  if (columns > 1 && last?.kind === "element" && last.name === "logistic")
    throw noProbabilities(path);
  const shares = columns === 1 ? Float64Array.from(bothClasses(data)) : data;
  const width = Math.max(columns, 2);
  for (let row = 0; row < rows; row++) {
    const own = shares.subarray(row * width, (row + 1) * width);
    const sum = own.reduce((total, share) => total + share, 0);
    const proper = own.every((share) => share > -slack && share < 1 + slack);
    if (!proper || Math.abs(sum - 1) > slack) throw noProbabilities(path);
  }
  return { shape: [rows, width], data: shares };
}

function noProbabilities(path: string): VelumError {
  return new VelumError({
    code: "unsupported-op",
    path,
    problem:
      "the library reports numbers that do not sum to 1 in a row: scores, or one chance for each class by itself",
    cure: "Call outputs for them, or predict for the class",
  });
}

/** Shares of quantized leaves sum to 1 up to rounding. */
const slack = 0.01;

function* bothClasses(second: Float64Array): Iterable<number> {
  for (const share of second) yield* [1 - share, share];
}

function runAfter({ after, scores: due }: ScoreReading, scores: Tensor) {
  const [rows = 0, columns = 0] = scores.shape;
  if (scores.shape.length !== 2 || columns !== due) {
    throw new VelumError({
      code: "bad-shape",
      path: "scores",
      problem: `their shape is ${shapeText(scores.shape)}, the model gives (rows, ${due})`,
      limit: due,
      actual: columns,
      cure: "Pass what scores() or the decrypted result gave",
    });
  }
  return { blocks: runSteps(after, [{ columns, data: scores.data }], rows), rows };
}

function noClasses(path: string, instead: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: "the model is a regressor and has no classes",
    cure: `Call ${instead}`,
  });
}
