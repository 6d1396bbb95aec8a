// Regressors whose server tells whether a prediction is above a limit, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { RegressorClient } from "../../src/client/regressor-client.js";
import {
  AdditiveRegressor,
  GammaRegressor,
  LinearRegression,
  PoissonRegressor,
  Ridge,
  ServerCircuit,
  TweedieRegressor,
} from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";

const stream = new SeededRandom(5);
const random = () => stream.nextUint32() / 2 ** 32;
const wasm = { runtime: "wasm", threads: 1 } as const;
const X = Array.from({ length: 200 }, () => Array.from({ length: 4 }, () => random() * 4 - 2));
const real = X.map(([a = 0, b = 0, c = 0]) => 3 * a - b + c / 2 + random());
const sizes = X.map(([a = 0, b = 0]) => Math.exp(0.6 * a - 0.4 * b) * (0.5 + random()));
const counts = sizes.map(Math.round);
const few = X.slice(0, 3);

const tables = { nBits: { inputs: 4, values: 8 } };
const models = [
  new LinearRegression({ result: { above: 1.5 } }).fit(X, real),
  new PoissonRegressor({ alpha: 0, result: { above: 1.2 } }).fit(X, counts),
  new GammaRegressor({ alpha: 0, result: { above: 0.8 } }).fit(X, sizes),
  new TweedieRegressor({ alpha: 0, power: 1.5, result: { above: 2 } }).fit(X, sizes),
  new TweedieRegressor({ alpha: 0, power: 0, link: "identity", result: { above: -1 } }).fit(
    X,
    real,
  ),
  new AdditiveRegressor({ ...tables, result: { above: 0.5 } }).fit(X, real),
  new AdditiveRegressor({ ...tables, loss: "poisson", result: { above: 1 } }).fit(X, counts),
];

for (const [i, model] of models.entries()) {
  const { result } = model.getParams();
  const above = typeof result === "object" ? Number(result.above) : 0;
  test(`${i} ${model.name} above ${above}: one bit a row, in three modes, files and a client`, async () => {
    const float = model.floatModel.predict(X);
    const bits = await model.predict(X);
    const wrong = bits.filter((bit, row) => bit !== Number((float[row] ?? 0) > above)).length;
    assert.equal(model.differingShare(X), wrong / X.length);
    assert.ok(wrong <= 0.02 * X.length, `${wrong}`);
    assert.ok(bits.includes(0) && bits.includes(1));

    const circuit = await model.compile(X, wasm);
    assert.ok(circuit.plan.failure.worstLog2 <= -64);
    assert.deepEqual(await model.predict(X, { fhe: "simulate" }), bits);
    assert.deepEqual(await model.predict(few, { fhe: "execute" }), bits.slice(0, 3));
    await assert.rejects(model.score(X, real), /score: scores do not leave the server/);
    assert.throws(() => model.dequantizeOutput([1]), /dequantizeOutput: scores do not leave/);

    const client = await RegressorClient.load(circuit.clientFile);
    assert.deepEqual(Array.from(client.coding.scales), [1]); // nothing of the score's step or of the limit
    client.client.generateKey();
    const keyFile = (await client.client.evaluationKeys()) ?? new Uint8Array();
    const server = await ServerCircuit.load(circuit.serverFile, wasm);
    const keys = await server.loadEvaluationKeys(keyFile);
    const [answer = new Uint8Array()] = await server.run([client.encrypt(X[5] ?? [])], keys);
    assert.deepEqual(client.predict(answer), bits.slice(5, 6));
    await server.close();
    await circuit.close();
  });
}

test("several targets: one bit each, with one limit or one each; a copy from the file decides the same", async () => {
  const both = X.map(([a = 0, b = 0], i) => [1000 * (real[i] ?? 0), a + b]);
  const model = new Ridge({ alpha: 0.1, result: { above: [500, 0.25] } }).fit(X, both);
  const bits = await model.predict(X);
  const float = model.floatModel.predict(X);
  const wrong = bits.filter(
    (bit, i) => bit !== Number((float[i] ?? 0) > (i % 2 === 0 ? 500 : 0.25)),
  ).length;
  assert.ok(wrong <= 0.02 * bits.length, `${wrong}`);
  const circuit = await model.compile(X, wasm);
  assert.deepEqual(await model.predict(X, { fhe: "simulate" }), bits);
  const copy = Ridge.load(model.dump(), wasm);
  assert.deepEqual(copy.getParams().result, { above: [500, 0.25] });
  assert.deepEqual(await copy.predict(few, { fhe: "execute" }), bits.slice(0, 6));
  await copy.circuit?.close();
  await circuit.close();
});

test("limits that a regressor does not have are refused", () => {
  const fit = (result: object) => () =>
    new PoissonRegressor({ result: JSON.parse(JSON.stringify(result)) }).fit(X, counts);
  assert.throws(fit({ above: 0 }), /result above: is 0\. Pass numbers above 0, as predictions are/);
  assert.throws(
    fit({ above: [1, 2] }),
    /result above: is \[1,2\]\. Pass a number, or a list of 1, one a target/,
  );
  assert.throws(fit({ top: 1 }), /result: is \{"top":1\}\. Pass "scores", or \{ above: t \}/);
  assert.throws(fit({ above: Number.NaN }), /result: is \{"above":null\}/);
  assert.throws(
    () => new LinearRegression().fit(X, real).differingShare(X),
    /differingShare: the model returns its predictions/,
  );
});
