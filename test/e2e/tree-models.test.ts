import assert from "node:assert/strict";
import { test } from "node:test";
import { TreeClient } from "../../src/client/tree-client.js";
import {
  DecisionTreeClassifier,
  DecisionTreeRegressor,
  ExtraTreesClassifier,
  GridSearchCV,
  HistGradientBoostingClassifier,
  IsolationForest,
  Pipeline,
  RandomForestClassifier,
  r2Score,
  ServerCircuit,
  SimpleImputer,
  StandardScaler,
  VelumError,
  XGBClassifier,
  XGBRegressor,
} from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";

const stream = new SeededRandom(7);
const random = () => stream.nextUint32() / 2 ** 32;
const X = Array.from({ length: 120 }, () => Array.from({ length: 4 }, () => random() * 10 - 5));
const yClass = X.map(([a = 0, b = 0, c = 0]) => (a + b > 0 ? 1 : c > 1 ? 2 : 0));
const yReal = X.map(([a = 0, b = 0]) => a * a - 2 * b);
const withGaps = X.map((row, i) => row.map((v, j) => (i % 5 === j ? Number.NaN : v)));
const few = X.slice(0, 5);

const models = [
  new DecisionTreeClassifier({ maxDepth: 5 }).fit(X, yClass),
  new DecisionTreeRegressor({ maxDepth: 4 }).fit(X, yReal),
  new RandomForestClassifier({ nEstimators: 8, maxDepth: 4 }).fit(X, yClass),
  new ExtraTreesClassifier({ nEstimators: 6, maxDepth: 4 }).fit(X, yClass),
  new XGBClassifier({ nEstimators: 6, maxDepth: 3 }).fit(X, yClass),
  new XGBRegressor({ nEstimators: 8, maxDepth: 3 }).fit(X, yReal),
  new HistGradientBoostingClassifier({ maxIter: 5, maxDepth: 3 }).fit(X, yClass),
  new IsolationForest({ nEstimators: 10 }).fit(X),
];

for (const model of models) {
  test(`${model.name}: all modes agree, and thresholds keep every split`, async () => {
    const real = await model.predict(few);
    const circuit = await model.compile(X);
    assert.equal(circuit.plan.lane, "decision");
    const { packing } = circuit.plan.parameters;
    assert.equal(circuit.sizes.evaluationKeyBytes > 0, packing !== undefined);
    const clear = await model.predict(few);
    for (const fhe of ["simulate", "execute"] as const) {
      assert.deepEqual(await model.predict(few, { fhe }), clear);
    }
    for (const [i, value] of clear.entries()) {
      assert.ok(Math.abs(value - (real[i] ?? 0)) < 2e-3 * (1 + Math.abs(value)), `${value}`);
    }
    await circuit.close();
  });
}

test("missing values go where the trees send them, encrypted too", async () => {
  const model = new XGBClassifier({ nEstimators: 5, maxDepth: 3 }).fit(withGaps, yClass);
  const real = await model.predictProba(withGaps);
  const circuit = await model.compile(withGaps);
  const clear = await model.predictProba(withGaps);
  real.data.forEach((share, i) => {
    assert.ok(Math.abs(share - (clear.data[i] ?? 0)) < 1e-3);
  });
  const rows = withGaps.slice(0, 4);
  assert.deepEqual(
    (await model.predictProba(rows, { fhe: "execute" })).data,
    (await model.predictProba(rows)).data,
  );
  await circuit.close();
});

