import assert from "node:assert/strict";
import { test } from "node:test";
import { ClassifierClient } from "../../src/client/classifier-client.js";
import { TreeClient } from "../../src/client/tree-client.js";
import {
  AdditiveClassifier,
  BernoulliNB,
  CategoricalNB,
  DecisionTreeClassifier,
  GaussianNB,
  IsolationForest,
  LogisticRegression,
  RandomForestClassifier,
  RandomForestRegressor,
  ServerCircuit,
  type TreeResult,
  XGBClassifier,
} from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";

const stream = new SeededRandom(11);
const random = () => stream.nextUint32() / 2 ** 32;
const X = Array.from({ length: 150 }, () => Array.from({ length: 4 }, () => random() * 10 - 5));
const three = X.map(([a = 0, b = 0, c = 0]) => (a + b > 0 ? 10 : c > 1 ? 20 : 30));
const two = X.map(([a = 0, b = 0]) => (a * b > 2 ? 1 : 0));
const target = X.map(([a = 0, b = 0]) => a - b);
const few = X.slice(0, 3);

const models = [
  new RandomForestClassifier({ nEstimators: 8, maxDepth: 3, result: "class" }).fit(X, three),
  new XGBClassifier({ nEstimators: 12, maxDepth: 3, result: "class" }).fit(X, two),
  new IsolationForest({ nEstimators: 8, maxSamples: 32, result: "class" }).fit(X),
  new RandomForestRegressor({ nEstimators: 5, maxDepth: 3, result: { above: 1 } }).fit(X, target),
];

for (const model of models) {
  test(`${model.name}: the server decides, all modes agree`, async () => {
    const circuit = await model.compile(X);
    assert.equal(circuit.plan.input.length, 0);
    assert.ok(circuit.plan.failure.worstLog2 <= -64);
    assert.ok(model.differingShare(X) <= 0.03);
    const clear = await model.predict(few);
    for (const fhe of ["simulate", "execute"] as const) {
      assert.deepEqual(await model.predict(few, { fhe }), clear);
    }
    await circuit.close();
  });
}

for (const [labels, share] of [
  [three, 0.02],
  [two, 0.02],
] as const) {
  test(`${new Set(labels).size} classes of linear scores: the server compares them`, async () => {
    const model = new LogisticRegression({ result: "class" }).fit(X, labels);
    assert.ok(model.differingShare(X) <= share, `${model.differingShare(X)}`);
    const circuit = await model.compile(X);
    assert.ok(circuit.plan.failure.worstLog2 <= -64);
    const clear = await model.predict(few);
    for (const fhe of ["simulate", "execute"] as const) {
      assert.deepEqual(await model.predict(few, { fhe }), clear);
    }
    await assert.rejects(model.predictProba(few), /the score does not leave the server/);
    const loaded = LogisticRegression.load(model.dump());
    assert.deepEqual(await loaded.predict(X), await model.predict(X));
    await loaded.circuit?.close();
    await circuit.close();
  });
}

const cells = X.map((row) => row.map((value) => Math.floor((value + 5) / 2)));
const table = { nBits: { inputs: 4, values: 8 }, result: "class" } as const;
const bySums = [
  { model: new AdditiveClassifier(table).fit(X, three), rows: X },
  { model: new GaussianNB(table).fit(X, two), rows: X },
  { model: new CategoricalNB({ result: "class" }).fit(cells, three), rows: cells },
  { model: new BernoulliNB({ result: "class" }).fit(X, three), rows: X },
];

