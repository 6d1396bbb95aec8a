// What holds for every tree estimator on any data: ties, constant columns, missing values, one class, depths 1 to 10.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Tensor, toTensor } from "../../src/base/tensor.js";
import { SeededRandom } from "../../src/models/seeded-random.js";
import { DecisionTreeClassifier } from "../../src/models/trees/decision-tree-classifier.js";
import { DecisionTreeRegressor } from "../../src/models/trees/decision-tree-regressor.js";
import { ExtraTreesRegressor } from "../../src/models/trees/extra-trees-regressor.js";
import { HistGradientBoostingRegressor } from "../../src/models/trees/hist-gradient-boosting-regressor.js";
import { IsolationForest } from "../../src/models/trees/isolation-forest.js";
import type { TreeEnsemble } from "../../src/models/trees/tree-ensemble.js";
import { depthOf, usedThresholds } from "../../src/models/trees/tree-statistics.js";
import { XGBClassifier } from "../../src/models/trees/xgb-classifier.js";
import { XGBRegressor } from "../../src/models/trees/xgb-regressor.js";
import { farthest } from "../support/tree-fixtures.js";

/** Small whole numbers, so that values tie; the last column is constant. */
const tables = (missing: boolean) =>
  fc
    .array(
      fc.tuple(
        fc.array(
          missing
            ? fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN))
            : fc.integer({ min: -3, max: 3 }),
          { minLength: 3, maxLength: 3 },
        ),
        fc.integer({ min: 0, max: 2 }),
      ),
      { minLength: 6, maxLength: 40 },
    )
    .map((rows) => ({
      X: toTensor(rows.map(([values]) => [...values, 7])),
      y: Float64Array.from(rows, ([, label]) => label),
    }));

const depths = fc.integer({ min: 1, max: 10 });

/** Scores by the definition: walk each tree node by node. */
function scoreByHand(ensemble: TreeEnsemble, x: Tensor, row: number): number[] {
  const { outputs, base, divisor, rule } = ensemble;
  const sums = new Float64Array(outputs);
  for (const tree of ensemble.trees) {
    let node = 0;
    while ((tree.feature[node] ?? -1) >= 0) {
      const given = x.data[row * ensemble.features + (tree.feature[node] ?? 0)] ?? 0;
      const value = rule.precision === "float32" ? Math.fround(given) : given;
      const limit = tree.threshold[node] ?? 0;
      const left = Number.isNaN(value)
        ? tree.missingLeft[node] === 1
        : rule.left === "<"
          ? value < limit
          : value <= limit;
      node = (left ? tree.left[node] : tree.right[node]) ?? 0;
    }
    for (let k = 0; k < outputs; k++) {
      sums[k] = (sums[k] ?? 0) + (tree.values[node * outputs + k] ?? 0);
    }
  }
  return Array.from(sums, (sum, k) => (base[k] ?? 0) + sum / divisor);
}

/** Well-formed trees that never ask a constant column, no deeper than allowed. */
function checkEnsemble(ensemble: TreeEnsemble, depth: number): void {
  for (const tree of ensemble.trees) {
    assert.ok(depthOf(tree) <= depth);
    tree.feature.forEach((feature, node) => {
      assert.notEqual(feature, 3, "the constant column");
      if (feature < 0) return;
      assert.ok((tree.left[node] ?? 0) > node && (tree.right[node] ?? 0) > node);
    });
  }
  for (const thresholds of usedThresholds(ensemble)) {
    assert.deepEqual(thresholds, thresholds.toSorted());
  }
}

