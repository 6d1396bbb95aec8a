import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AdditiveClassifier,
  AdditiveRegressor,
  CategoricalNB,
  ClassifierClient,
  ColumnTransformer,
  crossValScore,
  GaussianNB,
  GridSearchCV,
  LinearRegression,
  LinearSVC,
  LogisticRegression,
  OneHotEncoder,
  PCA,
  Pipeline,
  PoissonRegressor,
  RegressorClient,
  Ridge,
  ServerCircuit,
  SimpleImputer,
  StandardScaler,
  StratifiedKFold,
} from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";
import { rejected } from "../support/refused.js";

const wasm = { runtime: "wasm", threads: 2 } as const;
const random = new SeededRandom(3);
const uniform = () => random.nextUint32() / 2 ** 31 - 1;
const X = Array.from({ length: 90 }, () => [
  uniform(),
  10 * uniform(),
  uniform() / 100 + 5,
  uniform(),
]);
const at = (row: readonly number[], j: number) => row[j] ?? 0;
const line = X.map((row) => 3 * at(row, 0) - at(row, 1) + 40 * at(row, 2) + uniform() / 5);
const sizes = X.map((row, i) => [line[i] ?? 0, 1e4 * at(row, 3) - 5e5]);
const counts = X.map((row) => Math.floor(Math.exp(1 + at(row, 0)) + Math.abs(uniform())));
const labels = X.map((row) => (at(row, 0) + at(row, 3) > 0 ? 7 : 3));
const three = X.map((row) => Math.floor(1.5 * (at(row, 0) + 1)));
const kinds = X.map((row, i) => [
  Math.floor(2 * (at(row, 0) + 1)),
  i % 3,
  10 * Math.floor(at(row, 3) + 1),
]);

type Model = LinearRegression | PoissonRegressor | LogisticRegression | LinearSVC;
type Load = (file: Uint8Array) => Model;
const cases: [string, () => Model, Load][] = [
  [
    "LinearRegression",
    () => new LinearRegression().fit(X, line),
    (file) => LinearRegression.load(file, wasm),
  ],
  [
    "two targets in one ciphertext",
    () => new LinearRegression({ nBits: 10 }).fit(X, sizes),
    (file) => LinearRegression.load(file, wasm),
  ],
  [
    "PoissonRegressor",
    () => new PoissonRegressor({ alpha: 0.01 }).fit(X, counts),
    (file) => PoissonRegressor.load(file, wasm),
  ],
  [
    "LinearSVC of three classes",
    () => new LinearSVC().fit(X, three),
    (file) => LinearSVC.load(file, wasm),
  ],
  [
    "LogisticRegression, class alone",
    () => new LogisticRegression({ classTableBits: 4 }).fit(X, labels),
    (file) => LogisticRegression.load(file, wasm),
  ],
];
for (const [name, make, load] of cases) {
  test(`three modes and a dumped copy give the same: ${name}`, async () => {
    const model = make();
    const circuit = await model.compile(X, wasm);
    const some = X.slice(0, 4);
    const clear = await model.predict(some);
    assert.deepEqual(await model.predict(some, { fhe: "simulate" }), clear);
    assert.deepEqual(await model.predict(some, { fhe: "execute" }), clear);
    await circuit.close();
    const file = model.dump();
    const copy = load(file);
    assert.deepEqual(copy.getParams(), model.getParams());
    assert.deepEqual(copy.coef, model.coef);
    assert.deepEqual(await copy.predict(some), clear);
    assert.deepEqual(await copy.predict(some, { fhe: "simulate" }), clear);
    assert.deepEqual(await copy.predict(some, { fhe: "execute" }), clear);
    assert.deepEqual(copy.circuit?.serverFile, circuit.serverFile);
    await copy.circuit?.close();
  });
}

test("quantized regressors are near their float models, each target on its own scale", async () => {
  const model = new LinearRegression({ nBits: 12 }).fit(X, sizes);
  assert.ok((await model.score(X, sizes)) > 0.99);
  const real = model.floatModel.predict(X);
  const spread = [20, 1e4];
  (await model.predict(X)).forEach((value, i) => {
    assert.ok(Math.abs(value - (real[i] ?? 0)) < 0.02 * (spread[i % 2] ?? 1));
  });
});