test("a grid tells the client nothing of the thresholds", async () => {
  const model = new RandomForestClassifier({ nEstimators: 4, maxDepth: 3, nBits: 4 }).fit(
    X,
    yClass,
  );
  const circuit = await model.compile(X);
  const other = new RandomForestClassifier({
    nEstimators: 4,
    maxDepth: 3,
    nBits: 4,
    randomState: 9,
  });
  const twin = await other.fit(X, yClass).compile(X);
  const shown = async (file: Uint8Array) => {
    const { manifest, coding } = await TreeClient.load(file).then(({ client, coding }) => ({
      manifest: client.manifest,
      coding,
    }));
    return [manifest.bits, coding.inputQuantizer];
  };
  assert.deepEqual(await shown(circuit.clientFile), await shown(twin.clientFile));
  assert.deepEqual(await model.predict(few, { fhe: "execute" }), await model.predict(few));
  await circuit.close();
  await twin.close();
});

test("client and server files are enough: a row in, a label out", async () => {
  const model = new XGBClassifier({ nEstimators: 6, maxDepth: 3 }).fit(X, yClass);
  const circuit = await model.compile(X);
  const client = await TreeClient.load(circuit.clientFile);
  client.client.generateKey();
  const keyFile = await client.client.evaluationKeys();
  const server = await ServerCircuit.load(circuit.serverFile, { runtime: "wasm", threads: 1 });
  const keys = keyFile === undefined ? undefined : await server.loadEvaluationKeys(keyFile);
  const labels = await model.predict(few);
  for (const [i, row] of few.entries()) {
    const [answer = new Uint8Array()] = await server.run([client.encrypt(row)], keys);
    assert.deepEqual(client.predict(answer), labels.slice(i, i + 1));
  }
  await server.close();
  await circuit.close();
});

test("a dumped model runs without being compiled again", async () => {
  const model = new RandomForestClassifier({ nEstimators: 3, maxDepth: 3 }).fit(X, yClass);
  const circuit = await model.compile(X);
  const loaded = RandomForestClassifier.load(model.dump());
  assert.deepEqual(loaded.getParams(), model.getParams());
  assert.deepEqual(await loaded.predict(few), await model.predict(few));
  assert.deepEqual(await loaded.predict(few, { fhe: "execute" }), await model.predict(few));
  assert.throws(
    () => XGBClassifier.load(model.dump()),
    (error: unknown) =>
      error instanceof VelumError &&
      error.code === "file-kind" &&
      /holds a RandomForestClassifier, not a XGBClassifier/.test(error.message),
  );
  await loaded.circuit?.close();
  await circuit.close();
});

test("what fitting told is in a dumped file too", () => {
  const forest = new RandomForestClassifier({ nEstimators: 5, oobScore: true }).fit(X, yClass);
  assert.ok(forest.oobScore > 0.5);
  assert.equal(RandomForestClassifier.load(forest.dump()).oobScore, forest.oobScore);
  const { floatModel } = new IsolationForest({ nEstimators: 5 }).fitBenchmark(X);
  assert.equal(floatModel.predict(X).length, X.length);
});

test("fitBenchmark keeps the float model beside the quantized one", async () => {
  const classifier = new XGBClassifier({ nEstimators: 6, maxDepth: 3 });
  const { model, floatModel } = classifier.fitBenchmark(X, yClass);
  const circuit = await model.compile(X);
  assert.deepEqual(floatModel.predict(X), await model.predict(X));
  const shares = (await model.predictProba(few)).data;
  floatModel.predictProba(few).data.forEach((share, i) => {
    assert.ok(share !== shares[i] && Math.abs(share - (shares[i] ?? 0)) < 1e-3);
  });
  assert.equal(await model.score(X, yClass), await model.score(X, yClass, { fhe: "simulate" }));
  await circuit.close();
  const regressor = new XGBRegressor({ nEstimators: 20, maxDepth: 3 }).fitBenchmark(X, yReal);
  assert.equal(
    await regressor.model.score(X, yReal),
    r2Score(yReal, regressor.floatModel.predict(X)),
  );
});

