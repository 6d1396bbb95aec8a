import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { loadBreastCancer } from "../../examples/breast-cancer/load-data.js";
import { minimizeLbfgs } from "../../src/models/linear/solvers/lbfgs.js";
import { accuracyScore } from "../../src/models/metrics/accuracy.js";
import { MinMaxScaler } from "../../src/models/preprocessing/min-max-scaler.js";
import { PCA } from "../../src/models/preprocessing/pca.js";
import { SimpleImputer } from "../../src/models/preprocessing/simple-imputer.js";
import { StandardScaler } from "../../src/models/preprocessing/standard-scaler.js";
import { SeededRandom } from "../../src/models/seeded-random.js";
import { trainTestSplit } from "../../src/models/selection/train-test-split.js";
import { refused } from "../support/refused.js";

test("breast-cancer data: 569 x 30, 212 malignant, first and last values", () => {
  const { data, target, featureNames, targetNames } = loadBreastCancer();
  assert.deepEqual(data.shape, [569, 30]);
  assert.equal(target.filter((label) => label === 0).length, 212);
  assert.deepEqual(targetNames, ["malignant", "benign"]);
  assert.equal(featureNames.length, 30);
  assert.equal(featureNames[0], "mean radius");
  assert.deepEqual(Array.from(data.data.subarray(0, 3)), [17.99, 10.38, 122.8]);
  assert.equal(data.data.at(-1), 0.07039);
  assert.equal(target[0], 0);
  assert.equal(target[568], 1);
});

test("scaler: mean 0, variance 1; a constant feature is only shifted", () => {
  const scaler = new StandardScaler().fit([
    [1, 0.1, 10],
    [3, 0.1, 30],
  ]);
  assert.deepEqual(Array.from(scaler.mean), [2, 0.1, 20]);
  assert.deepEqual(Array.from(scaler.scale), [1, 1, 10]);
  assert.deepEqual(Array.from(scaler.transform([[4, 0.1, 20]]).data), [2, 0, 0]);
});

test("scaler: mean or deviation alone", () => {
  const x = [
    [1, 10],
    [3, 30],
  ];
  const shifted = new StandardScaler({ withStd: false }).fitTransform(x);
  assert.deepEqual(Array.from(shifted.data), [-1, -10, 1, 10]);
  const scaled = new StandardScaler({ withMean: false }).fitTransform(x);
  assert.deepEqual(Array.from(scaled.data), [1, 1, 3, 3]);
});

test("scalers and principal components lead back", () => {
  const x = Array.from({ length: 12 }, (_, i) => [i, (i * 5) % 7, i % 2]);
  const steps = [
    new StandardScaler(),
    new MinMaxScaler({ featureRange: [-2, 3] }),
    new PCA(),
    new PCA({ whiten: true }),
  ];
  for (const step of steps) {
    const back = step.inverseTransform(step.fitTransform(x));
    assert.deepEqual(back.shape, [12, 3]);
    x.flat().forEach((value, i) => {
      assert.ok(Math.abs(value - (back.data[i] ?? Number.NaN)) < 1e-12);
    });
    assert.equal(step.nFeaturesIn, 3);
  }
  const scaler = new MinMaxScaler({ featureRange: [-2, 3] }).fit(x);
  const [first = 0] = scaler.transform([[4, 0, 0]]).data;
  assert.equal(first, 4 * (scaler.scale[0] ?? 0) + (scaler.min[0] ?? 0));
  const filled = new SimpleImputer().fit([
    [1, Number.NaN],
    [3, 5],
  ]);
  assert.deepEqual(Array.from(filled.statistics), [2, 5]);
});

test("scaler: a large offset does not spoil the variance", () => {
  const scaler = new StandardScaler().fit([[1e9], [1e9 + 2]]);
  assert.equal(scaler.scale[0], 1);
  assert.equal(new StandardScaler().fit([[0.1], [0.1], [0.1]]).scale[0], 1);
});

test("scaler refuses unfitted use, other features and NaN", () => {
  refused(
    () => new StandardScaler().transform([[1]]),
    "not-fitted",
    "StandardScaler: has not been fitted. Call fit first",
  );
  refused(
    () => new StandardScaler().fit([[1, 2]]).transform([[1]]),
    "bad-shape",
    "StandardScaler.transform X: has 1 features, fitted on 2. " +
      "Pass the features of the training data in the same order",
  );
  refused(
    () => new StandardScaler().fit([[1], [Number.NaN]]),
    "not-a-number",
    "StandardScaler.fit X row 1, column 0: the value is NaN. " +
      "Fill or drop missing and infinite values before quantizing",
  );
});