for (const { model, rows } of bySums) {
  test(`${model.name}: sums of look-ups are compared on the server`, async () => {
    assert.ok(model.differingShare(rows) <= 0.03, `${model.differingShare(rows)}`);
    const circuit = await model.compile(rows);
    assert.ok(circuit.plan.failure.worstLog2 <= -64);
    const clear = await model.predict(rows);
    assert.deepEqual(await model.predict(rows, { fhe: "simulate" }), clear);
    assert.deepEqual(await model.predict(rows.slice(0, 2), { fhe: "execute" }), clear.slice(0, 2));
    await assert.rejects(
      new GaussianNB().fit(X, two).topClasses(few),
      /GaussianNB.topClasses: the results of the model do not list classes/,
    );
    await assert.rejects(model.decisionFunction(few), /the score does not leave the server/);
    const client = await ClassifierClient.load(circuit.clientFile);
    assert.equal(client.coding.scoreScale, null);
    await circuit.close();
  });
}

const listing = [
  new LogisticRegression({ result: { top: 2 } }).fit(X, three),
  new GaussianNB({ ...table, result: { top: 3 } }).fit(X, three),
];

for (const model of listing) {
  test(`${model.name}: the likeliest classes, best first, and no scores`, async () => {
    const places = model.getParams().result;
    const scores = model.floatModel.decisionFunction(X).data;
    const best = X.flatMap((_, row) => {
      const own = scores.slice(3 * row, 3 * row + 3);
      const order = [0, 1, 2].sort((i, j) => (own[j] ?? 0) - (own[i] ?? 0));
      return order.slice(0, typeof places === "object" ? places.top : 1);
    });
    const clear = await model.topClasses(X);
    const wrong = clear.data.filter((label, i) => label !== model.classes[best[i] ?? 0]).length;
    assert.ok(wrong <= 0.04 * best.length, `${wrong} of ${best.length}`);
    const circuit = await model.compile(X);
    assert.deepEqual(await model.topClasses(X, { fhe: "simulate" }), clear);
    const [, own = 1] = clear.shape;
    assert.deepEqual(
      (await model.topClasses(X.slice(0, 1), { fhe: "execute" })).data,
      clear.data.slice(0, own),
    );
    assert.deepEqual(
      await model.predict(X),
      clear.data.filter((_, i) => i % own === 0),
    );
    const client = await ClassifierClient.load(circuit.clientFile);
    client.client.generateKey();
    const keys = (await client.client.evaluationKeys()) ?? new Uint8Array();
    const server = await ServerCircuit.load(circuit.serverFile, { runtime: "wasm", threads: 1 });
    const loaded = await server.loadEvaluationKeys(keys);
    const [answer = new Uint8Array()] = await server.run([client.encrypt(X[7] ?? [])], loaded);
    assert.deepEqual(client.topClasses(answer), clear.data.slice(7 * own, 8 * own));
    assert.equal(client.predict(answer), clear.data[7 * own]);
    await server.close();
    await circuit.close();
  });
}

test("classes of sums: dumped and loaded, and what is refused", async () => {
  const model = new AdditiveClassifier(table).fit(X, three);
  const loaded = AdditiveClassifier.load(model.dump());
  assert.deepEqual(await loaded.predict(X), await model.predict(X));
  assert.throws(
    () => new GaussianNB().setParams(JSON.parse('{ "result": "top" }')).fit(X, two),
    /GaussianNB result: is "top". Pass "scores", "class" or { top: k }/,
  );
  assert.throws(
    () => new LogisticRegression({ result: { top: 4 } }).fit(X, three),
    /LogisticRegression result top: is 4. Pass an integer from 1 to 3/,
  );
  const many = X.map((_, i) => i % 21);
  assert.throws(() => new GaussianNB(table).fit(X, many), /result: is "class" for 21 classes/);
  const wide = X.map((row) => Array.from({ length: 6000 }, (_, j) => (row[j % 4] ?? 0) * (1 + j)));
  assert.throws(
    () => new BernoulliNB({ result: "class" }).fit(wide, two),
    /result: differences of scores need 15 bits with entries of 2 bits/,
  );
});

