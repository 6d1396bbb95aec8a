import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBreastCancer } from "../../examples/breast-cancer/load-data.js";
import { toMatrix } from "../../src/models/check-data.js";
import { LogisticRegression } from "../../src/models/linear/logistic-regression.js";
import { chooseNarrowWidths } from "../../src/models/linear/narrow-widths.js";
import { accuracyScore } from "../../src/models/metrics/accuracy.js";
import { StandardScaler } from "../../src/models/preprocessing/standard-scaler.js";
import { trainTestSplit } from "../../src/models/selection/train-test-split.js";
import { rejected } from "../support/refused.js";

const breast = loadBreastCancer();

function breastSplit(randomState: number) {
  const split = trainTestSplit(breast.data, breast.target, { randomState, stratify: true });
  const scaler = new StandardScaler().fit(split.XTrain);
  return { ...split, XTrain: scaler.transform(split.XTrain), XTest: scaler.transform(split.XTest) };
}

/** Three clouds on a line and their labels. */
const clouds = {
  X: Array.from({ length: 60 }, (_, i) => [Math.floor(i / 20) * 4 + (i % 20) / 10, (i % 7) / 7]),
  y: Array.from({ length: 60 }, (_, i) => Math.floor(i / 20) * 10),
};

test("breast cancer, 8 bits: quantized accuracy is within two patients of the float model", async () => {
  const { XTrain, XTest, yTrain, yTest } = breastSplit(1);
  for (const inputQuantizer of ["global", "perFeature"] as const) {
    const model = new LogisticRegression({ nBits: 8, inputQuantizer }).fit(XTrain, yTrain);
    const float = accuracyScore(yTest, model.floatModel.predict(XTest));
    const quantized = accuracyScore(yTest, await model.predict(XTest, { fhe: "disable" }));
    assert.ok(float > 0.95);
    assert.ok(Math.abs(quantized - float) < 2.5 / 143);
    assert.ok(model.quantized.scoreBits <= 8 + 8 + 5);
  }
});

test("breast cancer, class table: fits the width on every input, accuracy stays above 0.93", async () => {
  let sum = 0;
  for (let seed = 0; seed < 4; seed++) {
    const { XTrain, XTest, yTrain, yTest } = breastSplit(seed);
    for (const classTableBits of [4, 5, 6, 7, 8]) {
      const model = new LogisticRegression({ classTableBits }).fit(XTrain, yTrain);
      const product = model.quantized.productRange[0] ?? { min: 0, max: Number.NaN };
      assert.ok(product.max - product.min < 2 ** classTableBits);
      assert.ok((model.classTable?.bits ?? 9) <= classTableBits);
      const accuracy = accuracyScore(yTest, await model.predict(XTest));
      assert.ok(accuracy > 0.93);
      if (classTableBits === 6) sum += accuracy;
    }
  }
  assert.ok(sum / 4 > 0.955);
});

test("class table: more bits follow the real score more closely", () => {
  const { XTrain, yTrain } = breastSplit(2);
  const { floatModel } = new LogisticRegression().fit(XTrain, yTrain);
  const explained = [2, 3, 4, 5, 6, 7, 8].map(
    (bits) => chooseNarrowWidths(toMatrix(XTrain, "X"), floatModel, bits).explained,
  );
  assert.deepEqual(
    explained.toSorted((a, b) => a - b),
    explained,
  );
  assert.ok((explained.at(-1) ?? 0) > 0.95);
});

test("class table: predictions are those of the table", async () => {
  const { XTrain, XTest, yTrain } = breastSplit(3);
  const model = new LogisticRegression({ classTableBits: 6 }).fit(XTrain, yTrain);
  const table = model.classTable;
  assert.ok(table !== undefined);
  const { quantized } = model;
  const scores = quantized.scores(model.quantizeInput(XTest));
  const looked = scores.data.map(
    (score) => table.values[score - (quantized.bias[0] ?? 0) + table.offset] ?? -1,
  );
  assert.deepEqual(await model.predict(XTest), looked);
});