test("split: every row once, the same for a seed, another for another", () => {
  const x = Array.from({ length: 50 }, (_, i) => [i]);
  const y = x.map(([i = 0]) => i % 2);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.boolean(), (randomState, stratify) => {
      const settings = { testSize: 0.3, randomState, stratify };
      const split = trainTestSplit(x, y, settings);
      assert.deepEqual(split, trainTestSplit(x, y, settings));
      assert.deepEqual(split.XTest.shape, [15, 1]);
      assert.deepEqual(split.XTrain.shape, [35, 1]);
      const all = [...split.XTrain.data, ...split.XTest.data];
      assert.deepEqual(
        all.toSorted((a, b) => a - b),
        x.flat(),
      );
      assert.deepEqual(
        [...split.yTrain, ...split.yTest],
        all.map((i) => i % 2),
      );
    }),
  );
  assert.notDeepEqual(
    trainTestSplit(x, y, { randomState: 1 }).XTest,
    trainTestSplit(x, y, { randomState: 2 }).XTest,
  );
});

test("split: stratified shares differ by less than one row", () => {
  const { data, target } = loadBreastCancer();
  const { yTest } = trainTestSplit(data, target, { testSize: 0.25, stratify: true });
  assert.equal(yTest.length, 143);
  const malignant = yTest.filter((label) => label === 0).length;
  assert.ok(Math.abs(malignant - (143 * 212) / 569) < 1);
});

test("split refuses shares and seeds out of range", () => {
  const cure = "Pass a share above 0 and below 1, and enough rows";
  for (const testSize of [0, 1, Number.NaN, 0.9]) {
    refused(
      () => trainTestSplit([[1], [2]], [0, 1], { testSize }),
      "bad-argument",
      `trainTestSplit testSize: ${testSize} of 2 rows leaves one side empty. ${cure}`,
    );
  }
  refused(
    () => trainTestSplit([[1], [2]], [0, 1], { randomState: -1 }),
    "bad-argument",
    "trainTestSplit randomState: is -1. Pass an integer from 0 to 4294967295",
  );
  refused(
    () => trainTestSplit([[1], [2]], [0]),
    "bad-shape",
    "trainTestSplit y: its shape is (1,), and there are 2 rows. Pass one number for each row",
  );
});

test("seeded numbers: known sequence, in range, roughly even", () => {
  const random = new SeededRandom(0);
  const first = [random.nextUint32(), random.nextUint32()];
  const again = new SeededRandom(0);
  assert.deepEqual([again.nextUint32(), again.nextUint32()], first);
  const counts = new Float64Array(6);
  for (let i = 0; i < 6000; i++) {
    const value = random.nextBelow(6);
    counts[value] = (counts[value] ?? 0) + 1;
  }
  assert.ok(counts.every((count) => count > 850 && count < 1150));
});

test("accuracy", () => {
  assert.equal(accuracyScore([0, 1, 1, 0], Float64Array.of(0, 1, 0, 0)), 0.75);
  refused(
    () => accuracyScore([], []),
    "bad-argument",
    "accuracyScore yTrue: holds no labels. Pass at least one",
  );
  refused(
    () => accuracyScore([0, 1], [0]),
    "bad-shape",
    "accuracyScore yPredicted: its shape is (1,), and there are 2 rows. Pass one number for each row",
  );
});

test("L-BFGS finds the minimum of ill-conditioned bowls", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 8 }),
      (powers) => {
        const curvatures = powers.map((power) => 10 ** power);
        const found = minimizeLbfgs(
          (point, gradient) => {
            let value = 0;
            curvatures.forEach((c, i) => {
              const away = (point[i] ?? 0) - i - 1;
              gradient[i] = c * away;
              value += 0.5 * c * away * away;
            });
            return value;
          },
          new Float64Array(powers.length),
          1e-9,
          2000,
        );
        assert.ok(found.converged);
        found.point.forEach((x, i) => {
          assert.ok(Math.abs(x - i - 1) <= 1e-9 / (curvatures[i] ?? 1) + 1e-12);
        });
      },
    ),
  );
});

test("L-BFGS says when the steps did not suffice", () => {
  const found = minimizeLbfgs(
    (point, gradient) => {
      const x = point[0] ?? 0;
      gradient[0] = 4 * (x - 3) ** 3;
      return (x - 3) ** 4;
    },
    new Float64Array(1),
    1e-12,
    2,
  );
  assert.deepEqual([found.converged, found.iterations], [false, 2]);
});