test("a pipeline's preprocessing is run by the client, a search finds the depth", async () => {
  const pipeline = new Pipeline(
    [new SimpleImputer(), new StandardScaler()],
    new RandomForestClassifier({ nEstimators: 5, maxDepth: 4 }),
  ).fit(withGaps, yClass);
  const circuit = await pipeline.compile(withGaps);
  const client = await TreeClient.load(circuit.clientFile);
  client.client.generateKey();
  const server = await ServerCircuit.load(circuit.serverFile, { runtime: "wasm", threads: 1 });
  const keyFile = await client.client.evaluationKeys();
  const keys = keyFile === undefined ? undefined : await server.loadEvaluationKeys(keyFile);
  const labels = await pipeline.predict(withGaps.slice(0, 3));
  for (const [i, row] of withGaps.slice(0, 3).entries()) {
    const [answer = new Uint8Array()] = await server.run([client.encrypt(row)], keys);
    assert.deepEqual(client.predict(answer), labels.slice(i, i + 1));
  }
  await server.close();
  await circuit.close();

  const search = new GridSearchCV(
    (params: { maxDepth?: number }) => new DecisionTreeClassifier({ randomState: 1, ...params }),
    { maxDepth: [1, 6] },
  );
  await search.fit(X, yClass);
  assert.deepEqual(search.bestParams, { maxDepth: 6 });
  assert.equal(await search.bestEstimator.score(X, yClass), 1);
});

test("a pipeline gives scores, judges rounds, and takes models without labels", async () => {
  const steps = () => [new SimpleImputer(), new StandardScaler()];
  const boosted = new XGBClassifier({ nEstimators: 30, maxDepth: 2, earlyStoppingRounds: 3 });
  const pipeline = new Pipeline(steps(), boosted);
  const evalSet = [[withGaps.slice(80), yClass.slice(80)]] as const;
  pipeline.fit(withGaps.slice(0, 80), yClass.slice(0, 80), undefined, evalSet);
  assert.ok(boosted.bestIteration < 29);
  const score = await pipeline.score(withGaps.slice(80), yClass.slice(80));
  assert.ok(score > 0.7, String(score));
  assert.deepEqual((await pipeline.decisionFunction(withGaps)).shape, [120, 3]);
  const circuit = await pipeline.compile(withGaps);
  assert.equal(pipeline.circuit, circuit);
  assert.equal(pipeline.quantizeInput(few).shape[0], few.length);
  await circuit.close();

  const outliers = new Pipeline(steps(), new IsolationForest({ nEstimators: 5 })).fit(withGaps);
  assert.equal((await outliers.decisionFunction(withGaps)).length, 120);
  assert.throws(
    () => outliers.fit(withGaps, undefined, undefined, evalSet),
    /Pipeline.fit evalSet: IsolationForest takes no rows to judge by/,
  );
});

test("one class, and features that no tree asks, compile too", async () => {
  const model = new DecisionTreeClassifier().fit([[1], [2]], [4, 4]);
  const circuit = await model.compile([[1], [2]]);
  for (const fhe of ["disable", "simulate", "execute"] as const) {
    assert.deepEqual(Array.from(await model.predict([[7], [1]], { fhe })), [4, 4]);
  }
  await circuit.close();
});

test("uses that come too early, and numbers that are none, are refused", async () => {
  const model = new XGBClassifier({ nEstimators: 2, maxDepth: 2 });
  await assert.rejects(model.compile(X), /XGBClassifier\.compile: has not been fitted/);
  model.fit(X, yClass);
  await assert.rejects(
    model.predict(few, { fhe: "execute" }),
    /needs a compiled model for fhe "execute"/,
  );
  assert.throws(() => model.quantizeInput(few), /knows no range of its inputs yet/);
  await assert.rejects(model.predict([[1, 2]]), /has 2 features, fitted on 4/);
  await assert.rejects(
    model.predict([[1, 2, 3, Number.POSITIVE_INFINITY]]),
    /row 0, column 3: the value is Infinity/,
  );
  model.setParams({ nBits: 40 });
  await assert.rejects(model.compile(X), /nBits: is 40\. Pass "thresholds" or an integer from 1/);
});
