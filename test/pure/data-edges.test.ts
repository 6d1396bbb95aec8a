// What models make of data at its edges: features that hardly vary, values beyond the training data, certain but wrong predictions, absent classes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { logLoss, MinMaxScaler, StandardScaler, trainTestSplit } from "../../src/index.js";
import { classFactors, toClassTargets } from "../../src/models/class-targets.js";

test("a feature that varies by a rounding of its large values has no variance", () => {
  const x = Array.from({ length: 7 }, (_, i) => [i === 3 ? 1e8 + 1.5e-8 : 1e8, i]);
  assert.notEqual(x[3]?.[0], x[0]?.[0]);
  const scaler = new StandardScaler().fit(x);
  assert.deepEqual([...scaler.var], [0, 4]);
  assert.deepEqual([...scaler.scale], [1, 2]);
});

test("values beyond the training data are clipped only where that is asked for", () => {
  const x = [[0], [4]];
  const scaled = (clip: boolean): number[] => [
    ...new MinMaxScaler({ clip }).fit(x).transform([[-2], [1], [6]]).data,
  ];
  assert.deepEqual(scaled(true), [0, 0.25, 1]);
  assert.deepEqual(scaled(false), [-0.5, 0.25, 1.5]);
});

test("a certain prediction that is wrong costs much, not infinitely much", () => {
  const loss = logLoss([0, 1], [1, 1]);
  assert.ok(Math.abs(loss + Math.log(Number.EPSILON) / 2) < 1e-12, `${loss}`);
});

test("balanced weights give all classes that weigh anything the same total", () => {
  const targets = toClassTargets([0, 0, 0, 1, 2], 5, 2, "y");
  const factors = classFactors(targets, "balanced", Float64Array.of(1, 1, 1, 1, 0));
  assert.deepEqual([...factors], [4 / 6, 2, 0]);
});

test("a stratified split gives what is left over to the labels with the largest remainders", () => {
  const labels = [1, 1, 1, 1, 1, 1, 2, 2, 2];
  const rows = labels.map((_, i) => [i]);
  const { yTest } = trainTestSplit(rows, labels, { testSize: 4 / 9, stratify: true });
  assert.deepEqual([...yTest].sort(), [1, 1, 1, 2]);
});