test("three classes: labels, probabilities and decision values", async () => {
  const model = new LogisticRegression({ nBits: { inputs: 10, weights: 10 }, maxIter: 500 });
  model.fit(clouds.X, clouds.y);
  assert.deepEqual(Array.from(model.classes), [0, 10, 20]);
  assert.deepEqual(model.coef.shape, [3, 2]);
  assert.equal(model.intercept.length, 3);
  assert.ok(model.converged && model.nIter > 1);
  assert.equal(accuracyScore(clouds.y, await model.predict(clouds.X)), 1);
  const probabilities = await model.predictProba(clouds.X);
  assert.deepEqual(probabilities.shape, [60, 3]);
  const exact = model.floatModel.predictProba(clouds.X);
  probabilities.data.forEach((p, i) => {
    assert.ok(Math.abs(p - (exact.data[i] ?? Number.NaN)) < 0.05);
  });
  assert.deepEqual((await model.decisionFunction(clouds.X)).shape, [60, 3]);
});

test("two classes: probabilities and decision values agree", async () => {
  const { XTrain, XTest, yTrain } = breastSplit(0);
  const model = new LogisticRegression().fit(XTrain, yTrain);
  const decisions = await model.decisionFunction(XTest);
  const probabilities = await model.predictProba(XTest);
  const labels = await model.predict(XTest);
  assert.deepEqual(decisions.shape, [143]);
  assert.deepEqual(probabilities.shape, [143, 2]);
  decisions.data.forEach((score, row) => {
    const first = probabilities.data[2 * row] ?? Number.NaN;
    const second = probabilities.data[2 * row + 1] ?? Number.NaN;
    assert.ok(Math.abs(first + second - 1) < 1e-12);
    assert.equal(labels[row], Number(score > 0));
    assert.equal(labels[row], Number(second > first));
  });
});

test("settings: defaults, change, effect from the next fit", () => {
  const model = new LogisticRegression({ C: 0.5 });
  assert.deepEqual(model.getParams(), {
    nBits: 8,
    inputQuantizer: "perFeature",
    result: "scores",
    classTableBits: null,
    C: 0.5,
    penalty: "l2",
    l1Ratio: null,
    fitIntercept: true,
    classWeight: null,
    tol: 1e-4,
    maxIter: 100,
  });
  model.fit(clouds.X, clouds.y);
  const bits = model.quantized.scoreBits;
  assert.equal(model.setParams({ nBits: 4 }).getParams().nBits, 4);
  assert.equal(model.quantized.scoreBits, bits);
  assert.ok(model.fit(clouds.X, clouds.y).quantized.scoreBits < bits);
});

test("use before fit is refused", async () => {
  const model = new LogisticRegression();
  const rest = "has not been fitted. Call fit first";
  await rejected(() => model.predict([[1]]), "not-fitted", `LogisticRegression.predict: ${rest}`);
  await rejected(
    () => model.predictProba([[1]]),
    "not-fitted",
    `LogisticRegression.predictProba: ${rest}`,
  );
  await rejected(
    () => model.quantizeInput([[1]]),
    "not-fitted",
    `LogisticRegression.quantizeInput: ${rest}`,
  );
  await rejected(() => model.coef, "not-fitted", `LogisticRegression: ${rest}`);
});

test("NaN is refused with row and column, in fit and in predict", async () => {
  const cure = "Fill or drop missing and infinite values before quantizing";
  const model = new LogisticRegression();
  await rejected(
    () =>
      model.fit(
        [
          [0, 1],
          [1, Number.NaN],
        ],
        [0, 1],
      ),
    "not-a-number",
    `LogisticRegression.fit X row 1, column 1: the value is NaN. ${cure}`,
  );
  await rejected(
    () => model.fit([[0], [1]], [0, Number.NaN]),
    "not-a-number",
    `LogisticRegression.fit y entry 1: the value is NaN. ${cure}`,
  );
  model.fit(clouds.X, clouds.y);
  await rejected(
    () => model.predict([[Number.POSITIVE_INFINITY, 0]]),
    "not-a-number",
    `LogisticRegression.predict X row 0, column 0: the value is Infinity. ${cure}`,
  );
});

