import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ColumnTransformer,
  crossValScore,
  GridSearchCV,
  LogisticRegression,
  MinMaxScaler,
  Pipeline,
  Ridge,
  StandardScaler,
  type VelumError,
  XGBClassifier,
} from "../../src/index.js";

const X = Array.from({ length: 40 }, (_, i) => [i % 8, (i * 3) % 5, (i * i) % 11]);
const y = X.map(([a = 0, b = 0]) => a * 2 + b);
const classes = X.map(([a = 0, b = 0]) => Number(a > b));

test("a copy has the parameters, is not fitted, and is of the same class", () => {
  const model = new XGBClassifier({ nEstimators: 3, maxDepth: 2 }).fit(X, classes);
  const copy = model.clone();
  assert.ok(copy instanceof XGBClassifier);
  assert.deepEqual(copy.getParams(), model.getParams());
  assert.throws(() => copy.nFeaturesIn, { code: "not-fitted" });
  copy.setParams({ maxDepth: 4 });
  assert.equal(model.getParams().maxDepth, 2);
});

test("a pipeline's copy has copies of all its steps", async () => {
  const columns = new ColumnTransformer(
    [
      [new MinMaxScaler({ featureRange: [-1, 1] }), [0, 2]],
      ["passthrough", [1]],
    ],
    { remainder: "passthrough" },
  );
  const own = new Pipeline([columns, new StandardScaler()], new LogisticRegression({ C: 0.5 }), {
    foldPreprocessing: [false, true],
  }).fit(X, classes);
  const copy = own.clone();
  assert.deepEqual(copy.getParams(), own.getParams());
  assert.throws(() => copy.steps, { code: "not-fitted" });
  copy.fit(X.slice(0, 4), classes.slice(0, 4));
  assert.notDeepEqual(copy.steps[0]?.toJSON(), own.steps[0]?.toJSON());
  assert.deepEqual(
    await own.clone().fit(X, classes).predict(X),
    await own.predict(X),
    "fitted again on the same data",
  );
});

test("estimators are judged as functions that make them, and stay as they were", async () => {
  const ridge = new Ridge({ alpha: 3 });
  assert.deepEqual(
    await crossValScore(ridge, X, y),
    await crossValScore(() => new Ridge({ alpha: 3 }), X, y),
  );
  const grid = { alpha: [0.01, 1000], nBits: [6, 10] };
  const [own, made] = [
    new GridSearchCV(ridge, grid),
    new GridSearchCV((params) => new Ridge(params), grid),
  ];
  await own.fit(X, y);
  await made.fit(X, y);
  assert.deepEqual(own.results, made.results);
  assert.equal(own.bestEstimator.getParams().alpha, 0.01);
  assert.equal(ridge.getParams().alpha, 3);
  assert.throws(() => ridge.nFeaturesIn, { code: "not-fitted" });
  const pipeline = new Pipeline([new StandardScaler()], new Ridge());
  const steps = new GridSearchCV(pipeline, { ridge__alpha: [0.01, 1000] });
  await steps.fit(X, y);
  assert.equal(steps.bestEstimator.getParams()["ridge__alpha"], 0.01);
});

test("what makes no model is refused", async () => {
  const nothing: Ridge = JSON.parse('{ "alpha": 1 }');
  const text = (place: string) =>
    `${place}: the first argument is neither an estimator nor a function that makes one. ` +
    `Pass an estimator, ${place}(new Ridge(), ...), or a function, ${place}(() => new Ridge(), ...)`;
  const says = (place: string) => (error: VelumError) => error.message === text(place);
  assert.throws(() => new GridSearchCV(nothing, {}), says("GridSearchCV"));
  await assert.rejects(crossValScore(nothing, X, y), says("crossValidate"));
});
