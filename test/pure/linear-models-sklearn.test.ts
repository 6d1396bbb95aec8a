// Velum's linear models against scikit-learn's on the same rows; oracles/sklearn/linear_models.py made the fixture.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { toTensor } from "../../src/base/tensor.js";
import {
  ElasticNet,
  GammaRegressor,
  Lasso,
  LinearRegression,
  LinearSVC,
  LinearSVR,
  LogisticRegression,
  PoissonRegressor,
  Ridge,
  SGDClassifier,
  SGDRegressor,
  TweedieRegressor,
} from "../../src/index.js";

interface Data {
  readonly model: string;
  readonly params: object;
  readonly X: string;
  readonly y: string;
}

interface Case extends Data {
  readonly weighted: boolean;
  readonly coefShape: readonly number[];
  readonly coef: readonly number[];
  readonly intercept: readonly number[];
  readonly firstPredictions: readonly number[];
  readonly score: number;
}

interface Spread extends Data {
  readonly mean: number;
  readonly deviation: number;
}

interface Fixture {
  readonly rows: Readonly<Record<string, number[][]>>;
  readonly targets: Readonly<Record<string, number[] | number[][]>>;
  readonly weights: readonly number[];
  readonly cases: readonly Case[];
  readonly sgd: readonly Spread[];
}

const place = new URL("../../../test/fixtures/sklearn/linear-models.json", import.meta.url);
const fixture: Fixture = JSON.parse(readFileSync(place, "utf8"));

const exact = { tol: 1e-12, maxIter: 200_000 };
const makers = {
  LinearRegression: (params: object) => new LinearRegression(params),
  Ridge: (params: object) => new Ridge(params),
  Lasso: (params: object) => new Lasso({ ...exact, ...params }),
  ElasticNet: (params: object) => new ElasticNet({ ...exact, ...params }),
  PoissonRegressor: (params: object) => new PoissonRegressor({ ...exact, tol: 1e-9, ...params }),
  GammaRegressor: (params: object) => new GammaRegressor({ ...exact, tol: 1e-9, ...params }),
  TweedieRegressor: (params: object) => new TweedieRegressor({ ...exact, tol: 1e-9, ...params }),
  LinearSVR: (params: object) => new LinearSVR({ ...exact, tol: 1e-7, ...params }),
  LinearSVC: (params: object) => new LinearSVC({ ...exact, tol: 1e-7, ...params }),
  LogisticRegression: (params: object) =>
    new LogisticRegression({ ...exact, tol: 1e-9, ...params }),
  SGDRegressor: (params: object) => new SGDRegressor(params),
  SGDClassifier: (params: object) => new SGDClassifier(params),
} as const;

function makerOf(name: string) {
  const maker = Object.entries(makers).find(([own]) => own === name)?.[1];
  assert.ok(maker !== undefined, name);
  return maker;
}

function dataOf({ X, y }: Data) {
  return { X: toTensor(fixture.rows[X] ?? []), y: toTensor(fixture.targets[y] ?? []) };
}

/** Greatest difference over the greatest expected size. */
function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  assert.equal(actual.length, expected.length);
  const size = Math.max(1e-9, ...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] ?? 0)))) / size;
}

for (const wanted of fixture.cases) {
  const { model, params, weighted } = wanted;
  const label = `${model} ${JSON.stringify(params)} on ${wanted.X}, ${wanted.y}`;
  test(`same optimum as scikit-learn: ${label}${weighted ? ", weighted" : ""}`, async () => {
    const { X, y } = dataOf(wanted);
    const own = makerOf(model)(params).fit(X, y, weighted ? fixture.weights : undefined);
    assert.ok(own.converged);
    assert.deepEqual(own.coef.shape, wanted.coefShape);
    assert.ok(relativeError(own.coef.data, wanted.coef) < 2e-6, String(own.coef.data));
    wanted.coef.forEach((value, i) => {
      if (value === 0) assert.equal(Math.abs(own.coef.data[i] ?? 1), 0); // what an l1 penalty sets to 0 is 0
    });
    const size = Math.max(...wanted.coef.map(Math.abs));
    wanted.intercept.forEach((value, k) => {
      assert.ok(Math.abs(value - (own.intercept[k] ?? 0)) < 2e-6 * Math.max(size, Math.abs(value)));
    });
    const first = own.floatModel.predict((fixture.rows[wanted.X] ?? []).slice(0, 5));
    const length = wanted.firstPredictions.length;
    assert.ok(relativeError(first.subarray(0, length), wanted.firstPredictions) < 1e-5);
    const wide = { inputs: 20, weights: 20 };
    const score = await makerOf(model)({ ...params, nBits: wide })
      .fit(X, y, weighted ? fixture.weights : undefined)
      .score(X, y);
    assert.ok(
      Math.abs(score - wanted.score) < 1e-4,
      `score ${score}, scikit-learn ${wanted.score}`,
    );
  });
}

for (const wanted of fixture.sgd) {
  test(`scores over seeds as scikit-learn's: ${wanted.model} ${JSON.stringify(wanted.params)}`, async () => {
    const { X, y } = dataOf(wanted);
    const scores: number[] = [];
    for (let randomState = 0; randomState < 10; randomState++) {
      const nBits = { inputs: 16, weights: 16 };
      const own = makerOf(wanted.model)({ ...wanted.params, randomState, nBits }).fit(X, y);
      scores.push(await own.score(X, y));
    }
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const spread = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
    const slack = 3 * Math.sqrt((wanted.deviation ** 2 + spread) / 10) + 0.005;
    assert.ok(Math.abs(mean - wanted.mean) < slack, `mean ${mean}, scikit-learn ${wanted.mean}`);
  });
}

test("early stopping needs rows to train on", () => {
  const model = new SGDClassifier({ earlyStopping: true });
  assert.throws(
    () => model.fit([[1], [2]], [0, 1]),
    /validationFraction: 0\.1 of 2 rows leaves none to train on\. Pass more rows/,
  );
  assert.throws(
    () => model.setParams({ validationFraction: 1 }).fit([[1], [2]], [0, 1]),
    /SGDClassifier validationFraction: is 1\. Pass a number above 0 and below 1/,
  );
});
