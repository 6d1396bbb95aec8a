import { VelumError } from "../base/error.js";
import { shapeText, type Tensor, toTensor } from "../base/tensor.js";
import type { Rows } from "../models/check-data.js";
import { type Block, numbersOf, runSteps } from "./run-steps.js";
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

/**
 * A model that another library fitted, with its preprocessing, predicting in clear as that library does. Immutable.
 * Trees and linear models are data that Velum compiles; what stands before and after them is the client's work in clear.
 */
export class ImportedModel {
  readonly parts: ImportedParts;

  constructor(parts: ImportedParts) {
    this.parts = parts;
  }

  /** Class names; undefined for regressors. */
  get classes(): readonly Label[] | undefined {
    return this.parts.classes;
  }

  /** Number of columns of a row: all inputs side by side. */
  get columns(): number {
    return this.parts.inputs.reduce((sum, input) => sum + input.columns, 0);
  }

  get postTransform(): PostTransform {
    const { after, output } = this.parts;
    if (output === 0) return "none";
    const [step, more] = after;
    if (more !== undefined || step === undefined || output !== 1) return "steps";
    if (step.kind === "element" && ["logistic", "probit", "exp"].includes(step.name)) {
      return step.name === "logistic" || step.name === "probit" ? step.name : "exp";
    }
    if (step.kind !== "rowTransform") return "steps";
    if (step.name === "softmax") return "softmax";
    return step.name === "softmaxZero" ? "softmax_zero" : "steps";
  }

  /** `[rows, features]` what the trees or the linear model see: `x` after preprocessing. Errors: as `predict`. */
  features(x: ImportedRows): Tensor {
    const { inputs, before, model } = this.parts;
    const { blocks, rows } = readRows(inputs, x);
    const block = numbersOf(runSteps(before, blocks, rows), model.from);
    return { shape: [rows, block.columns], data: block.data };
  }

  /** `[rows, outputs]` raw scores of the trees or the linear model, before any post-transform. Errors: as `predict`. */
  scores(x: ImportedRows): Tensor {
    const { shape, data } = this.features(x);
    const [rows = 0, columns = 0] = shape;
    const model: Step = { ...this.parts.model, from: 0 };
    const block = numbersOf(runSteps([model], [{ columns, data }], rows), 1);
    return { shape: [rows, block.columns], data: block.data };
  }

  /** What the source library reports for raw `scores`: values of a regressor, scores or probabilities of a classifier. */
  outputsOf(scores: Tensor): Tensor {
    const { blocks, rows } = this.#after(scores);
    const block = numbersOf(blocks, this.parts.output);
    return { shape: [rows, block.columns], data: block.data };
  }

  /** The class indices of raw `scores`, one a row. Errors: `bad-argument` for a regressor. */
  classIndicesOf(scores: Tensor): Uint32Array {
    const { decision } = this.parts;
    if (decision === undefined) throw noClasses();
    const { blocks, rows } = this.#after(scores);
    const block = numbersOf(blocks, decision.block);
    return Uint32Array.from({ length: rows }, (_, row) => {
      const own = block.data.subarray(row * block.columns, (row + 1) * block.columns);
      if (decision.kind === "argmax")
        return own.reduce((best, score, k) => (score > (own[best] ?? 0) ? k : best), 0);
      const score = own[0] ?? 0;
      return Number(decision.atLeast ? score >= decision.above : score > decision.above);
    });
  }

  /** `outputsOf(scores(x))`. Errors: as `predict`. */
  outputs(x: ImportedRows): Tensor {
    return this.outputsOf(this.scores(x));
  }

  /**
   * The source library's predictions: classes (numbers or texts) of a classifier; a regressor's values, row after row.
   * Errors: `bad-shape` (number of columns), `bad-argument` (a text where a number is due), `not-a-number` (NaN
   * where the model's trees have no branch for it), `out-of-range` (a category that the model refuses).
   */
  predict(x: ImportedRows): readonly Label[] {
    const scores = this.scores(x);
    if (this.parts.decision === undefined) return Array.from(this.outputsOf(scores).data);
    const classes = this.parts.classes ?? [];
    return Array.from(this.classIndicesOf(scores), (index) => classes[index] ?? index);
  }

  #after(scores: Tensor): { blocks: readonly Block[]; rows: number } {
    const [rows = 0, columns = 0] = scores.shape;
    const outputs = outputsOfModel(this.parts.model);
    if (scores.shape.length !== 2 || columns !== outputs) {
      throw new VelumError({
        code: "bad-shape",
        path: "scores",
        problem: `their shape is ${shapeText(scores.shape)}, the model gives (rows, ${outputs})`,
        limit: outputs,
        actual: columns,
        cure: "Pass what scores() or the decrypted result gave",
      });
    }
    return {
      blocks: runSteps(this.parts.after, [{ columns, data: scores.data }], rows),
      rows,
    };
  }
}

