import { VelumError } from "../../base/error.js";
import type { ComparisonRule } from "../../quantize/feature-columns.js";
import {
  type Matrix,
  type Rows,
  requireColumns,
  toMatrix,
  toMatrixWithGaps,
} from "../check-data.js";

/**
 * Reads rows that trees under `rule` can take: NaN only where the rule knows missing values, no infinities, nothing that is
 * infinite in the rule's precision.
 * Errors: `bad-shape`, `bad-argument`, `not-a-number` and `out-of-range` with row and column.
 */
export function toTreeMatrix(x: Rows, rule: ComparisonRule, path: string): Matrix {
  const matrix = rule.missing === "none" ? toMatrix(x, path) : toMatrixWithMissing(x, path);
  if (rule.precision === "float32") {
    const at = firstBeyond(matrix.data, greatestFloat32);
    if (at >= 0) {
      throw new VelumError({
        code: "out-of-range",
        path: `${path} ${placeOf(matrix, at)}`,
        problem: `${matrix.data[at]} is beyond single precision, in which trees compare`,
        limit: greatestFloat32,
        actual: matrix.data[at] ?? 0,
        cure: "Scale the column, for instance by its greatest value",
      });
    }
  }
  return matrix;
}

/** `toTreeMatrix`, and refuses another number of columns than the model was fitted on. */
export function toTreeMatrixOf(
  features: number,
  x: Rows,
  rule: ComparisonRule,
  path: string,
): Matrix {
  return requireColumns(features, toTreeMatrix(x, rule, path), path);
}

function toMatrixWithMissing(x: Rows, path: string): Matrix {
  const matrix = toMatrixWithGaps(x, path);
  const at = firstBeyond(matrix.data, Number.MAX_VALUE);
  if (at < 0) return matrix;
  throw new VelumError({
    code: "not-a-number",
    path: `${path} ${placeOf(matrix, at)}`,
    problem: `the value is ${matrix.data[at]}`,
    actual: String(matrix.data[at]),
    cure: "Replace infinities by a large number; write missing values as NaN",
  });
}

/** Index of the first entry whose size is above `limit`; -1 where there is none. NaN is not above anything. */
function firstBeyond(data: Float64Array, limit: number): number {
  for (let i = 0; i < data.length; i++) if (Math.abs(data[i] ?? 0) > limit) return i;
  return -1;
}

function placeOf(x: Matrix, at: number): string {
  return `row ${Math.floor(at / x.columns)}, column ${at % x.columns}`;
}

const greatestFloat32 = (2 - 2 ** -23) * 2 ** 127;

/** The columns of `x` one after the other, in single precision: `[columns, rows]`. */
export function toFloat32Columns(x: Matrix): Float32Array {
  const out = new Float32Array(x.rows * x.columns);
  transposeInto(out, x);
  return out;
}

/** The columns of `x` one after the other: `[columns, rows]`. */
export function toFloat64Columns(x: Matrix): Float64Array {
  const out = new Float64Array(x.rows * x.columns);
  transposeInto(out, x);
  return out;
}

/** Some rows at a time, so that what is read and written stays in the cache. */
function transposeInto(out: Float32Array | Float64Array, { rows, columns, data }: Matrix): void {
  for (let from = 0; from < rows; from += 64) {
    const to = Math.min(rows, from + 64);
    for (let j = 0; j < columns; j++) {
      for (let i = from; i < to; i++) out[j * rows + i] = data[i * columns + j] ?? 0;
    }
  }
}
