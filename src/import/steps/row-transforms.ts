import { type RowTransform, rowFunctions } from "./steps.js";

/** Applies `name` to `row` in place. */
export function transformRow(name: RowTransform, row: Float64Array): void {
  if (name === "softmax" || name === "softmaxZero") {
    const counts = (x: number): boolean => name === "softmax" || Math.abs(x) > 1e-7;
    const top = row.reduce((most, x) => Math.max(most, x), -Infinity);
    const powers = row.map((x) => (counts(x) ? Math.exp(x - top) : 0));
    const sum = powers.reduce((total, x) => total + x, 0);
    row.set(powers.map((x) => (sum === 0 ? 0 : x / sum)));
    return;
  }
  if (name === "order" || name === "sort") {
    const places = Array.from(row, (_, k) => k).sort((a, b) => (row[b] ?? 0) - (row[a] ?? 0));
    row.set(name === "order" ? places : places.map((place) => row[place] ?? 0));
    return;
  }
  if (name === "cumulate") {
    for (let k = 1; k < row.length; k++) row[k] = (row[k] ?? 0) + (row[k - 1] ?? 0);
    return;
  }
  const divisor =
    name === "divideByMax"
      ? row.reduce((most, x) => Math.max(most, x), -Infinity)
      : name === "divideByL1"
        ? rowFunctions.norm1(row)
        : rowFunctions.norm2(row);
  if (divisor !== 0) row.set(row.map((x) => x / divisor));
}
