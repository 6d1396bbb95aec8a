// Additive models: where one feature tells everything, boosting ends at the most likely model, the classes' shares in each bin.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AdditiveClassifier, AdditiveRegressor, VelumError } from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";

const random = new SeededRandom(5);
const places = Array.from({ length: 400 }, () => random.nextBelow(4));
const X = places.map((place) => [place]);
const exact = { nEstimators: 3000, learningRate: 0.5, regLambda: 0, minChildWeight: 0 };

for (const classes of [2, 3, 4]) {
  test(`${classes} classes: probabilities are the shares of each bin`, () => {
    const y = places.map((place) =>
      random.nextBelow(6) < 3 ? place % classes : random.nextBelow(classes),
    );
    const weights = y.map((_, i) => 0.5 + (i % 3));
    const { model, floatModel } = new AdditiveClassifier(exact).fitBenchmark(X, y, weights);
    const shares = floatModel.predictProba([[0], [1], [2], [3]]);
    assert.deepEqual(shares.shape, [4, classes]);
    for (let place = 0; place < 4; place++) {
      const totals = new Float64Array(classes);
      places.forEach((own, i) => {
        const k = y[i] ?? 0;
        if (own === place) totals[k] = (totals[k] ?? 0) + (weights[i] ?? 0);
      });
      const all = totals.reduce((sum, total) => sum + total, 0);
      totals.forEach((total, k) => {
        const found = shares.data[place * classes + k] ?? 0;
        assert.ok(Math.abs(found - total / all) < 2e-3, `${found}, ${total / all}`);
      });
    }
    assert.equal(model.shape(0, classes === 2 ? 0 : classes - 1).values.length, 4);
  });
}

test("squared error and Poisson end at the means of each bin", () => {
  const y = places.map((place) => place ** 2 + random.nextBelow(5));
  for (const loss of ["squared_error", "poisson"] as const) {
    const { floatModel } = new AdditiveRegressor({ ...exact, loss }).fitBenchmark(X, y);
    floatModel.predict([[0], [1], [2], [3]]).forEach((found, place) => {
      const own = y.filter((_, i) => places[i] === place);
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      assert.ok(Math.abs(found - mean) < 1e-3 * (1 + mean), `${found}, ${mean}`);
    });
  }
});

test("three classes of two features, against the rest and quantized", async () => {
  const rows = Array.from({ length: 300 }, () => [random.nextBelow(100), random.nextBelow(100)]);
  const y = rows.map(([a = 0, b = 0]) => 10 * (a > 60 ? 2 : b > 40 ? 1 : 0));
  const model = new AdditiveClassifier().fit(rows, y);
  assert.deepEqual(Array.from(model.classes), [0, 10, 20]);
  assert.ok((await model.score(rows, y)) > 0.97);
  const [first = 0, second = 0] = model.termImportances(rows);
  assert.ok(first > 0.5 && second > 0.5);
  assert.deepEqual((await model.decisionFunction(rows)).shape, [300, 3]);
  const copy = AdditiveClassifier.load(model.dump());
  assert.deepEqual(await copy.predictProba(rows), await model.predictProba(rows));
  assert.throws(
    () => model.shape(2),
    (error) =>
      error instanceof VelumError &&
      error.code === "out-of-range" &&
      error.message ===
        "AdditiveClassifier.shape: there is no feature 2 or no output 0. Count features and outputs from 0",
  );
});

test("a class that weighs nothing is refused", () => {
  assert.throws(
    () => new AdditiveClassifier().fit([[1], [2], [3]], [0, 1, 1], [0, 1, 1]),
    /AdditiveClassifier.fit sampleWeight: all rows of class 0 weigh 0. Drop these rows/,
  );
});