test("wrong shapes are refused", async () => {
  const model = new LogisticRegression().fit(clouds.X, clouds.y);
  await rejected(
    () => model.predict([[1, 2, 3]]),
    "bad-shape",
    "LogisticRegression.predict X: has 3 features, fitted on 2. " +
      "Pass the features of the training data in the same order",
  );
  await rejected(
    () => model.predict([1, 2]),
    "bad-shape",
    "LogisticRegression.predict X: its shape is (2,), not (rows, features) with at least one of each. " +
      "Pass one row a sample; a single sample is [[...]]",
  );
  await rejected(
    () => model.fit([[1], [2]], [1]),
    "bad-shape",
    "LogisticRegression.fit y: its shape is (1,), and there are 2 rows. Pass one number for each row",
  );
});

test("labels of one class are refused", async () => {
  await rejected(
    () => new LogisticRegression().fit([[1], [2]], [3, 3]),
    "bad-argument",
    "LogisticRegression.fit y: holds one class only, 3. Pass rows of at least two classes",
  );
});

test("settings out of range are refused at fit", async () => {
  const cases: [ConstructorParameters<typeof LogisticRegression>[0], string][] = [
    [{ l1Ratio: 1.5 }, "l1Ratio: is 1.5. Pass a number from 0 to 1"],
    [{ C: 0 }, "C: is 0. Pass a finite number above 0, or penalty null for no penalty"],
    [{ tol: 0 }, "tol: is 0. Pass a finite number above 0"],
    [{ maxIter: 0.5 }, "maxIter: is 0.5. Pass an integer of at least 1"],
    [{ nBits: 0 }, "nBits inputs: is 0. Pass an integer from 1 to 32"],
    [{ nBits: { inputs: 4, weights: 1 } }, "nBits weights: is 1. Pass an integer from 2 to 32"],
    [{ classTableBits: 9 }, "classTableBits: is 9. Pass an integer from 2 to 8"],
  ];
  for (const [params, rest] of cases) {
    await rejected(
      () => new LogisticRegression(params).fit(clouds.X, clouds.y),
      "bad-argument",
      `LogisticRegression ${rest}`,
    );
  }
});

test("a class table for three classes, and scores of a class table, are refused", async () => {
  await rejected(
    () => new LogisticRegression({ classTableBits: 6 }).fit(clouds.X, clouds.y),
    "unsupported-op",
    "class table: the model has 3 classes, a table reads the one score of two classes. " +
      "Return the scores and let the client take the greatest",
  );
  const two = { X: clouds.X.slice(0, 40), y: clouds.y.slice(0, 40) };
  const model = new LogisticRegression({ classTableBits: 6 }).fit(two.X, two.y);
  await rejected(
    () => model.predictProba(two.X),
    "bad-argument",
    "LogisticRegression.predictProba: the score does not leave the server: " +
      'the model returns the class only. Use predict, or fit with result "scores" and classTableBits null',
  );
});

test("a class table for a score that does not vary is refused", async () => {
  await rejected(
    () => new LogisticRegression({ classTableBits: 6 }).fit([[1], [1]], [0, 1]),
    "bad-argument",
    "class table X: the fitted score does not vary on these rows. " +
      "Pass the training data, with rows of both classes",
  );
});

test("sparse weights: a tolerance below rounding ends the fit where no weight moves any more", () => {
  const settings = { l1Ratio: 1, C: 0.5, maxIter: 5000 };
  const asked = new LogisticRegression({ ...settings, tol: 1e-9 }).fit(clouds.X, clouds.y);
  const beyond = new LogisticRegression({ ...settings, tol: 1e-300 }).fit(clouds.X, clouds.y);
  assert.equal(asked.converged, true);
  assert.ok(beyond.nIter < 200, `${beyond.nIter} iterations`);
  const own = beyond.coef.data;
  asked.coef.data.forEach((weight, j) => {
    assert.ok(Math.abs(weight - (own[j] ?? 0)) < 1e-6);
  });
});
