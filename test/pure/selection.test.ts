// Folds and searches. The stratified folds are those of scikit-learn 1.9.1: StratifiedKFold(3).split(y, y).
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  crossValScore,
  GridSearchCV,
  KFold,
  LogisticRegression,
  meanSquaredError,
  Pipeline,
  Ridge,
  StandardScaler,
  StratifiedKFold,
  trainTestSplit,
  VelumError,
  XGBClassifier,
} from "../../src/index.js";

const labels = [2, 2, 0, 1, 0, 1, 1, 2, 0, 0, 1, 2, 2, 1, 0, 5, 5, 5, 2];

test("stratified folds are scikit-learn's", () => {
  const foldOf = new Array<number>(labels.length).fill(-1);
  new StratifiedKFold({ nSplits: 3 }).split(labels).forEach(({ test: rows, train }, fold) => {
    for (const row of rows) foldOf[row] = fold;
    assert.equal(rows.length + train.length, labels.length);
  });
  assert.deepEqual(foldOf, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 1, 2, 2, 2, 0, 1, 2, 2]);
});

test("shuffled stratified folds differ with the seed and keep the shares", () => {
  const foldsOf = (randomState: number) =>
    new StratifiedKFold({ nSplits: 3, shuffle: true, randomState }).split(labels);
  assert.notDeepEqual(foldsOf(1), foldsOf(2));
  assert.deepEqual(foldsOf(1), foldsOf(1));
  for (const { test: rows } of foldsOf(1)) {
    assert.equal(rows.filter((row) => labels[row] === 5).length, 1);
    assert.equal(rows.filter((row) => labels[row] === 2).length, 2);
  }
});

// Rows in the order of their labels, as data sets often come.
const X = Array.from({ length: 60 }, (_, i) => [10 * Math.floor(i / 30) + (i % 5), (i * 7) % 11]);
const sorted = X.map((_, i) => Math.floor(i / 30));

test("classifiers are judged on folds that hold every class, in pipelines too", async () => {
  const makers = [
    () => new LogisticRegression(),
    () => new XGBClassifier({ nEstimators: 3 }),
    () => new Pipeline([new StandardScaler()], new LogisticRegression()),
  ];
  for (const make of makers) {
    const scores = await crossValScore(make, X, sorted, { cv: 3 });
    assert.ok(
      scores.every((score) => score > 0.9),
      String(scores),
    );
  }
});

test("regressors are judged on consecutive rows", async () => {
  const [first = 0] = await crossValScore(() => new Ridge(), X, sorted, { cv: 2 });
  assert.equal(first, 0); // the first half holds zeros alone, which have no variance to explain
});

test("a score is a function, and the greatest is the best", async () => {
  const loss = (truth: Float64Array, found: Float64Array) => -meanSquaredError(truth, found);
  const search = new GridSearchCV(new Ridge(), { alpha: [1e6, 1] }, { scoring: loss, cv: 3 });
  await search.fit(X, sorted);
  assert.deepEqual(search.bestParams, { alpha: 1 });
  assert.throws(
    () => Reflect.construct(GridSearchCV, [new Ridge(), { alpha: [1] }, { scoring: "r2" }]),
    {
      code: "bad-argument",
      message:
        'GridSearchCV scoring: is "r2", not a function. ' +
        "Pass a function of true and predicted values, greater is better, such as f1Score",
    },
  );
});

test("weights of rows go into the fits of all folds, and rows of a split can be told", async () => {
  const sampleWeight = sorted.map((_, i) => (i % 2 === 0 ? 1 : 1e-9));
  const target = X.map(([a = 0], i) => (i % 2 === 0 ? a : -a));
  const make = () => new Ridge({ alpha: 0, nBits: 12 });
  const cv = new KFold({ nSplits: 3, shuffle: true });
  const even = (truth: Float64Array, found: Float64Array) =>
    Math.max(...truth.map((value, i) => (value >= 0 ? Math.abs(value - (found[i] ?? 0)) : 0)));
  const errors = await crossValScore(make, X, target, { cv, scoring: even, sampleWeight });
  assert.ok(
    errors.every((error) => error < 0.1),
    String(errors),
  );
  const search = new GridSearchCV(make, {}, { cv, sampleWeight });
  await search.fit(X, target);
  assert.ok(Math.abs((search.bestEstimator.coef.data[0] ?? 0) - 1) < 1e-6);

  const { XTest, trainRows, testRows } = trainTestSplit(X, target, { testSize: 0.2 });
  assert.equal(trainRows.length + testRows.length, X.length);
  assert.deepEqual(
    Array.from(XTest.data),
    testRows.flatMap((row) => X[row] ?? []),
  );
});

test("judging refuses options that nobody reads", async () => {
  const refused = (error: unknown) =>
    error instanceof VelumError &&
    /folds: is no option. Known are cv, scoring, sampleWeight/.test(error.message);
  const mistyped = JSON.parse('{ "folds": 3 }');
  await assert.rejects(
    crossValScore(() => new Ridge(), X, sorted, mistyped),
    refused,
  );
  assert.throws(
    () => new GridSearchCV((params) => new Ridge(params), { alpha: [1] }, mistyped),
    refused,
  );
});
