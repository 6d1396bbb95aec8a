// Trees and forests against scikit-learn's on the same rows, node for node; oracles/trees/make_cart.py made the fixture.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DecisionTreeClassifier } from "../../src/models/trees/decision-tree-classifier.js";
import { DecisionTreeRegressor } from "../../src/models/trees/decision-tree-regressor.js";
import { ExtraTreesClassifier } from "../../src/models/trees/extra-trees-classifier.js";
import { ExtraTreesRegressor } from "../../src/models/trees/extra-trees-regressor.js";
import { IsolationForest } from "../../src/models/trees/isolation-forest.js";
import { RandomForestClassifier } from "../../src/models/trees/random-forest-classifier.js";
import { RandomForestRegressor } from "../../src/models/trees/random-forest-regressor.js";
import {
  everyRow,
  farthest,
  type RecordedTree,
  readTreeFixture,
  structureOf,
} from "../support/tree-fixtures.js";

type Classifier = "DecisionTreeClassifier" | "RandomForestClassifier" | "ExtraTreesClassifier";
type Regressor = "DecisionTreeRegressor" | "RandomForestRegressor" | "ExtraTreesRegressor";

interface Case {
  readonly estimator: Classifier | Regressor | "IsolationForest";
  readonly dataSet: string;
  readonly params: Readonly<Record<string, number>>;
  readonly trees?: readonly RecordedTree[];
  readonly nodeCounts: readonly number[];
  readonly everySeventh: readonly number[];
  readonly importances?: readonly number[];
  readonly oobScore?: number;
  readonly offset?: number;
  readonly outliers?: number;
}

const classifiers = { DecisionTreeClassifier, RandomForestClassifier, ExtraTreesClassifier };
const regressors = { DecisionTreeRegressor, RandomForestRegressor, ExtraTreesRegressor };
const { cases, dataOf } = readTreeFixture<Case>("cart.json");

test("a warm start gives the forest that one fit of all trees gives", async () => {
  const { X, y, targets } = dataOf({ dataSet: "holes two classes" } as Case);
  assert.equal(targets, 1);
  const params = { oobScore: true, maxDepth: 5, randomState: 3 } as const;
  const whole = new RandomForestClassifier({ ...params, nEstimators: 9 }).fit(X, y);
  const grown = new RandomForestClassifier({ ...params, nEstimators: 4, warmStart: true }).fit(
    X,
    y,
  );
  const [first] = grown.ensemble.trees;
  const loaded = RandomForestClassifier.load(grown.dump());
  for (const model of [grown, loaded]) {
    model.setParams({ nEstimators: 9 }).fit(X, y);
    assert.deepEqual(model.ensemble, whole.ensemble);
    assert.equal(model.oobScore, whole.oobScore);
    assert.ok(farthest(model.featureImportances, whole.featureImportances) < 1e-12);
  }
  assert.equal(grown.ensemble.trees[0], first);
  const regressor = new ExtraTreesRegressor({ nEstimators: 2, warmStart: true }).fit(X, y);
  regressor.setParams({ nEstimators: 5 }).fit(X, y);
  const atOnce = new ExtraTreesRegressor({ nEstimators: 5 }).fit(X, y);
  assert.deepEqual(regressor.ensemble, atOnce.ensemble);
});

for (const wanted of cases) {
  const { estimator, dataSet, params } = wanted;
  test(`same as scikit-learn: ${estimator} ${dataSet} ${JSON.stringify(params)}`, async () => {
    const { X, y, targets } = dataOf(wanted);
    const rows = everyRow(X, 7);
    if (estimator === "IsolationForest") {
      // A share of 1 is scikit-learn's way to say all.
      const { maxSamples } = params;
      const forest = new IsolationForest({
        ...params,
        ...(maxSamples === 1 && { maxSamples: null }),
      });
      forest.fit(X);
      const sizes = forest.ensemble.trees.map((tree) => tree.feature.length);
      assert.deepEqual(sizes, wanted.nodeCounts);
      assert.ok(farthest(await forest.scoreSamples(rows), wanted.everySeventh) < 1e-12);
      assert.ok(Math.abs(forest.offset - (wanted.offset ?? 0)) < 1e-12);
      const outliers = (await forest.predict(X)).filter((label) => label < 0);
      assert.equal(outliers.length, wanted.outliers);
      return;
    }
    const isClassifier = estimator in classifiers;
    const model = isClassifier
      ? new classifiers[estimator as Classifier](params).fit(X, y)
      : new regressors[estimator as Regressor](params).fit(
          X,
          targets === 1 ? y : { shape: [y.length / targets, targets], data: y },
        );
    const sizes = model.ensemble.trees.map((tree) => tree.feature.length);
    assert.deepEqual(sizes, wanted.nodeCounts);
    wanted.trees?.forEach((expected, at) => {
      const tree = model.ensemble.trees[at];
      assert.ok(tree !== undefined);
      const { feature, threshold, left, right } = expected;
      assert.deepEqual(structureOf(tree), { feature, threshold, left, right });
      if (expected.missingLeft !== undefined) {
        assert.deepEqual(Array.from(tree.missingLeft), expected.missingLeft);
      }
      assert.ok(farthest(tree.values, expected.values) < 1e-12);
    });
    const answers =
      "predictProba" in model ? (await model.predictProba(rows)).data : await model.predict(rows);
    assert.ok(farthest(answers, wanted.everySeventh) < 1e-12);
    assert.ok(farthest(model.featureImportances, wanted.importances ?? []) < 1e-9);
    if (wanted.oobScore !== undefined && "oobScore" in model) {
      assert.ok(Math.abs(model.oobScore - wanted.oobScore) < 1e-12);
    }
  });
}
