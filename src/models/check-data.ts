import { VelumError } from "../base/error.js";
import { type NestedArray, shapeText, type Tensor, toTensor } from "../base/tensor.js";
import { requireFinite } from "../quantize/finite.js";

/** Rows of numbers: nested arrays, an array of typed arrays, or a tensor `[rows, features]`. */
export type Rows = NestedArray | readonly ArrayLike<number>[] | Tensor;

/** One number a row. */
export type Labels = ArrayLike<number> | Tensor;

/** A `[rows, columns]` tensor with its lengths at hand. */
export interface Matrix extends Tensor {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Reads `x` as finite numbers `[rows, columns]`, at least one of each.
 * Errors: `bad-shape`, `bad-argument` (an entry is not a number), `not-a-number` (with row and column).
 */
export function toMatrix(x: Rows, path: string): Matrix {
  const matrix = toMatrixWithGaps(x, path);
  requireFinite(matrix, path);
  return matrix;
}

/** `toMatrix` for work that only moves rows about: NaN and infinities pass. Error `bad-shape`. */
export function toMatrixWithGaps(x: Rows, path: string): Matrix {
  const tensor = toTensor(x, path);
  const [rows = 0, columns = 0] = tensor.shape;
  if (tensor.shape.length !== 2 || rows === 0 || columns === 0) {
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `its shape is ${shapeText(tensor.shape)}, not (rows, features) with at least one of each`,
      cure: "Pass one row a sample; a single sample is [[...]]",
    });
  }
  return { shape: tensor.shape, data: tensor.data, rows, columns };
}

/** `toMatrix`, and refuses another number of columns than the model was fitted on. Errors: also `bad-shape`. */
export function toMatrixOf(columns: number, x: Rows, path: string): Matrix {
  return requireColumns(columns, toMatrix(x, path), path);
}

/** Refuses another number of columns than the model was fitted on. Errors: `bad-shape`. */
export function requireColumns(columns: number, matrix: Matrix, path: string): Matrix {
  if (matrix.columns === columns) return matrix;
  throw new VelumError({
    code: "bad-shape",
    path,
    problem: `has ${matrix.columns} features, fitted on ${columns}`,
    limit: columns,
    actual: matrix.columns,
    cure: "Pass the features of the training data in the same order",
  });
}

/** Reads one finite number for each of `rows` rows. Errors: `bad-shape`, `bad-argument`, `not-a-number`. */
export function toLabels(y: Labels, rows: number, path: string): Float64Array {
  if (Array.isArray(y)) refuseText(y, path);
  const tensor = toTensor(y, path);
  if (tensor.shape.length !== 1 || tensor.data.length !== rows) {
    throw new VelumError({
      code: "bad-shape",
      path,
      problem: `its shape is ${shapeText(tensor.shape)}, and there are ${rows} rows`,
      limit: rows,
      actual: tensor.data.length,
      cure: "Pass one number for each row",
    });
  }
  requireFinite(tensor, path);
  return tensor.data;
}

function refuseText(labels: readonly unknown[], path: string): void {
  const at = labels.findIndex((label) => typeof label === "string" || typeof label === "boolean");
  if (at < 0) return;
  const isText = typeof labels[at] === "string";
  throw new VelumError({
    code: "bad-argument",
    path: `${path}[${at}]`,
    problem: isText ? "is text, and labels are numbers" : "is a boolean, and labels are numbers",
    cure: isText
      ? "Number the classes: pass new LabelEncoder().fitTransform(y)"
      : "Pass y.map(Number)",
  });
}

/** Row `i` of `x`, a view. */
export function rowOf(x: Matrix, i: number): Float64Array {
  return x.data.subarray(i * x.columns, (i + 1) * x.columns);
}

/** Reads finite numbers `[rows]` or `[rows, targets]` for `rows` rows as `[rows, targets]`. Errors: those of `toLabels`; `bad-shape` for other rows. */
export function toTargets(y: Labels | Rows, rows: number, path: string): Matrix {
  const tensor = toTensor(y, path);
  if (tensor.shape.length !== 2) {
    return { shape: [rows, 1], data: toLabels(tensor, rows, path), rows, columns: 1 };
  }
  const targets = toMatrix(tensor, path);
  if (targets.rows === rows) return targets;
  throw new VelumError({
    code: "bad-shape",
    path,
    problem: `has ${targets.rows} rows, X has ${rows}`,
    limit: rows,
    actual: targets.rows,
    cure: "Pass the targets of each row of X",
  });
}

/** Weights of rows, finite, of at least 0 and not all 0; undefined where none are given. Errors: `bad-shape`, `not-a-number`, `out-of-range`. */
export function toWeights(
  weights: Labels | undefined,
  rows: number,
  path: string,
): Float64Array | undefined {
  if (weights === undefined) return undefined;
  const read = toLabels(weights, rows, path);
  const at = read.findIndex((weight) => weight < 0);
  if (at < 0 && read.some((weight) => weight > 0)) return read;
  throw new VelumError({
    code: "out-of-range",
    path: at < 0 ? path : `${path} entry ${at}`,
    problem: at < 0 ? "every weight is 0" : `${read[at]} is negative`,
    limit: 0,
    cure: "Pass weights of at least 0, one of them above 0",
  });
}

/** `toWeights`, ones where none are given. */
export function toRowWeights(
  weights: Labels | undefined,
  rows: number,
  path: string,
): Float64Array {
  return toWeights(weights, rows, path) ?? new Float64Array(rows).fill(1);
}

/** The error of a method that needs `fit` first. */
export function notFitted(
  path: string,
  problem = "has not been fitted",
  cure = "Call fit first",
): VelumError {
  return new VelumError({ code: "not-fitted", path, problem, cure });
}
