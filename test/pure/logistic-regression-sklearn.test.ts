// Velum's fit against scikit-learn's on the same rows; oracles/sklearn/make_fixtures.py made the fixture.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadBreastCancer } from "../../examples/breast-cancer/load-data.js";
import { type Tensor, toTensor } from "../../src/base/tensor.js";
import { toMatrix } from "../../src/models/check-data.js";
import { LogisticRegression } from "../../src/models/linear/logistic-regression.js";
import { StandardScaler } from "../../src/models/preprocessing/standard-scaler.js";

interface Case {
  readonly name: string;
  readonly dataSet: "breast-cancer" | "iris" | "digits";
  readonly columns: number;
  readonly scaled: boolean;
  readonly params: {
    readonly C: number;
    readonly penalty: "l2" | null;
    readonly fitIntercept: boolean;
    readonly classWeight: "balanced" | null;
  };
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly coefShape: readonly number[];
  readonly coef: readonly number[];
  readonly intercept: readonly number[];
  readonly predictions: string;
  readonly firstProbabilities: readonly number[];
  readonly firstDecisions: readonly number[];
}

interface Fixture {
  readonly iris: { readonly rows: readonly (readonly number[])[]; readonly target: string };
  readonly digits: { readonly rows: readonly string[]; readonly target: string };
  readonly cases: readonly Case[];
}

const place = new URL("../../../test/fixtures/sklearn/logistic-regression.json", import.meta.url);
const fixture: Fixture = JSON.parse(readFileSync(place, "utf8"));
const breast = loadBreastCancer();
const labelsOf = (text: string) => Float64Array.from(text, Number);
const dataSets = {
  "breast-cancer": { X: breast.data, y: breast.target },
  iris: { X: toTensor(fixture.iris.rows), y: labelsOf(fixture.iris.target) },
  digits: {
    X: toTensor(fixture.digits.rows.map((row) => Array.from(row, (c) => Number.parseInt(c, 17)))),
    y: labelsOf(fixture.digits.target),
  },
};

function firstColumns(x: Tensor, columns: number): Tensor {
  const [rows = 0, all = 1] = x.shape;
  return { shape: [rows, columns], data: x.data.filter((_, i) => i % all < columns) };
}

/** Greatest difference over the greatest expected size. */
function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  assert.equal(actual.length, expected.length);
  const size = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] ?? 0)))) / size;
}

for (const wanted of fixture.cases) {
  test(`same optimum as scikit-learn: ${wanted.name}`, () => {
    const { X, y } = dataSets[wanted.dataSet];
    const x = firstColumns(X, wanted.columns);
    const scaler = new StandardScaler().fit(x);
    assert.ok(relativeError(scaler.mean, wanted.mean) < 1e-12);
    assert.ok(relativeError(scaler.scale, wanted.scale) < 1e-12);
    const z = toMatrix(wanted.scaled ? scaler.transform(x) : x, "X");
    const fit = new LogisticRegression({ ...wanted.params, tol: 1e-10, maxIter: 20_000 }).fit(z, y);
    const classifier = fit.floatModel;
    assert.ok(fit.converged);
    assert.deepEqual(classifier.coef.shape, wanted.coefShape);
    assert.ok(relativeError(classifier.coef.data, wanted.coef) < 1e-4);
    if (wanted.params.fitIntercept) {
      assert.ok(relativeError(classifier.intercept, wanted.intercept) < 1e-4);
    } else {
      assert.deepEqual(Array.from(classifier.intercept), wanted.intercept);
    }
    assert.equal(classifier.predict(z).join(""), wanted.predictions);
    const first = toMatrix(
      { shape: [5, wanted.columns], data: z.data.slice(0, 5 * wanted.columns) },
      "X",
    );
    assert.ok(relativeError(classifier.predictProba(first).data, wanted.firstProbabilities) < 1e-5);
    assert.ok(relativeError(classifier.decisionFunction(first).data, wanted.firstDecisions) < 1e-4);
  });
}

test("default tolerance finds nearly the same model, in few steps", () => {
  const wanted = fixture.cases[0];
  assert.ok(wanted !== undefined);
  const z = toMatrix(new StandardScaler().fitTransform(breast.data), "X");
  const fit = new LogisticRegression(wanted.params).fit(z, breast.target);
  assert.ok(fit.converged && fit.nIter < 60);
  assert.ok(relativeError(fit.floatModel.coef.data, wanted.coef) < 2e-2);
  const labels = fit.floatModel.predict(z);
  const differing = Array.from(wanted.predictions).filter((c, i) => Number(c) !== labels[i]);
  assert.ok(differing.length <= 1);
});
