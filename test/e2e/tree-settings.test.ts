// Settings that change what trees are or how they are asked: three modes and a dumped copy give the same, and the float model's answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TreeClient } from "../../src/client/tree-client.js";
import {
  type Circuit,
  type CompileOptions,
  DecisionTreeClassifier,
  DecisionTreeRegressor,
  ExtraTreesRegressor,
  HistGradientBoostingClassifier,
  HistGradientBoostingRegressor,
  RandomForestClassifier,
  RandomForestRegressor,
  ServerCircuit,
  XGBClassifier,
  XGBRegressor,
  XGBRFClassifier,
  XGBRFRegressor,
} from "../../src/index.js";
import type { PredictionMode } from "../../src/models/prediction-mode.js";
import { SeededRandom } from "../../src/models/seeded-random.js";

interface Model {
  readonly name: string;
  readonly circuit: { close(): Promise<void> } | undefined;
  getParams(): object;
  compile(x: number[][], options: Partial<CompileOptions>): Promise<Circuit>;
  predict(x: number[][], mode?: PredictionMode): Promise<Float64Array>;
  dump(): Uint8Array<ArrayBuffer>;
}

interface Case {
  readonly about: string;
  readonly X: number[][];
  readonly model: Model;
  load(file: Uint8Array): Model;
}

const wasm = { runtime: "wasm", threads: 1 } as const;
const random = new SeededRandom(23);
const X = Array.from({ length: 90 }, () => [
  random.nextBelow(5),
  random.nextBelow(4),
  random.nextBelow(9),
]);
const classes = X.map(([a = 0, b = 0, c = 0]) => (a + b > 4 ? 2 : c > 4 ? 1 : 0));
const sizes = X.map(([a = 0, b = 0, c = 0]) => 1 + a - b + c * (a > 2 ? 1 : -1));
const holes = X.map((row, i) => row.map((value, j) => (i % 4 === j ? -9 : value)));
const both = X.map(([a = 0, b = 0, c = 0]) => [a + b, 1000 * Math.sin(c), a * c]);
const gaps = X.map((row, i) => row.map((value, j) => (i % 7 === j ? Number.NaN : value)));
const rounds = { maxIter: 4, minSamplesLeaf: 4, maxDepth: 3 };
const few = { nEstimators: 4, maxDepth: 3 };

const cases: readonly Case[] = [
  {
    about: "approx",
    ...{ X, model: new XGBRegressor({ ...few, treeMethod: "approx", maxBin: 5 }).fit(X, sizes) },
    load: (file) => XGBRegressor.load(file, wasm),
  },
  {
    about: "parallel trees",
    ...{
      X,
      model: new XGBClassifier({ ...few, numParallelTree: 3, subsample: 0.6 }).fit(X, classes),
    },
    load: (file) => XGBClassifier.load(file, wasm),
  },
  {
    about: "a quantile",
    X,
    model: new XGBRegressor({ ...few, objective: "reg:quantileerror", quantileAlpha: 0.7 }).fit(
      X,
      sizes,
    ),
    load: (file) => XGBRegressor.load(file, wasm),
  },
  {
    about: "three targets",
    ...{ X, model: new XGBRegressor(few).fit(X, both) },
    load: (file) => XGBRegressor.load(file, wasm),
  },
  {
    about: "three targets in each leaf",
    ...{
      X: gaps,
      model: new XGBRegressor({ ...few, multiStrategy: "multi_output_tree" }).fit(gaps, both),
    },
    load: (file) => XGBRegressor.load(file, wasm),
  },
  {
    about: "three classes in each leaf",
    ...{
      X,
      model: new XGBClassifier({
        ...few,
        multiStrategy: "multi_output_tree",
        subsample: 0.7,
        numParallelTree: 2,
      }).fit(X, classes),
    },
    load: (file) => XGBClassifier.load(file, wasm),
  },
  {
    about: "interactions",
    X,
    model: new XGBRegressor({ ...few, interactionConstraints: [[0, 2], [1]] }).fit(X, sizes),
    load: (file) => XGBRegressor.load(file, wasm),
  },
  {
    about: "categories",
    X: [...gaps, [77, 1, 77], [-3, 0.5, 2]],
    model: new XGBRegressor({ ...few, featureTypes: ["c", "q", "c"] }).fit(gaps, sizes),
    load: (file) => XGBRegressor.load(file, wasm),
  },
  {
    about: "categories, one against the others",
    X: [...gaps, [77, 1, 77]],
    model: new XGBClassifier({
      ...few,
      featureTypes: ["c", "c", "q"],
      maxCatToOnehot: 20,
      treeMethod: "approx",
    }).fit(gaps, classes),
    load: (file) => XGBClassifier.load(file, wasm),
  },
  {
    about: "a number that means missing",
    ...{ X: holes, model: new XGBRegressor({ ...few, missing: -9 }).fit(holes, sizes) },
    load: (file) => XGBRegressor.load(file, wasm),
  },
  {
    about: "forest",
    ...{ X, model: new XGBRFClassifier(few).fit(X, classes) },
    load: (file) => XGBRFClassifier.load(file, wasm),
  },
  {
    about: "forest",
    ...{ X, model: new XGBRFRegressor(few).fit(X, sizes) },
    load: (file) => XGBRFRegressor.load(file, wasm),
  },
  {
    about: "directions",
    ...{
      X,
      model: new HistGradientBoostingRegressor({ ...rounds, monotonicCst: [1, 0, -1] }).fit(
        X,
        sizes,
      ),
    },
    load: (file) => HistGradientBoostingRegressor.load(file, wasm),
  },
  {
    about: "pairs and drawn features",
    X,
    model: new HistGradientBoostingClassifier({
      ...rounds,
      interactionCst: "pairwise",
      maxFeatures: 0.5,
    }).fit(X, classes),
    load: (file) => HistGradientBoostingClassifier.load(file, wasm),
  },
  {
    about: "categories",
    X: [...gaps, [77, 1, 77]],
    model: new HistGradientBoostingRegressor({
      ...rounds,
      categoricalFeatures: [true, false, true],
    }).fit(gaps, sizes),
    load: (file) => HistGradientBoostingRegressor.load(file, wasm),
  },
  {
    about: "a quantile",
    X,
    model: new HistGradientBoostingRegressor({ ...rounds, loss: "quantile", quantile: 0.8 }).fit(
      X,
      sizes,
    ),
    load: (file) => HistGradientBoostingRegressor.load(file, wasm),
  },
  {
    about: "categories beside grids",
    X: gaps,
    model: new HistGradientBoostingClassifier({
      ...rounds,
      categoricalFeatures: [0],
      nBits: 4,
    }).fit(gaps, classes),
    load: (file) => HistGradientBoostingClassifier.load(file, wasm),
  },
  {
    about: "three targets",
    ...{ X, model: new DecisionTreeRegressor({ maxDepth: 4 }).fit(X, both) },
    load: (file) => DecisionTreeRegressor.load(file, wasm),
  },
  {
    about: "three targets",
    ...{ X, model: new RandomForestRegressor({ ...few, oobScore: true }).fit(X, both) },
    load: (file) => RandomForestRegressor.load(file, wasm),
  },
  {
    about: "three targets",
    ...{ X, model: new ExtraTreesRegressor(few).fit(X, both) },
    load: (file) => ExtraTreesRegressor.load(file, wasm),
  },
  {
    about: "missing values",
    ...{ X: gaps, model: new RandomForestClassifier(few).fit(gaps, classes) },
    load: (file) => RandomForestClassifier.load(file, wasm),
  },
  {
    about: "missing values",
    ...{ X: gaps, model: new DecisionTreeRegressor({ maxDepth: 5 }).fit(gaps, both) },
    load: (file) => DecisionTreeRegressor.load(file, wasm),
  },
  {
    about: "directions",
    X,
    model: new DecisionTreeClassifier({ maxDepth: 4, monotonicCst: [1, 0, -1] }).fit(
      X,
      classes.map((k) => Math.min(k, 1)),
    ),
    load: (file) => DecisionTreeClassifier.load(file, wasm),
  },
];

