// Boosted trees against XGBoost's on the same rows, split by split; oracles/trees/make_xgb.py, make_xgb_settings.py,
// make_xgb_categories.py and make_xgb_vector.py made the fixtures.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Rows } from "../../src/models/check-data.js";
import { XGBClassifier } from "../../src/models/trees/xgb-classifier.js";
import { XGBRegressor } from "../../src/models/trees/xgb-regressor.js";
import { XGBRFClassifier } from "../../src/models/trees/xgb-rf-classifier.js";
import { XGBRFRegressor } from "../../src/models/trees/xgb-rf-regressor.js";
import {
  type DataSet,
  everyRow,
  farthest,
  type RecordedTree,
  readTreeFixture,
  structureOf,
} from "../support/tree-fixtures.js";

interface Case {
  readonly estimator: keyof typeof estimators;
  readonly dataSet: string;
  readonly weights: boolean;
  readonly params: Readonly<Record<string, number>>;
  readonly trees: readonly RecordedTree[];
  readonly nodeCounts: readonly number[];
  readonly everySeventh: readonly number[];
  readonly importances: readonly number[];
  /** Rows with categories that no training row has, NaN as null, and what XGBoost answers. */
  readonly others?: readonly (readonly (number | null)[])[];
  readonly otherAnswers?: readonly number[];
}

const estimators = { XGBClassifier, XGBRegressor, XGBRFClassifier, XGBRFRegressor };

for (const name of ["xgb.json", "xgb-settings.json", "xgb-categories.json", "xgb-vector.json"]) {
  const { cases, dataOf } = readTreeFixture<Case>(name);
  for (const wanted of cases) compare(wanted, dataOf(wanted));
}

function compare(wanted: Case, { X, y, targets }: DataSet): void {
  const { estimator, dataSet, params, weights } = wanted;
  test(`same as XGBoost: ${estimator} ${dataSet} ${JSON.stringify(params)}`, async () => {
    const rowCount = y.length / targets;
    const sampleWeight = weights
      ? Float64Array.from({ length: rowCount }, (_, i) => (i % 4) + 0.5)
      : undefined;
    const truth = targets === 1 ? y : { shape: [rowCount, targets], data: y };
    const model = new estimators[estimator](params).fit(X, truth, sampleWeight);
    // A class's trees of a round stand together.
    const together = estimator.includes("RF") ? params["nEstimators"] : params["numParallelTree"];
    const { trees } = model.ensemble;
    wanted.trees.forEach((expected, at) => {
      const tree = trees[at];
      assert.ok(tree !== undefined);
      const { feature, threshold, left, right } = expected;
      assert.deepEqual(structureOf(tree), { feature, threshold, left, right }, `tree ${at}`);
      const sets = Array.from(tree.categories, ([node, set]) => [node, [...set.values]]);
      assert.deepEqual(sets, expected.categories ?? [], `tree ${at}`);
      const outputs = model.ensemble.outputs;
      const k = Math.floor(at / (together ?? 1)) % outputs;
      // Recorded for one output, or for all.
      const whole = expected.values.length === tree.values.length;
      const own = whole ? tree.values : tree.values.filter((_, i) => i % outputs === k);
      assert.ok(
        farthest(own, expected.values) < 2e-6,
        `tree ${at}: ${farthest(own, expected.values)}`,
      );
    });
    assert.deepEqual(
      trees.map((tree) => tree.feature.length),
      wanted.nodeCounts,
    );
    const answersFor = async (rows: Rows) =>
      "predictProba" in model ? (await model.predictProba(rows)).data : await model.predict(rows);
    // XGBoost adds in single precision.
    const size = wanted.everySeventh.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const off = farthest(await answersFor(everyRow(X, 7)), wanted.everySeventh);
    assert.ok(off < 1e-5 * size, String(off));
    const { others, otherAnswers = [] } = wanted;
    if (others !== undefined) {
      const rows = others.map((row) => row.map((value) => value ?? Number.NaN));
      assert.ok(farthest(await answersFor(rows), otherAnswers) < 1e-5 * size);
    }
    assert.ok(farthest(model.featureImportances, wanted.importances) < 1e-4);
  });
}