test("a regressor's client needs the client file alone", async () => {
  const model = new PoissonRegressor({ alpha: 0.01 }).fit(X, counts);
  const { clientFile, serverFile } = await model.compile(X);
  const own = await RegressorClient.load(clientFile);
  own.client.generateKey();
  const server = await ServerCircuit.load(serverFile, wasm);
  const [answer] = await server.run([own.encrypt(X[0] ?? [])]);
  await server.close();
  assert.deepEqual(own.predict(answer ?? new Uint8Array()), await model.predict(X.slice(0, 1)));
  await rejected(
    () => ClassifierClient.load(clientFile),
    "file-kind",
    /is of a regressor, not of a classifier\. Use RegressorClient\.load for it/,
  );
});

test("weights of somebody else's model run after calibration", async () => {
  const fitted = new Ridge({ alpha: 2 }).fit(X, line);
  const given = Ridge.fromFitted({ coef: fitted.coef, intercept: fitted.intercept });
  await rejected(() => given.predict(X), "not-fitted", /knows no range of its inputs yet/);
  await (await given.compile(X, wasm)).close();
  assert.deepEqual(await given.predict(X), await fitted.predict(X));
  const svc = LinearSVC.fromFitted({ coef: [1, -1], intercept: 0.5, classes: [2, 8] }).calibrate([
    [0, 1],
    [1, 0],
  ]);
  assert.deepEqual(
    await svc.predict([
      [0, 1],
      [1, 0],
    ]),
    Float64Array.of(2, 8),
  );
  await rejected(() => svc.predictProba([[0, 1]]), "unsupported-op", /has no probabilities/);
  await rejected(
    () => LinearSVC.fromFitted({ coef: [1, -1], classes: [2, 8, 9] }),
    "bad-argument",
    /3 labels do not ascend or do not fit 1 outputs/,
  );
});

test("naive Bayes and additive models: three modes and a dumped copy give the same", async () => {
  const models = [
    {
      model: new CategoricalNB({ nBits: { inputs: 8, values: 4 } }).fit(kinds, labels),
      rows: kinds,
    },
    { model: new GaussianNB({ nBits: { inputs: 3, values: 4 } }).fit(X, labels), rows: X },
    { model: new AdditiveRegressor({ nBits: { inputs: 2, values: 4 } }).fit(X, line), rows: X },
    { model: new AdditiveClassifier({ nBits: { inputs: 2, values: 4 } }).fit(X, three), rows: X },
  ];
  for (const { model, rows } of models) {
    const circuit = await model.compile(rows);
    const some = rows.slice(0, 2);
    const clear = await model.predict(some);
    assert.deepEqual(await model.predict(rows, { fhe: "simulate" }), await model.predict(rows));
    assert.deepEqual(await model.predict(some, { fhe: "execute" }), clear);
    await circuit.close();
  }
  const { model } = models[0] ?? {};
  assert.ok(model instanceof CategoricalNB);
  const copy = CategoricalNB.load(model.dump());
  assert.deepEqual(await copy.predict(kinds, { fhe: "simulate" }), await model.predict(kinds));
  await rejected(
    () => model.predict([[0, 1, 99]]),
    "out-of-range",
    /CategoricalNB.predict X row 0, column 2: the value is none of the categories/,
  );
});

test("additive models find additive functions", async () => {
  const curve = X.map((row) => Math.sin(3 * at(row, 0)) + at(row, 3) ** 2);
  const model = new AdditiveRegressor({ nEstimators: 200 }).fit(X, curve);
  assert.ok((await model.score(X, curve)) > 0.95);
  const [first = 0, second = 0, third = 0] = model.termImportances(X);
  assert.ok(first > 5 * second && first > 5 * third);
  assert.equal(model.shape(0).values.length, model.shape(0).bounds.length + 1);
  const classifier = new AdditiveClassifier().fit(X, labels);
  assert.ok((await classifier.score(X, labels)) > 0.93);
});

test("a pipeline's client runs the steps, or the model takes them in", async () => {
  const holes = X.map((row, i) => (i % 9 === 0 ? [Number.NaN, ...row.slice(1)] : row));
  const steps = () => [new SimpleImputer(), new StandardScaler(), new PCA({ nComponents: 3 })];
  for (const foldPreprocessing of [false, true, [false, false, true]]) {
    const pipeline = new Pipeline(steps(), new LogisticRegression({ nBits: 12 }), {
      foldPreprocessing,
    });
    pipeline.fit(holes, labels);
    assert.equal(pipeline.steps.length, { false: 3, true: 1 }[String(foldPreprocessing)] ?? 2);
    const circuit = await pipeline.compile(holes, wasm);
    const labelsInClear = await pipeline.predict(holes);
    const right = labelsInClear.filter((label, i) => label === labels[i]).length;
    assert.ok(right >= 80, `${right} of 90`);
    assert.deepEqual((await pipeline.predictProba(holes)).shape, [90, 2]);
    const own = await ClassifierClient.load(circuit.clientFile);
    own.client.generateKey();
    const [answer] = await circuit.run([own.encrypt(holes[0] ?? [])]);
    assert.equal(own.predict(answer ?? new Uint8Array()), labelsInClear[0]);
    await circuit.close();
    const copy = Pipeline.load(pipeline.dump(), (file) => LogisticRegression.load(file, wasm));
    assert.deepEqual(await copy.predict(holes, { fhe: "simulate" }), labelsInClear);
  }
  await rejected(
    () =>
      new Pipeline(steps(), new LogisticRegression(), {
        foldPreprocessing: [true, false, false],
      }).fit(holes, labels),
    "bad-argument",
    /step 0 cannot be folded/,
  );
});

