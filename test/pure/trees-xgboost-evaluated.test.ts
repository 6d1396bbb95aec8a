// Evaluation sets and early stopping against XGBoost's, round by round; oracles/trees/make_xgb_evaluated.py made the fixture.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tensor } from "../../src/base/tensor.js";
import { VelumError, XGBClassifier, XGBRegressor } from "../../src/index.js";
import { everyRow, farthest, readTreeFixture } from "../support/tree-fixtures.js";

interface Case {
  readonly estimator: "XGBClassifier" | "XGBRegressor";
  readonly dataSet: string;
  readonly weights: boolean;
  readonly params: Readonly<Record<string, number | string>>;
  readonly results: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  readonly bestIteration: number | null;
  readonly bestScore: number | null;
  readonly everyFourth: readonly number[];
  readonly importances: readonly number[];
}

const { cases, dataOf } = readTreeFixture<Case>("xgb-evaluated.json");

function rowsWhere(
  { shape: [rows = 0, columns = 0], data }: Tensor,
  keep: (row: number) => boolean,
) {
  const kept = data.filter((_, i) => keep(Math.floor(i / columns)));
  return {
    shape: [Array.from({ length: rows }, (_, i) => i).filter(keep).length, columns],
    data: kept,
  };
}

for (const wanted of cases) {
  const { estimator, dataSet, params, weights } = wanted;
  test(`same rounds as XGBoost's: ${estimator} ${dataSet} ${JSON.stringify(params)}`, async () => {
    const { X, y } = dataOf(wanted);
    const all = y.map((_, i) => (i % 4) + 0.5);
    const isHeld = (row: number) => row % 3 === 0;
    const side = (held: boolean) => {
      const keep = (row: number) => isHeld(row) === held;
      const pick = (values: Float64Array) => values.filter((_, i) => keep(i));
      return [rowsWhere(X, keep), pick(y), weights ? pick(all) : undefined] as const;
    };
    const train = side(false);
    const valid = side(true);
    const set = ([x, labels, weight]: typeof train) =>
      weight === undefined ? ([x, labels] as const) : ([x, labels, weight] as const);
    const model =
      estimator === "XGBClassifier" ? new XGBClassifier(params) : new XGBRegressor(params);
    model.fit(...train, [set(train), set(valid)]);
    const found = model.evalsResult();
    for (const [name, own] of Object.entries(wanted.results)) {
      assert.deepEqual(Object.keys(found[name] ?? {}), Object.keys(own));
      for (const [metric, values] of Object.entries(own)) {
        const error = farthest(found[name]?.[metric] ?? [], values);
        assert.ok(error < 2e-5, `${name} ${metric}: ${error}`);
      }
    }
    const { outputs, trees } = model.ensemble;
    if (wanted.bestIteration !== null) {
      assert.equal(model.bestIteration, wanted.bestIteration);
      assert.ok(Math.abs(model.bestScore - (wanted.bestScore ?? 0)) < 2e-5);
      assert.equal(trees.length, (wanted.bestIteration + 1) * outputs);
    }
    const rows = everyRow(valid[0], 4);
    const answers =
      "predictProba" in model ? (await model.predictProba(rows)).data : await model.predict(rows);
    assert.ok(farthest(answers, wanted.everyFourth) < 2e-5);
    assert.ok(farthest(model.featureImportances, wanted.importances) < 1e-4);
  });
}

const X = [[1], [2], [3], [4]];
const y = [0, 1, 0, 1];

test("a dumped model keeps its rounds", () => {
  const model = new XGBClassifier({ earlyStoppingRounds: 2 }).fit(X, y, undefined, [[X, y]]);
  const copy = XGBClassifier.load(model.dump());
  assert.deepEqual(copy.evalsResult(), model.evalsResult());
  assert.equal(copy.bestIteration, model.bestIteration);
});

test("missing and foreign evaluation sets are refused", () => {
  const refused = (act: () => unknown, code: string, text: RegExp) =>
    assert.throws(
      act,
      (error) => error instanceof VelumError && error.code === code && text.test(error.message),
    );
  const stopping = new XGBClassifier({ earlyStoppingRounds: 2 });
  refused(
    () => stopping.fit(X, y),
    "bad-argument",
    /fit evalSet: is empty, and earlyStoppingRounds is 2\. Pass rows to judge by/,
  );
  refused(
    () => stopping.fit(X, y, undefined, [[X, [0, 1, 2, 1]]]),
    "bad-argument",
    /evalSet\[0\] y: holds the label 2, which the training/,
  );
  refused(
    () => stopping.fit(X, y, undefined, [[[[1, 2]], [0]]]),
    "bad-shape",
    /evalSet\[0\] X: has 2 features, fitted on 1/,
  );
  refused(
    () => new XGBRegressor({ evalMetric: "logloss" }).fit(X, y, undefined, [[X, y]]),
    "bad-argument",
    /^XGBRegressor evalMetric: is "logloss", which this objective does not have\. Pass "rmse", "mae"/,
  );
  refused(
    () => new XGBRegressor({ nEstimators: 1 }).fit(X, y).bestIteration,
    "not-fitted",
    /has no best round\. Set earlyStoppingRounds/,
  );
  refused(
    () => new XGBRegressor({ nEstimators: 1 }).fit(X, y).evalsResult(),
    "not-fitted",
    /was fitted without evalSet/,
  );
});
