import { VelumError } from "../../../base/error.js";
import type { ComparisonRule } from "../../../quantize/feature-columns.js";
import type { Matrix, Rows } from "../../check-data.js";
import { toFloat32Columns, toTreeMatrix } from "../tree-data.js";
import { cartRule } from "./cart-ensemble.js";
import type { CartParams } from "./cart-params.js";

/** Training rows as trees take them. */
export interface CartRows {
  readonly matrix: Matrix;
  /** `[features, rows]` */
  readonly columns: Float32Array;
  /** How the fitted trees compare: they know missing values where the training rows have some. */
  readonly rule: ComparisonRule;
  /** `[features]` 1 where values are missing; undefined where none are. */
  readonly missing: Uint8Array | undefined;
}

/**
 * Reads the rows of `fit`; NaN is a missing value. Errors: `bad-shape`, `not-a-number` (infinities) and `out-of-range` with row and column,
 * `bad-argument` for missing values beside `monotonicCst`.
 */
export function readCartRows(
  owner: string,
  x: Rows,
  { monotonicCst }: Pick<CartParams, "monotonicCst">,
): CartRows {
  const knowing: ComparisonRule = { ...cartRule, missing: "nan" };
  const matrix = toTreeMatrix(x, knowing, `${owner}.fit X`);
  const columns = toFloat32Columns(matrix);
  const missing = new Uint8Array(matrix.columns);
  for (let i = 0; i < columns.length; i++) {
    if (Number.isNaN(columns[i])) missing[Math.floor(i / matrix.rows)] = 1;
  }
  const at = missing.indexOf(1);
  if (at < 0) return { matrix, columns, rule: cartRule, missing: undefined };
  if (monotonicCst === null) return { matrix, columns, rule: knowing, missing };
  throw new VelumError({
    code: "bad-argument",
    path: `${owner} monotonicCst`,
    problem: `is given, and column ${at} of X has missing values (NaN)`,
    cure: "Fill them, for instance by SimpleImputer, or use HistGradientBoosting, which takes both",
  });
}