test("columns of different kinds, and categories that were never seen", async () => {
  const mixed = X.map((row, i) => [at(row, 0), i % 3, at(row, 1)]);
  const columns = new ColumnTransformer(
    [
      [new OneHotEncoder(), [1]],
      [new StandardScaler(), [2]],
    ],
    {
      remainder: "passthrough",
    },
  );
  assert.deepEqual(columns.fitTransform(mixed).shape, [90, 5]);
  const pipeline = new Pipeline([columns], new Ridge()).fit(mixed, line);
  assert.ok((await pipeline.score(mixed, line)) > 0.9);
  await rejected(
    () => pipeline.predict([[0, 4, 0]]),
    "out-of-range",
    /row 0, column 0: the value is none of the categories/,
  );
});

test("cross-validation and grid search judge quantized models", async () => {
  const scores = await crossValScore(() => new Ridge({ nBits: 10 }), X, line, { cv: 3 });
  assert.equal(scores.length, 3);
  assert.ok(scores.every((score) => score > 0.97));
  const search = new GridSearchCV(
    (params) => new LogisticRegression(params),
    { nBits: [2, 10], C: [10] },
    {
      cv: new StratifiedKFold({ nSplits: 3, shuffle: true }),
    },
  );
  await search.fit(X, labels);
  assert.deepEqual(search.bestParams, { nBits: 10, C: 10 });
  assert.equal(search.results.length, 2);
  assert.ok(search.bestScore > 0.9 && (await search.bestEstimator.score(X, labels)) > 0.9);
});

test("wrong data, parameters, order and files are refused", async () => {
  const model = new Ridge();
  await rejected(() => model.predict(X), "not-fitted", /^Ridge.predict: has not been fitted/);
  await rejected(
    () => model.fit([[Number.NaN]], [1]),
    "not-a-number",
    /^Ridge.fit X row 0, column 0: the value is NaN/,
  );
  await rejected(() => model.fit(X, [1, 2]), "bad-shape", /^Ridge.fit y/);
  await rejected(
    () => new Ridge({ alpha: -1 }).fit(X, line),
    "bad-argument",
    /^Ridge alpha: is -1/,
  );
  await rejected(
    () => new Ridge({ nBits: 40 }).fit(X, line),
    "bad-argument",
    /^Ridge nBits inputs: is 40/,
  );
  await rejected(
    () =>
      model.fit(
        X,
        line,
        X.map(() => -1),
      ),
    "out-of-range",
    /sampleWeight entry 0: -1 is negative/,
  );
  await rejected(
    () =>
      new PoissonRegressor().fit(
        X,
        line.map((v) => v - 1e4),
      ),
    "bad-argument",
    /a target is not of at least 0/,
  );
  await rejected(
    () =>
      model.fit(
        X.map((row) => row.map((v) => v * 1e300)),
        line,
      ),
    "out-of-range",
    /^Ridge.fit: the weights that were found are not finite. Scale the features/,
  );
  await rejected(() => model.dump(), "not-fitted", /^Ridge.dump/);
  model.fit(X, line);
  await rejected(
    () => model.predict(X, { fhe: "simulate" }),
    "not-compiled",
    /Call compile\(X\) after fit/,
  );
  await rejected(() => model.predict([[1, 2]]), "bad-shape", /has 2 features, fitted on 4/);
  const file = model.dump();
  await rejected(
    () => LinearRegression.load(file),
    "file-kind",
    /holds a Ridge, not a LinearRegression/,
  );
  await rejected(() => Ridge.load(file.slice(0, 200)), "file-corrupt", /damaged/);
  await rejected(
    () => Ridge.load(Uint8Array.of(1, 2, 3, 4)),
    "file-foreign",
    /is not a zip archive/,
  );
});
