// Model files whose content was changed behind a right hash: refused with a cure, or still a model; never another kind of failure.
import assert from "node:assert/strict";
import { test } from "node:test";
import { packArchive, unpackArchive } from "../../src/artifact/archive.js";
import {
  AdditiveClassifier,
  AdditiveRegressor,
  CategoricalNB,
  DecisionTreeClassifier,
  GaussianNB,
  HistGradientBoostingRegressor,
  IsolationForest,
  LinearSVC,
  MultinomialNB,
  Ridge,
  VelumError,
  XGBClassifier,
} from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";

interface Predictor {
  predict(x: number[][]): Promise<Float64Array>;
}

const random = new SeededRandom(3);
const X = Array.from({ length: 40 }, () => [random.nextBelow(4), random.nextBelow(3)]);
const classes = X.map(([a = 0, b = 0]) => (a + b > 3 ? 2 : a > 1 ? 1 : 0));
const sizes = X.map(([a = 0, b = 0]) => 1 + a * b);

const models: readonly [Uint8Array, (file: Uint8Array) => Predictor][] = [
  [new Ridge().fit(X, sizes).dump(), (file) => Ridge.load(file)],
  [new LinearSVC().fit(X, classes).dump(), (file) => LinearSVC.load(file)],
  [new MultinomialNB().fit(X, classes).dump(), (file) => MultinomialNB.load(file)],
  [new GaussianNB({ nBits: 3 }).fit(X, classes).dump(), (file) => GaussianNB.load(file)],
  [new CategoricalNB().fit(X, classes).dump(), (file) => CategoricalNB.load(file)],
  [new AdditiveClassifier().fit(X, classes).dump(), (file) => AdditiveClassifier.load(file)],
  [
    new AdditiveClassifier({ result: "class" }).fit(X, classes).dump(),
    (file) => AdditiveClassifier.load(file),
  ],
  [new AdditiveRegressor().fit(X, sizes).dump(), (file) => AdditiveRegressor.load(file)],
  [
    new DecisionTreeClassifier().fit(X, classes).calibrate(X).dump(),
    (file) => DecisionTreeClassifier.load(file),
  ],
  [
    new XGBClassifier({ nEstimators: 2 }).fit(X, classes).calibrate(X).dump(),
    (file) => XGBClassifier.load(file),
  ],
  [
    new HistGradientBoostingRegressor({ maxIter: 2, minSamplesLeaf: 5 }).fit(X, sizes).dump(),
    (file) => HistGradientBoostingRegressor.load(file),
  ],
  [
    new IsolationForest({ nEstimators: 2 }).fit(X).calibrate(X).dump(),
    (file) => IsolationForest.load(file),
  ],
];

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const others: readonly Json[] = [null, -1, 0, 1.5, 1e9, "x", [], {}, true, [1], [[1]], "Infinity"];

/** Changes, removes or shortens something somewhere in `value`. */
function damage(value: Json): Json {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const [key, inner] = entries[random.nextBelow(Math.max(1, entries.length))] ?? [];
  if (key === undefined || inner === undefined || random.nextBelow(6) === 0) {
    return others[random.nextBelow(others.length)] ?? null;
  }
  if (Array.isArray(value)) {
    if (random.nextBelow(6) === 0) return value.slice(1);
    return value.map((item, i) => (String(i) === key ? damage(item) : item));
  }
  const kept = entries.filter(([name]) => name !== key);
  return Object.fromEntries(random.nextBelow(6) === 0 ? kept : [...kept, [key, damage(inner)]]);
}

for (const [file, load] of models) {
  const read = (bytes: Uint8Array) => unpackArchive(bytes, "model file", 2 ** 20)["model.json"];
  const text = new TextDecoder().decode(read(file));
  test(`a changed file of ${JSON.parse(text).name}`, async () => {
    let refused = 0;
    for (let i = 0; i < 150; i++) {
      const changed = JSON.stringify(damage(JSON.parse(text)));
      const bytes = packArchive({ "model.json": new TextEncoder().encode(changed) });
      try {
        const answers = await load(bytes).predict(X.slice(0, 4));
        assert.equal(answers.length, 4, changed);
        assert.ok(!answers.some(Number.isNaN), changed);
      } catch (error) {
        assert.ok(error instanceof VelumError && error.cure.length > 0, `${error}: ${changed}`);
        refused++;
      }
    }
    assert.ok(refused > 40, `${refused} of 150`);
  });
}