test("trees: shares sum to 1, apply gives leaves, a full tree of distinct rows has no error", async () => {
  await fc.assert(
    fc.asyncProperty(tables(false), depths, async ({ X, y }, maxDepth) => {
      const model = new DecisionTreeClassifier({ maxDepth }).fit(X, y);
      checkEnsemble(model.ensemble, maxDepth);
      const { data, shape } = await model.predictProba(X);
      const classes = shape[1] ?? 1;
      for (let row = 0; row < y.length; row++) {
        const own = Array.from(data.subarray(row * classes, (row + 1) * classes));
        assert.ok(Math.abs(own.reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
        assert.ok(farthest(own, scoreByHand(model.ensemble, X, row)) < 1e-12);
      }
      const tree = model.ensemble.trees[0];
      for (const leaf of model.apply(X).data) assert.equal(tree?.feature[leaf], -1);

      // Rows that no other row equals are told apart by a tree without limits.
      const full = new DecisionTreeRegressor().fit(X, y);
      const guessed = await full.predict(X);
      const keys = Array.from({ length: y.length }, (_, i) =>
        X.data.subarray(i * 4, i * 4 + 4).join(),
      );
      keys.forEach((key, i) => {
        const same = Array.from(y.keys()).filter((other) => keys[other] === key);
        const mean = same.reduce((sum, other) => sum + (y[other] ?? 0), 0) / same.length;
        assert.ok(Math.abs((guessed[i] ?? 0) - mean) < 1e-9);
      });
    }),
    { numRuns: 40 },
  );
});

test("boosting: predictions are sums of leaves, missing values included; more rounds lose less", async () => {
  await fc.assert(
    fc.asyncProperty(tables(true), depths, fc.boolean(), async ({ X, y }, maxDepth, exact) => {
      const treeMethod = exact ? "exact" : "hist";
      const loss = async (nEstimators: number) => {
        const model = new XGBRegressor({ nEstimators, maxDepth, treeMethod }).fit(X, y);
        checkEnsemble(model.ensemble, maxDepth);
        const guessed = await model.predict(X);
        guessed.forEach((value, row) => {
          assert.ok(farthest([value], scoreByHand(model.ensemble, X, row)) < 1e-12);
        });
        return y.reduce((sum, value, i) => sum + (value - (guessed[i] ?? 0)) ** 2, 0);
      };
      assert.ok((await loss(8)) <= (await loss(1)) + 1e-6);

      const hist = new HistGradientBoostingRegressor({ maxIter: 4, maxDepth, minSamplesLeaf: 2 });
      hist.fit(X, y);
      checkEnsemble(hist.ensemble, maxDepth);
      (await hist.predict(X)).forEach((value, row) => {
        assert.ok(farthest([value], scoreByHand(hist.ensemble, X, row)) < 1e-12);
      });
    }),
    { numRuns: 30 },
  );
});

test("monotone constraints: scores never fall where they may only rise, whatever the data say", async () => {
  const random = new SeededRandom(8);
  const uniform = () => random.nextUint32() / 2 ** 32;
  const X = Array.from({ length: 200 }, () => [uniform(), uniform(), uniform()]);
  const y = X.map(([a = 0, b = 0, c = 0]) => Math.sin(9 * a) - Math.cos(7 * b) + c + uniform());
  const steps = Array.from({ length: 41 }, (_, i) => i / 40);
  for (const treeMethod of ["hist", "exact"] as const) {
    const monotoneConstraints = [1, -1, 0];
    const model = new XGBRegressor({ nEstimators: 20, monotoneConstraints, treeMethod }).fit(X, y);
    for (const rest of [0.1, 0.5, 0.9]) {
      const rising = await model.predict(steps.map((a) => [a, rest, rest]));
      const falling = await model.predict(steps.map((b) => [rest, b, rest]));
      steps.slice(1).forEach((_, i) => {
        assert.ok((rising[i + 1] ?? 0) >= (rising[i] ?? 0));
        assert.ok((falling[i + 1] ?? 0) <= (falling[i] ?? 0));
      });
    }
  }
});

test("the same seed gives the same model, another seed another one", async () => {
  const X = Array.from({ length: 60 }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i * 7) % 11]);
  const y = X.map(([a = 0, b = 0]) => a * b);
  const fits = [1, 1, 2].map((randomState) => [
    new ExtraTreesRegressor({ nEstimators: 4, randomState }).fit(X, y).ensemble,
    new XGBRegressor({ nEstimators: 4, subsample: 0.5, colsampleBynode: 0.5, randomState }).fit(
      X,
      y,
    ).ensemble,
    new IsolationForest({ nEstimators: 4, maxSamples: 20, randomState }).fit(X).ensemble,
  ]);
  assert.deepEqual(fits[0], fits[1]);
  fits[0]?.forEach((ensemble, i) => {
    assert.notDeepEqual(ensemble, fits[2]?.[i]);
  });
});

test("sampled boosting learns: rows and features drawn, score near that of all", async () => {
  const X = Array.from({ length: 400 }, (_, i) => [Math.sin(i), Math.cos(i * i), Math.sin(5 * i)]);
  const y = X.map(([a = 0, b = 0]) => Number(a + 0.5 * b > 0));
  const accuracy = async (params: ConstructorParameters<typeof XGBClassifier>[0]) => {
    const model = new XGBClassifier({ nEstimators: 30, maxDepth: 3, ...params }).fit(X, y);
    const guessed = await model.predict(X);
    return guessed.filter((label, i) => label === y[i]).length / y.length;
  };
  const scores: number[] = [];
  for (const randomState of [0, 1, 2, 3]) {
    const shares = { subsample: 0.5, colsampleBytree: 0.7, colsampleBylevel: 0.7 };
    scores.push(await accuracy({ ...shares, randomState }));
  }
  assert.ok(Math.min(...scores) > 0.95, scores.join());
  assert.ok((await accuracy({})) > 0.97);
});
