import type { Rows } from "../../models/check-data.js";
import type { Label, LinearStep, Step, TreesStep } from "./steps.js";

/** What an input's columns hold. Numbers are rounded to the type before anything else, as the source library does. */
export type InputType = "float32" | "float64" | "integer" | "text";

/** One input of the source model; an imported model takes the columns of all inputs side by side, in this order. */
export interface ImportedInput {
  readonly name: string;
  readonly columns: number;
  readonly type: InputType;
}

/** How raw scores become what the source library reports; `steps` says that `after` holds more than one known step. */
export type PostTransform =
  | "none"
  | "logistic"
  | "softmax"
  | "softmax_zero"
  | "probit"
  | "exp"
  | "steps";

/**
 * How a class is found. `argmax`: the greatest number of a block of `after`, the first of equals.
 * `threshold`: class 1 where the one number of the block is above `above` (`atLeast`: or equal), else class 0.
 */
export type Decision =
  | { readonly kind: "argmax"; readonly block: number }
  | {
      readonly kind: "threshold";
      readonly block: number;
      readonly above: number;
      readonly atLeast: boolean;
    };

/** The parts of an imported model, plain data. */
export interface ImportedParts {
  readonly source: "onnx" | "xgboost" | "lightgbm";
  readonly task: "classifier" | "regressor";
  readonly inputs: readonly ImportedInput[];
  /** Preprocessing: steps on the inputs (blocks 0 to `inputs.length` - 1), for the client to run in clear. */
  readonly before: readonly Step[];
  /** The model itself, on a block of `before`. */
  readonly model: TreesStep | LinearStep;
  /** Steps on the raw scores (block 0), for the client to run after decryption. */
  readonly after: readonly Step[];
  /** The block of `after` that the source library reports: values, scores or probabilities. */
  readonly output: number;
  /** Classifiers alone: how the class is found, and what the classes are called. */
  readonly decision: Decision | undefined;
  readonly classes: readonly Label[] | undefined;
}

/** Rows of numbers, or of numbers and texts where the model has inputs of text. */
export type ImportedRows = Rows | readonly (readonly Label[])[];

/** Number of raw scores a row. */
export function outputsOfModel(model: TreesStep | LinearStep): number {
  return model.kind === "trees" ? model.ensemble.outputs : model.intercept.length;
}

/** Number of columns of a row: all inputs side by side. */
export function columnsOf(inputs: readonly ImportedInput[]): number {
  return inputs.reduce((sum, input) => sum + input.columns, 0);
}
