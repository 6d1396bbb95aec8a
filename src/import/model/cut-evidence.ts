import { mostEvidence } from "../../models/bayes/naive-bayes.js";
import type { Matrix } from "../../models/check-data.js";
import type { ImportedParts } from "../steps/imported-parts.js";
import type { LinearStep } from "../steps/steps.js";

/**
 * The weights to quantize of a Gaussian naive Bayes, whose columns `x` come as `x` and `x^2`. A class in which a column of zeros and ones
 * never varies has next to no variance there, and a weight of some 10^8, beside which all others would be rounded away. So columns with
 * at most two values in `seen` lose their squares, which a straight line through both values stands for, and count as evidence of at
 * most e^20 against a class, as in Velum's own naive Bayes. Other models are given back as they are.
 */
export function cutEvidence(
  parts: Pick<ImportedParts, "inputs" | "before" | "decision">,
  model: LinearStep,
  seen: Matrix,
): LinearStep {
  const columns = seen.columns / 2;
  const outputs = model.intercept.length;
  if (outputs < 2 || !hasSquares(parts, model, columns)) return model;
  const coef = Float64Array.from(model.coef);
  const intercept = Float64Array.from(model.intercept);
  for (let j = 0; j < columns; j++) {
    const ends = fewValues(seen, j);
    const slopes = ends && straightLines(model, seen.columns, j, ends);
    slopes?.forEach(({ slope, offset }, k) => {
      coef[k * seen.columns + j] = slope;
      coef[k * seen.columns + columns + j] = 0;
      intercept[k] = (intercept[k] ?? 0) + offset;
    });
  }
  return { ...model, coef, intercept };
}

/** Whether the model compares classes on columns and, behind them, the same columns squared. */
function hasSquares(
  { inputs, before, decision }: Pick<ImportedParts, "inputs" | "before" | "decision">,
  model: LinearStep,
  columns: number,
): boolean {
  const joined = before[model.from - inputs.length];
  if (decision?.kind !== "argmax" || joined?.kind !== "concatenate") return false;
  const [plain, squares, ...more] = joined.from;
  if (squares === undefined || more.length > 0 || !Number.isInteger(columns)) return false;
  const product = before[squares - inputs.length];
  return (
    product?.kind === "pair" &&
    product.name === "multiply" &&
    product.left === plain &&
    product.right === plain
  );
}

interface Ends {
  readonly low: number;
  readonly high: number;
}

/** The values of column `j` where it has one or two. */
function fewValues({ rows, columns, data }: Matrix, j: number): Ends | undefined {
  let [low, high] = [data[j] ?? 0, data[j] ?? 0];
  for (let row = 1; row < rows; row++) {
    const value = data[row * columns + j] ?? 0;
    if (value === low || value === high) continue;
    if (low !== high) return undefined;
    [low, high] = value < low ? [value, high] : [low, value];
  }
  return { low, high };
}

/**
 * For each class the line through what column `j` adds to its score at both values, cut, and what joins the intercept. Undefined where
 * a class has no density there (its parabola does not open downwards).
 */
function straightLines(
  { coef, intercept }: LinearStep,
  width: number,
  j: number,
  { low, high }: Ends,
): readonly { readonly slope: number; readonly offset: number }[] | undefined {
  // a x^2 + b x is a (x - centre)^2 - a centre^2, and a is -1 / (2 variance).
  const densities = Array.from(intercept, (_, k) => {
    const [a, b] = [coef[k * width + width / 2 + j] ?? 0, coef[k * width + j] ?? 0];
    const centre = -b / (2 * a);
    const height = Math.log(-a) / 2;
    return { a, centre, height, at: (x: number) => a * (x - centre) ** 2 + height };
  });
  if (densities.some(({ a }) => !(a < 0))) return undefined;
  const [atLow, atHigh] = [low, high].map((x) => {
    const values = densities.map(({ at }) => at(x));
    const least = Math.max(...values) - mostEvidence;
    return values.map((value) => Math.max(value, least));
  });
  return densities.map(({ a, centre, height }, k) => {
    const [first, last] = [atLow?.[k] ?? 0, atHigh?.[k] ?? 0];
    const slope = high === low ? 0 : (last - first) / (high - low);
    return { slope, offset: first - height - slope * low - a * centre ** 2 };
  });
}
