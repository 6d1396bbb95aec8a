// Names of a pipeline's parameters, files that can be fitted again, and what a grid search hands on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { strToU8 } from "fflate";
import { packArchive, unpackArchive } from "../../src/artifact/archive.js";
import {
  accuracyScore,
  ColumnTransformer,
  GridSearchCV,
  LogisticRegression,
  MinMaxScaler,
  Normalizer,
  OneHotEncoder,
  PCA,
  Pipeline,
  RandomForestClassifier,
  Ridge,
  SimpleImputer,
  StandardScaler,
} from "../../src/index.js";
import type { Rows } from "../../src/models/check-data.js";
import { FloatPipeline } from "../../src/models/pipeline/float-pipeline.js";

const X = Array.from({ length: 40 }, (_, i) => [i % 8, (i * 3) % 5, (i * 7) % 11]);
const y = X.map(([a = 0, b = 0]) => a * 2 - b);
const labels = X.map(([a = 0]) => Number(a > 6));
const ridge = (file: Uint8Array) => Ridge.load(file);

test("names are scikit-learn's: small letters, numbered where a class stands twice", () => {
  const pipeline = new Pipeline(
    [new StandardScaler(), new PCA(), new StandardScaler({ withMean: false })],
    new Ridge({ alpha: 3 }),
  );
  const params = pipeline.getParams();
  assert.deepEqual(
    Object.keys(params).filter((name) => !name.startsWith("ridge__")),
    [
      ...["foldPreprocessing", "standardscaler-1__withMean", "standardscaler-1__withStd"],
      ...["pca__nComponents", "pca__whiten"],
      ...["standardscaler-2__withMean", "standardscaler-2__withStd"],
    ],
  );
  assert.equal(params["standardscaler-2__withMean"], false);
  assert.equal(params["ridge__alpha"], 3);
  pipeline.setParams({
    "standardscaler-1__withStd": false,
    ridge__alpha: 7,
    foldPreprocessing: true,
  });
  const changed = { "standardscaler-1__withStd": false, ridge__alpha: 7, foldPreprocessing: true };
  assert.deepEqual(pipeline.getParams(), { ...params, ...changed });
  assert.equal(pipeline.model.getParams().alpha, 7);
});

test("a wrong name changes nothing", () => {
  const pipeline = new Pipeline([new MinMaxScaler()], new Ridge());
  const before = pipeline.getParams();
  assert.throws(() => pipeline.setParams({ ridge__alpha: 2, ridge__alfa: 1 }), {
    code: "bad-argument",
    message: /Pipeline.setParams ridge__alfa: is no option. Did you mean ridge__alpha\?/,
  });
  assert.deepEqual(pipeline.getParams(), before);
  assert.throws(() => new Pipeline([], new Ridge(), JSON.parse('{ "fold": true }')), {
    code: "bad-argument",
  });
});

test("a float model beside the pipeline takes raw features, steps folded or not", () => {
  for (const foldPreprocessing of [true, false]) {
    const own = new Pipeline([new StandardScaler()], new Ridge({ nBits: 12 }), {
      foldPreprocessing,
    });
    const { model, floatModel } = own.fitBenchmark(X, y);
    assert.equal(model, own);
    assert.equal(own.nFeaturesIn, 3);
    const plain = new StandardScaler().fit(X);
    const due = new Ridge().fit(plain.transform(X), y).floatModel.predict(plain.transform(X));
    floatModel.predict(X).forEach((value, i) => {
      assert.ok(Math.abs(value - (due[i] ?? 0)) < 1e-9);
    });
    assert.deepEqual(Pipeline.load(own.dump(), ridge).floatModel.predict(X), floatModel.predict(X));
  }
});

test("a pipeline's float model has what the model's has, and stays as it was fitted", () => {
  const steps = [new SimpleImputer(), new StandardScaler()];
  const holes = X.map(([a = 0, b = 0, c = 0]) => [a, b === 3 ? Number.NaN : b, c]);
  const ready = steps.reduce<Rows>((x, step) => step.fit(x).transform(x), holes);
  for (const model of [new LogisticRegression(), new RandomForestClassifier({ nEstimators: 3 })]) {
    const pipeline = new Pipeline(steps, model).fit(holes, labels);
    const { floatModel } = pipeline;
    const float = model.floatModel;
    assert.deepEqual(floatModel.predict(holes), float.predict(ready));
    assert.deepEqual(floatModel.predictProba(holes), float.predictProba(ready));
    assert.deepEqual(floatModel.decisionFunction(holes), float.decisionFunction(ready));
    const before = floatModel.predict(holes);
    pipeline.fit(
      holes,
      labels.map((label) => 1 - label),
    );
    assert.deepEqual(floatModel.predict(holes), before);
  }
  const logistic = new Pipeline(steps, new LogisticRegression({ nBits: 3 })).fit(holes, labels);
  assert.equal(logistic.differingShare(holes), logistic.model.differingShare(ready));
});

test("a float model before the fit, and what it does not have, are refused", () => {
  const pipeline = new Pipeline([new StandardScaler()], new Ridge());
  assert.throws(() => pipeline.floatModel, { code: "not-fitted" });
  const { floatModel } = pipeline.fit(X, y);
  assert.throws(() => Reflect.apply(FloatPipeline.prototype.predictProba, floatModel, [X]), {
    code: "bad-argument",
    message:
      "Pipeline.floatModel.predictProba: its model is a Ridge, which has no predictProba. Call predict",
  });
  assert.throws(() => floatModel.predict([[1, Number.NaN, 2]]), {
    code: "not-a-number",
    message: /Pipeline\.floatModel\.predict X row 0, column 1/,
  });
});