test("a client learns the two likeliest classes from the files alone, and no scores", async () => {
  const model = new RandomForestClassifier({ nEstimators: 6, maxDepth: 3, result: { top: 2 } });
  const float = new RandomForestClassifier({ nEstimators: 6, maxDepth: 3 }).fit(X, three);
  const circuit = await model.fit(X, three).compile(X);
  const client = await TreeClient.load(circuit.clientFile);
  assert.deepEqual([client.coding.step, ...client.coding.base], [1, 0]);
  client.client.generateKey();
  const keys = (await client.client.evaluationKeys()) ?? new Uint8Array();
  const server = await ServerCircuit.load(circuit.serverFile, { runtime: "wasm", threads: 1 });
  const loaded = await server.loadEvaluationKeys(keys);
  const row = X[4] ?? [];
  const [answer = new Uint8Array()] = await server.run([client.encrypt(row)], loaded);
  const shares = (await float.predictProba([row])).data;
  const best = Array.from(shares.keys()).sort((i, j) => (shares[j] ?? 0) - (shares[i] ?? 0));
  const labels = best.slice(0, 2).map((k) => float.classes[k]);
  assert.deepEqual(Array.from(client.topClasses(answer)), labels);
  assert.deepEqual(Array.from(client.predict(answer)), labels.slice(0, 1));
  assert.throws(() => client.predictProba(answer), /predictProba: scores do not leave the server/);
  await assert.rejects(model.predictProba([row]), /scores do not leave the server/);
  assert.deepEqual(Array.from((await model.topClasses([row])).data), labels);
  await server.close();
  await circuit.close();
});

test("a dumped model that decides on the server runs without being compiled again", async () => {
  const model = new XGBClassifier({ nEstimators: 4, maxDepth: 2, result: "class" }).fit(X, two);
  const circuit = await model.compile(X);
  const loaded = XGBClassifier.load(model.dump());
  assert.deepEqual(await loaded.predict(X), await model.predict(X));
  assert.deepEqual(
    await loaded.predict(few, { fhe: "simulate" }),
    await model.predict(few, { fhe: "simulate" }),
  );
  await loaded.circuit?.close();
  await circuit.close();
});

test("twelve classes are compared, each with each", async () => {
  const rows = X.map(([a = 0, b = 0]) => [Math.floor((a + 5) * 1.2), b]);
  const labels = rows.map(([a = 0]) => a);
  const model = new DecisionTreeClassifier({ result: { top: 2 } }).fit(rows, labels);
  assert.equal(model.nClasses, 12);
  const circuit = await model.compile(rows);
  assert.ok(circuit.plan.failure.worstLog2 <= -64);
  const clear = await model.topClasses(rows);
  assert.deepEqual(
    clear.data.filter((_, i) => i % 2 === 0),
    Float64Array.from(labels),
  );
  assert.deepEqual(
    (await model.topClasses(rows.slice(0, 9), { fhe: "simulate" })).data,
    clear.data.slice(0, 18),
  );
  await circuit.close();
});

test("results that a model does not have are refused", async () => {
  const compiled = (result: TreeResult, labels = three) =>
    new XGBClassifier({ nEstimators: 2, maxDepth: 2, result }).fit(X, labels).compile(X);
  await assert.rejects(compiled({ top: 4 }), /result: is \{"top":4\}\. Pass "scores", "class", or/);
  await assert.rejects(
    compiled({ above: 3 }),
    /result: is \{"above":3\}\. Pass "scores" or "class"/,
  );
  const regressor = new RandomForestRegressor({ nEstimators: 2, result: "class" }).fit(X, target);
  await assert.rejects(regressor.compile(X), /Pass "scores", or \{ above: t \} with a target t/);
  const many = new XGBClassifier({ nEstimators: 1, maxDepth: 1, result: "class" }).fit(
    X,
    X.map((_, i) => i % 21),
  );
  await assert.rejects(many.compile(X), /21 classes, and 2 to 20 are compared/);
  const wide = new XGBClassifier({ nBits: { sums: 20 }, result: "class" }).fit(X, two);
  await assert.rejects(wide.compile(X), /nBits sums: is 20\. Pass an integer from 3 to 12/);
});