/** Number of raw scores a row. */
export function outputsOfModel(model: TreesStep | LinearStep): number {
  return model.kind === "trees" ? model.ensemble.outputs : model.intercept.length;
}

/** Splits `x` into the blocks of `inputs` and rounds numbers to their types. */
function readRows(
  inputs: readonly ImportedInput[],
  x: ImportedRows,
): { blocks: readonly Block[]; rows: number } {
  const due = inputs.reduce((sum, input) => sum + input.columns, 0);
  if (inputs.some((input) => input.type === "text")) return readMixedRows(inputs, x, due);
  const { shape, data } = toTensor(numbersAlone(x), "X");
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2 || columns !== due) throw wrongColumns(due, shapeText(shape));
  let start = 0;
  const blocks = inputs.map((input) => {
    const round = rounding(input.type);
    const own = new Float64Array(rows * input.columns);
    for (let row = 0; row < rows; row++)
      for (let k = 0; k < input.columns; k++)
        own[row * input.columns + k] = round(data[row * columns + start + k] ?? 0);
    start += input.columns;
    return { columns: input.columns, data: own };
  });
  return { blocks, rows };
}

function readMixedRows(
  inputs: readonly ImportedInput[],
  x: ImportedRows,
  due: number,
): { blocks: readonly Block[]; rows: number } {
  if (!Array.isArray(x)) throw wrongColumns(due, "no list of rows");
  const table: readonly (readonly Label[])[] = x.map((row: unknown, index) => {
    if (!Array.isArray(row) || row.length !== due)
      throw wrongColumns(due, `not so in row ${index}`);
    return row.map((entry: unknown) => {
      if (typeof entry === "number" || typeof entry === "string") return entry;
      throw wrongEntry(`X[${index}]`, typeof entry, "number or text");
    });
  });
  let start = 0;
  const blocks = inputs.map((input): Block => {
    const round = rounding(input.type);
    const entries = table.flatMap((row) => row.slice(start, start + input.columns));
    start += input.columns;
    if (input.type === "text") {
      const texts = entries.map((entry) => {
        if (typeof entry === "string") return entry;
        throw wrongEntry(`X input "${input.name}"`, "number", "text");
      });
      return { columns: input.columns, data: texts };
    }
    const numbers = entries.map((entry) => {
      if (typeof entry === "number") return round(entry);
      throw wrongEntry(`X input "${input.name}"`, "text", "number");
    });
    return { columns: input.columns, data: Float64Array.from(numbers) };
  });
  return { blocks, rows: table.length };
}

/** `x` without the kind of rows that holds texts; an entry of another type is found when the tensor is read. */
function numbersAlone(x: ImportedRows): Rows {
  if (!Array.isArray(x)) return isRows(x) ? x : [];
  return x.map((row: unknown, index) => {
    if (!Array.isArray(row)) return Float64Array.from(isNumbers(row) ? row : []);
    return row.map((entry: unknown) => {
      if (typeof entry === "number") return entry;
      throw wrongEntry(`X[${index}]`, typeof entry, "number");
    });
  });
}

function isRows(x: ImportedRows): x is Rows {
  return !Array.isArray(x);
}

function isNumbers(row: unknown): row is ArrayLike<number> {
  return ArrayBuffer.isView(row) && !(row instanceof DataView);
}

function rounding(type: InputType): (x: number) => number {
  if (type === "float32") return Math.fround;
  return type === "integer" ? Math.trunc : (x) => x;
}

function wrongColumns(due: number, found: string): VelumError {
  return new VelumError({
    code: "bad-shape",
    path: "X",
    problem: `its shape is ${found}, the model takes rows of ${due} columns`,
    limit: due,
    actual: found,
    cure: "Pass one row a sample, with the columns of all inputs side by side",
  });
}

function wrongEntry(path: string, found: string, due: string): VelumError {
  return new VelumError({
    code: "bad-argument",
    path,
    problem: `an entry is a ${found}, and a ${due} is due`,
    cure: `Pass a ${due}; imported.parts.inputs says which columns hold what`,
  });
}

function noClasses(): VelumError {
  return new VelumError({
    code: "bad-argument",
    path: "ImportedModel.classIndicesOf",
    problem: "the model is a regressor and has no classes",
    cure: "Call outputsOf",
  });
}
