import assert from "node:assert/strict";
import { test } from "node:test";
import { LinearRegression, LogisticRegression } from "../../src/index.js";
import { QuantizedLinearModel } from "../../src/models/linear/quantized-linear.js";
import { SeededRandom } from "../../src/models/seeded-random.js";
import { UniformQuantizer } from "../../src/quantize/uniform-quantizer.js";

const generator = new SeededRandom(7);
const random = (): number => generator.nextUint32() / 2 ** 32;
const varying = Array.from({ length: 200 }, () => [random(), 3 * random(), random() - 0.5]);
const weights = [1, -0.7, 2];
const score = (row: readonly number[]): number =>
  row.reduce((sum, value, j) => sum + value * (weights[j] ?? 0), 0);

/** Largest difference of two lists. */
function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? 0))));
}

test("a column of ones with a large weight costs little more than an intercept of its size", () => {
  const matrix = (rows: readonly (readonly number[])[]) => {
    const columns = rows[0]?.length ?? 0;
    const shape = [rows.length, columns];
    return { shape, rows: rows.length, columns, data: Float64Array.from(rows.flat()) };
  };
  const coef = (values: readonly number[]) => ({
    shape: [1, values.length],
    data: Float64Array.from(values),
  });
  const bits = { inputs: 8, weights: 8 };
  const errorOf = (
    steady: readonly (readonly [value: number, weight: number])[],
    intercept = 0.25,
  ): number => {
    const rows = varying.map((row) => [...row, ...steady.map(([value]) => value)]);
    const all = [...weights, ...steady.map(([, weight]) => weight)];
    const fitted = { coef: coef(all), intercept: Float64Array.of(intercept) };
    const model = QuantizedLinearModel.fromWeights(fitted, matrix(rows), bits, "perFeature");
    const found = model.dequantizeScores(model.scores(model.quantizeInput(matrix(rows)))).data;
    const added = steady.reduce((sum, [value, weight]) => sum + value * weight, intercept);
    return farthest(
      found,
      varying.map((row) => score(row) + added),
    );
  };
  const without = errorOf([]);
  assert.ok(without < 0.05, `${without}`);
  assert.ok(errorOf([[1, 0.5]]) < 2 * without);
  assert.ok(errorOf([[0, 3]]) < 2 * without);
  for (const [value, weight] of [
    [1, 100],
    [1, -1000],
    [250, 7],
    [-3, 40],
    [1e6, 1],
    [1e-6, 3],
  ] as const) {
    const own = errorOf([[value, weight]]);
    const asIntercept = errorOf([], 0.25 + value * weight);
    assert.ok(own < 5 * asIntercept, `${value} * ${weight}: ${own}, ${asIntercept} as intercept`);
  }
});

test("a constant feature keeps a scale at which other values of its size count", () => {
  const scale = (value: number): number =>
    UniformQuantizer.calibrate(
      { shape: [2, 1], data: Float64Array.of(value, value) },
      { nBits: 8, granularity: "perFeature" },
    ).scale[0] ?? 0;
  assert.equal(scale(0), 1 / 128);
  assert.equal(scale(1), 1 / 128);
  assert.equal(scale(-5), 5 / 128);
});

test("models fitted on a column of ones in place of an intercept predict like those with one", async () => {
  const ones = varying.map((row) => [...row, 1]);
  const y = varying.map((row) => 500 + score(row));
  const within = new LinearRegression({ fitIntercept: false }).fit(ones, y);
  const apart = new LinearRegression().fit(varying, y);
  const [a, b] = [
    farthest(await within.predict(ones), y),
    farthest(await apart.predict(varying), y),
  ];
  assert.ok(a <= 5 * b + 0.01, `${a} and ${b}`);
  const labels = varying.map((row) => Number(500 + score(row) > 500.2));
  const classifier = new LogisticRegression({ fitIntercept: false, C: 100 }).fit(ones, labels);
  const found = await classifier.predict(ones);
  const same = Array.from(found).filter((label, i) => label === labels[i]).length;
  assert.ok(same >= 190, `${same}`);
});
