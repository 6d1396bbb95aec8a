// Fits that go on from an earlier model, against XGBoost's xgb_model; oracles/trees/make_xgb_continued.py made the fixture.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tensor } from "../../src/base/tensor.js";
import { XGBClassifier, XGBRegressor, XGBRFRegressor } from "../../src/index.js";
import type { EvalSet } from "../../src/models/trees/boosting/evaluation.js";
import {
  type DataSet,
  everyRow,
  farthest,
  type RecordedTree,
  readTreeFixture,
  structureOf,
} from "../support/tree-fixtures.js";

interface Case {
  readonly estimator: keyof typeof makers;
  readonly dataSet: string;
  readonly weights: boolean;
  readonly first: object;
  readonly params: object;
  readonly nodeCounts: readonly number[];
  readonly last: RecordedTree;
  readonly everySeventh: readonly number[];
  readonly importances: readonly number[];
  readonly results: readonly number[] | null;
  readonly bestIteration: number | null;
  readonly bestScore: number | null;
}

const { cases, dataOf } = readTreeFixture<Case>("xgb-continued.json");

/** What both kinds of model have. */
interface Model<Own> {
  fit(x: Tensor, y: Tensor, weights?: Float64Array, sets?: readonly EvalSet[], from?: Own): Own;
  dump(): Uint8Array<ArrayBuffer>;
}

/** Fits to every second row, goes on from the file of that with all; the earlier model stays as it is. */
function goOn<Own extends Model<Own>>(
  make: (params: object) => Own,
  load: (file: Uint8Array<ArrayBuffer>) => Own,
  { first, params, weights, results }: Case,
  { X, y, targets }: DataSet,
): Own {
  const truth = { shape: targets === 1 ? [y.length] : [y.length / targets, targets], data: y };
  const all = Float64Array.from({ length: y.length / targets }, (_, i) => (i % 4) + 0.5);
  const weight = weights ? all : undefined;
  const half = everyTarget(truth, 2);
  const file = make(first)
    .fit(
      everyRow(X, 2),
      half,
      weight?.filter((_, i) => i % 2 === 0),
    )
    .dump();
  const earlier = load(file);
  const judged = results === null ? [] : [[everyRow(X, 3), everyTarget(truth, 3)] as const];
  const model = make(params).fit(X, truth, weight, judged, earlier);
  assert.deepEqual(earlier.dump(), file);
  return model;
}

function everyTarget({ shape, data }: Tensor, step: number): Tensor {
  const [rows = 0, targets = 1] = shape;
  const kept = everyRow({ shape: [rows, targets], data: Float64Array.from(data) }, step);
  return shape.length === 1 ? { shape: [kept.data.length], data: kept.data } : kept;
}

const makers = {
  XGBClassifier: (wanted: Case, data: DataSet) =>
    goOn(
      (params) => new XGBClassifier(params),
      (file) => XGBClassifier.load(file),
      wanted,
      data,
    ),
  XGBRegressor: (wanted: Case, data: DataSet) =>
    goOn(
      (params) => new XGBRegressor(params),
      (file) => XGBRegressor.load(file),
      wanted,
      data,
    ),
  XGBRFRegressor: (wanted: Case, data: DataSet) =>
    goOn(
      (params) => new XGBRFRegressor(params),
      (file) => XGBRFRegressor.load(file),
      wanted,
      data,
    ),
};

for (const wanted of cases) {
  const { estimator, dataSet, params, results } = wanted;
  test(`goes on as XGBoost: ${estimator} ${dataSet} ${JSON.stringify(params)}`, async () => {
    const data = dataOf(wanted);
    const model = makers[estimator](wanted, data);
    const { trees, outputs } = model.ensemble;
    if (wanted.bestIteration === null) {
      assert.deepEqual(
        trees.map((tree) => tree.feature.length),
        wanted.nodeCounts,
      );
      const { feature, threshold, left, right } = wanted.last;
      const last = trees.at(-1);
      assert.ok(last !== undefined);
      assert.deepEqual(structureOf(last), { feature, threshold, left, right });
    } else {
      assert.equal(model.bestIteration, wanted.bestIteration);
      assert.ok(Math.abs(model.bestScore - (wanted.bestScore ?? 0)) < 2e-5);
      assert.equal(trees.length, outputs * (wanted.bestIteration + 1));
      const [history = []] = Object.values(model.evalsResult()["validation_0"] ?? {});
      assert.ok(farthest(history, results ?? []) < 2e-5);
    }
    const sample = everyRow(data.X, 7);
    const answers =
      "predictProba" in model
        ? (await model.predictProba(sample)).data
        : await model.predict(sample);
    const size = wanted.everySeventh.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const off = farthest(answers, wanted.everySeventh);
    assert.ok(off < 1e-5 * size, String(off));
    assert.ok(farthest(model.featureImportances, wanted.importances) < 1e-4);
  });
}