test("a loaded pipeline has its transformers and can be fitted again", async () => {
  const columns = new ColumnTransformer(
    [
      [new OneHotEncoder({ drop: "first" }), [0]],
      ["passthrough", [1]],
      [new SimpleImputer({ strategy: "median" }), [2]],
    ],
    { remainder: "passthrough" },
  );
  const steps = [columns, new MinMaxScaler({ featureRange: [-1, 1] }), new Normalizer(), new PCA()];
  const fold = [false, false, false, true];
  const pipeline = new Pipeline(steps, new Ridge(), { foldPreprocessing: fold }).fit(X, y);
  const loaded = Pipeline.load(pipeline.dump(), ridge);
  assert.deepEqual(loaded.getParams(), pipeline.getParams());
  const predicted = await pipeline.predict(X);
  assert.deepEqual(await loaded.predict(X), predicted);
  assert.equal(loaded.steps.length, 3);
  assert.deepEqual(await loaded.fit(X, y).predict(X), predicted);
});

test("damaged settings of a file are refused", () => {
  const file = new Pipeline([new MinMaxScaler()], new Ridge()).fit(X, y).dump();
  const files = unpackArchive(file, "pipeline file", 2 ** 24);
  const broken = [
    { foldPreprocessing: 3, transformers: [] },
    { foldPreprocessing: false, transformers: {} },
    { foldPreprocessing: false, transformers: [{ name: "toString", params: {} }] },
    { foldPreprocessing: false, transformers: [{ name: "PCA", params: { color: 1 } }] },
    {
      foldPreprocessing: false,
      transformers: [{ name: "ColumnTransformer", params: {}, rules: [3] }],
    },
  ];
  for (const settings of broken) {
    const bad = packArchive({ ...files, "pipeline.json": strToU8(JSON.stringify(settings)) });
    assert.throws(() => Pipeline.load(bad, ridge), { code: "file-corrupt" });
  }
});

test("what a model does not have is refused by name", async () => {
  const pipeline: Pipeline<Ridge> = new Pipeline([new MinMaxScaler()], new Ridge()).fit(X, y);
  const call: unknown = Reflect.get(pipeline, "predictProba");
  assert.ok(typeof call === "function");
  await assert.rejects(async () => call.call(pipeline, X), {
    code: "bad-argument",
    message: "Pipeline.predictProba: its model is a Ridge, which has no predictProba. Call predict",
  });
});

test("a grid over steps; its best pipeline answers for the search", async () => {
  const search = new GridSearchCV(
    (params) => new Pipeline([new StandardScaler()], new LogisticRegression()).setParams(params),
    { logisticregression__C: [1e-4, 100], standardscaler__withStd: [true] },
    { scoring: accuracyScore },
  );
  await assert.rejects(search.predict(X), { code: "not-fitted" });
  await search.fit(X, labels);
  assert.deepEqual(search.bestParams, {
    logisticregression__C: 100,
    standardscaler__withStd: true,
  });
  assert.equal(search.bestIndex, 1);
  assert.deepEqual(await search.predict(X), await search.bestEstimator.predict(X));
  assert.deepEqual(await search.predictProba(X), await search.bestEstimator.predictProba(X));
  assert.equal(await search.score(X, labels), accuracyScore(labels, await search.predict(X)));
});

test("a pipeline's file needs a function that reads its model", () => {
  const file = new Pipeline([new MinMaxScaler()], new Ridge()).fit(X, y).dump();
  assert.throws(() => Reflect.apply(Pipeline.load, Pipeline, [file]), {
    code: "bad-argument",
    message:
      "Pipeline.load load: is undefined, not a function that reads the model. " +
      "Pass the load of the model's class: Pipeline.load(file, (part) => Ridge.load(part))",
  });
});

test("a pipeline is a list of transformers, and a model apart", () => {
  const cases: [unknown[], string][] = [
    [[[new StandardScaler()]], "Pipeline: the last part is no model"],
    [
      [[["scaler", new StandardScaler()]], new Ridge()],
      "Pipeline: part 0 of the list is no transformer",
    ],
    [
      [[new StandardScaler(), new Ridge()], new Ridge()],
      "Pipeline: part 1 of the list is no transformer",
    ],
    [[new StandardScaler(), new Ridge()], "Pipeline: part 0 of the list is no transformer"],
  ];
  for (const [parts, message] of cases)
    assert.throws(() => Reflect.construct(Pipeline, parts), {
      code: "bad-argument",
      message: `${message}. Pass a list of transformers, and the model apart: new Pipeline([new StandardScaler()], new Ridge())`,
    });
});

test("rules for columns are pairs of a transformer and columns", () => {
  const cases: [unknown, string][] = [
    ["", "ColumnTransformer rules: the rules are no list"],
    [[{ columns: [0] }], "ColumnTransformer rules[0]: is no pair of a transformer and columns"],
    [
      [
        ["passthrough", [0]],
        [[1], new PCA()],
      ],
      "ColumnTransformer rules[1]: does not begin with a transformer",
    ],
    [[[new PCA(), 1]], "ColumnTransformer rules[0]: does not end with a list of columns"],
  ];
  for (const [rules, message] of cases)
    assert.throws(() => Reflect.construct(ColumnTransformer, [rules]), {
      code: "bad-argument",
      message: `${message}. Pass pairs such as [new StandardScaler(), [0, 2]] or ["passthrough", [1]]`,
    });
});
