// Histogram boosting against scikit-learn's on the same rows, split by split; oracles/trees/make_hgb.py made the fixture.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tensor } from "../../src/base/tensor.js";
import { HistGradientBoostingClassifier } from "../../src/models/trees/hist-gradient-boosting-classifier.js";
import { HistGradientBoostingRegressor } from "../../src/models/trees/hist-gradient-boosting-regressor.js";
import type { Tree } from "../../src/models/trees/tree-ensemble.js";
import { everyRow, farthest, readTreeFixture } from "../support/tree-fixtures.js";

/** Feature, threshold or categories that go left, 1 where missing values go left, leaf value. */
type Node = readonly [number, number | readonly number[], number, number];

interface Case {
  readonly estimator: "HistGradientBoostingClassifier" | "HistGradientBoostingRegressor";
  readonly dataSet: string;
  readonly weights: boolean;
  readonly params: Readonly<Record<string, number>> & { readonly categoricalFeatures?: number[] };
  readonly trees: readonly (readonly Node[])[];
  readonly nodeCounts: readonly number[];
  readonly everySeventh: readonly number[];
  /** The same rows with 77 in all categorical columns. */
  readonly unseen?: readonly number[];
}

const { cases, dataOf } = readTreeFixture<Case>("hgb.json");

/** Nodes root first, left side first; leaf values of output `k`. */
function preorder(tree: Tree, outputs: number, k: number, known: readonly number[][]): Node[] {
  const visit = (node: number): Node[] => {
    const feature = tree.feature[node] ?? -1;
    if (feature < 0) return [[-1, 0, 0, tree.values[node * outputs + k] ?? 0]];
    const set = tree.categories.get(node);
    const goesLeft = (value: number) => set?.values.includes(value) === (set?.side === "left");
    const asked =
      set === undefined ? (tree.threshold[node] ?? 0) : known[feature]?.filter(goesLeft);
    const own: Node = [feature, asked ?? [], tree.missingLeft[node] ?? 0, 0];
    return [own, ...visit(tree.left[node] ?? 0), ...visit(tree.right[node] ?? 0)];
  };
  return visit(0);
}

for (const wanted of cases) {
  const { estimator, dataSet, params, weights } = wanted;
  test(`same as scikit-learn: ${estimator} ${dataSet} ${JSON.stringify(params)}`, async () => {
    const { X, y } = dataOf(wanted);
    const sampleWeight = weights ? y.map((_, i) => (i % 4) + 0.5) : undefined;
    const model =
      estimator === "HistGradientBoostingClassifier"
        ? new HistGradientBoostingClassifier(params).fit(X, y, sampleWeight)
        : new HistGradientBoostingRegressor(params).fit(X, y, sampleWeight);
    const { trees, outputs } = model.ensemble;
    const columns = X.shape[1] ?? 0;
    const known = Array.from({ length: columns }, (_, j) =>
      [...new Set(X.data.filter((_, i) => i % columns === j))]
        .filter(Number.isFinite)
        .sort((a, b) => a - b),
    );
    wanted.trees.forEach((expected, at) => {
      const tree = trees[at];
      assert.ok(tree !== undefined);
      const nodes = preorder(tree, outputs, at % outputs, known);
      const splits = (of: readonly Node[]) => of.map(([feature, , missing]) => [feature, missing]);
      assert.deepEqual(splits(nodes), splits(expected), `tree ${at}`);
      const numbers = (of: readonly Node[]) =>
        of.flatMap(([, asked, , value]) => [asked, value].flat());
      assert.ok(farthest(numbers(nodes), numbers(expected)) < 1e-6, `tree ${at}`);
    });
    const sizes = trees.map((tree) => tree.feature.length);
    assert.deepEqual(sizes, wanted.nodeCounts);
    const rows = everyRow(X, 7);
    const answers = async (of: Tensor) =>
      "predictProba" in model ? (await model.predictProba(of)).data : await model.predict(of);
    const error = farthest(await answers(rows), wanted.everySeventh);
    assert.ok(error < 1e-6, String(error));
    if (wanted.unseen === undefined) return;
    const { categoricalFeatures = [] } = params;
    const data = rows.data.map((v, i) => (categoricalFeatures.includes(i % columns) ? 77 : v));
    assert.ok(farthest(await answers({ ...rows, data }), wanted.unseen) < 1e-6);
  });
}

test("early stopping ends before maxIter and still predicts", async () => {
  const { X, y } = dataOf({ dataSet: "breast-cancer" } as Case);
  const earlyStopping = { when: true, validationFraction: 0.2, nIterNoChange: 5, tol: 1e-7 };
  const model = new HistGradientBoostingClassifier({ maxIter: 300, earlyStopping }).fit(X, y);
  assert.ok(model.nIter < 300);
  assert.equal(model.treeCount, model.nIter);
  assert.equal(HistGradientBoostingClassifier.load(model.dump()).nIter, model.nIter);
  const labels = await model.predict(X);
  const hits = labels.filter((label, i) => label === y[i]).length;
  assert.ok(hits / y.length > 0.97);
});
