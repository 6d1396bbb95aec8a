// The whole numbers that decision trees ask, made of real features on the client: exact at thresholds, with missing values where trees know them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ColumnQuantizer } from "../../src/quantize/column-quantizer.js";
import type { ComparisonRule, FeatureColumn } from "../../src/quantize/feature-columns.js";

const doubles: ComparisonRule = { left: "<=", precision: "float64", missing: "nan" };

const places = (missing: "low" | "high"): FeatureColumn => {
  return { kind: "index", feature: 0, thresholds: [-1, 0.5, 2], missing };
};
const category = (right: "listed" | "others", missing: 0 | 1 = 0): FeatureColumn => {
  return { kind: "category", feature: 0, categories: [0, 3], right, missing };
};
const grid = (missing: "low" | "high"): FeatureColumn => {
  return { kind: "grid", feature: 0, low: -1, step: 0.5, bits: 3, missing };
};

/** The numbers of one column for a list of values. */
function numbers(column: FeatureColumn, rule: ComparisonRule, ...values: number[]): number[] {
  const x = { shape: [values.length, 1], data: Float64Array.from(values) };
  return Array.from(new ColumnQuantizer(1, rule, [column]).quantize(x).data);
}

test("a value on a threshold stays below it where trees compare with <=, and passes it where they compare with <", () => {
  const values = [-2, -1, 0.5, 0.500001, 2, 3];
  assert.deepEqual(numbers(places("low"), doubles, ...values), [0, 0, 1, 2, 2, 3]);
  assert.deepEqual(
    numbers(places("low"), { ...doubles, left: "<" }, ...values),
    [0, 1, 2, 2, 3, 3],
  );
});

test("values are rounded to the precision of the trees before they are compared", () => {
  const near = 2 + 2 ** -30;
  assert.deepEqual(numbers(places("low"), doubles, near), [3]);
  assert.deepEqual(numbers(places("low"), { ...doubles, precision: "float32" }, near), [2]);
});

test("missing values go below or beyond all thresholds, to either side of a category, to either end of a grid", () => {
  assert.deepEqual(numbers(places("low"), doubles, Number.NaN), [0]);
  assert.deepEqual(numbers(places("high"), doubles, Number.NaN), [3]);
  assert.deepEqual(numbers(category("listed"), doubles, Number.NaN), [0]);
  assert.deepEqual(numbers(category("listed", 1), doubles, Number.NaN), [1]);
  assert.deepEqual(numbers(grid("low"), doubles, Number.NaN), [0]);
  assert.deepEqual(numbers(grid("high"), doubles, Number.NaN), [7]);
});

test("zero counts as missing, or a number of one's own, where the rule says so", () => {
  const high = places("high");
  assert.deepEqual(numbers(high, doubles, 0, -0, -9), [1, 1, 0]);
  assert.deepEqual(numbers(high, { ...doubles, missing: "nan or zero" }, 0, -0, -9), [3, 3, 0]);
  assert.deepEqual(numbers(high, { ...doubles, missingValue: -9 }, 0, -9, Number.NaN), [1, 3, 3]);
});

test("listed categories go right, or all others", () => {
  assert.deepEqual(numbers(category("listed"), doubles, 0, 1, 3, 4), [1, 0, 1, 0]);
  assert.deepEqual(numbers(category("others"), doubles, 0, 1, 3, 4), [0, 1, 0, 1]);
});

test("a grid has its nearest point, and its ends beyond them", () => {
  assert.deepEqual(
    numbers(grid("low"), doubles, -5, -1, -0.8, -0.7, 0.5, 2.5, 9),
    [0, 0, 0, 1, 3, 7, 7],
  );
});

test("one feature may give several columns, in the columns' order", () => {
  const second: FeatureColumn = { ...places("low"), feature: 1 };
  const quantizer = new ColumnQuantizer(2, doubles, [second, grid("low"), category("listed")]);
  const rows = { shape: [2, 2], data: Float64Array.of(0, 9, 3, 0) };
  assert.deepEqual(quantizer.quantize(rows), {
    shape: [2, 3],
    data: Float64Array.of(3, 2, 1, 1, 7, 1),
  });
  assert.deepEqual(quantizer.maxima, [3, 7, 1]);
});