for (const { about, X, model, load } of cases) {
  test(`${model.name}, ${about}: all modes and a copy give the same`, async () => {
    const real = await model.predict(X);
    const circuit = await model.compile(X, wasm);
    const clear = await model.predict(X);
    for (const [i, value] of clear.entries()) {
      assert.ok(Math.abs(value - (real[i] ?? 0)) < 2e-3 * (1 + Math.abs(value)), `row ${i}`);
    }
    const some = X.slice(0, 3);
    const wanted = clear.slice(0, (3 * clear.length) / X.length);
    assert.deepEqual(await model.predict(X, { fhe: "simulate" }), clear);
    assert.deepEqual(await model.predict(some, { fhe: "execute" }), wanted);
    await circuit.close();
    const copy = load(model.dump());
    assert.deepEqual(copy.getParams(), model.getParams());
    assert.deepEqual(await copy.predict(X), clear);
    assert.deepEqual(await copy.predict(some, { fhe: "execute" }), wanted);
    await copy.circuit?.close();
  });
}

test("several targets come back in one ciphertext, each as fine as its size allows", async () => {
  const model = new DecisionTreeRegressor({ maxDepth: 6 });
  const { floatModel } = model.fitBenchmark(X, both);
  const circuit = await model.compile(X, wasm);
  const one = await new DecisionTreeRegressor({ maxDepth: 6 }).fit(X, sizes).compile(X, wasm);
  assert.ok(circuit.sizes.downloadBytes < 2 * one.sizes.downloadBytes);
  const real = floatModel.predict(X);
  const own = await model.predict(X);
  for (const [k, size] of [9, 1000, 40].entries()) {
    const worst = own.map((value, i) => (i % 3 === k ? Math.abs(value - (real[i] ?? 0)) : 0));
    assert.ok(Math.max(...worst) < size / 2 ** 14, `target ${k}`);
  }
  assert.equal(await model.score(X, both), await model.score(X, both, { fhe: "simulate" }));

  const client = await TreeClient.load(circuit.clientFile);
  client.client.generateKey();
  const server = await ServerCircuit.load(circuit.serverFile, wasm);
  const [row = []] = X;
  const [answer = new Uint8Array()] = await server.run([client.encrypt(row)]);
  assert.deepEqual(client.scores(answer), own.slice(0, 3));
  assert.deepEqual(client.predict(answer), own.slice(0, 3));
  await server.close();
  await one.close();
  await circuit.close();
});

test("the number that means missing is the client's too, as is NaN", async () => {
  const model = new XGBRegressor({ ...few, missing: -9 }).fit(holes, sizes);
  const circuit = await model.compile(holes, wasm);
  const client = await TreeClient.load(circuit.clientFile);
  client.client.generateKey();
  const server = await ServerCircuit.load(circuit.serverFile, wasm);
  const [row = []] = holes;
  assert.equal(row[0], -9);
  const expected = await model.predict([row]);
  for (const asked of [row, [Number.NaN, ...row.slice(1)]]) {
    const [answer = new Uint8Array()] = await server.run([client.encrypt(asked)]);
    assert.deepEqual(client.predict(answer), expected);
  }
  await server.close();
  await circuit.close();
});
