// Trees with several targets whose server tells of each whether it is above its limit, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TreeClient } from "../../src/client/tree-client.js";
import {
  DecisionTreeRegressor,
  ExtraTreesRegressor,
  RandomForestRegressor,
  ServerCircuit,
  XGBRegressor,
} from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";

const stream = new SeededRandom(17);
const random = () => stream.nextUint32() / 2 ** 32;
const wasm = { runtime: "wasm", threads: 1 } as const;
const X = Array.from({ length: 150 }, () => Array.from({ length: 3 }, () => random() * 8 - 4));
/** Sizes differ by orders of magnitude, which one scale for all would not survive. */
const limits = [500, 0.01, 0.4];
const targets = X.map(([a = 0, b = 0, c = 0]) => [
  1000 * (a + random()),
  (a * b) / 100,
  1 / (1 + Math.exp(c - b)),
]);
const shares = targets.map(([, , share = 0]) => [share, 1 - share * share]);
const few = X.slice(0, 2);
const small = { nEstimators: 4, maxDepth: 3 };

const models = [
  { model: new DecisionTreeRegressor({ maxDepth: 4, result: { above: limits } }), y: targets },
  { model: new RandomForestRegressor({ ...small, result: { above: limits } }), y: targets },
  { model: new ExtraTreesRegressor({ ...small, nBits: 5, result: { above: limits } }), y: targets },
  { model: new XGBRegressor({ ...small, result: { above: limits } }), y: targets },
  {
    model: new XGBRegressor({ ...small, objective: "reg:logistic", result: { above: 0.6 } }),
    y: shares,
  },
];

for (const [i, { model, y }] of models.entries()) {
  test(`${i} ${model.name}: a bit a target, in three modes, files and a client`, async () => {
    const [{ length: count } = []] = y;
    model.fit(X, y);
    const circuit = await model.compile(X, wasm);
    assert.ok(circuit.plan.failure.worstLog2 <= -64);
    const { result } = model.getParams();
    const above = typeof result === "object" && "above" in result ? [result.above].flat() : [];
    const float = model.floatModel.predict(X);
    const bits = await model.predict(X);
    assert.equal(bits.length, X.length * count);
    const expected = float.map((value, at) => Number(value > (above[at % above.length] ?? 0)));
    const wrong = bits.map((bit, at) => Math.abs(bit - (expected[at] ?? 0)));
    for (let k = 0; k < count; k++) {
      const own = expected.filter((_, at) => at % count === k);
      assert.ok(own.includes(0) && own.includes(1), `target ${k}`);
      const share = wrong.filter((_, at) => at % count === k).reduce((a, b) => a + b) / X.length;
      // A grid of 5 bits moves thresholds.
      assert.ok(share <= (model instanceof ExtraTreesRegressor ? 0.15 : 0.03), `${k}: ${share}`);
    }
    assert.equal(model.differingShare(X), wrong.reduce((a, b) => a + b) / bits.length);
    assert.deepEqual(await model.predict(X, { fhe: "simulate" }), bits);
    assert.deepEqual(await model.predict(few, { fhe: "execute" }), bits.slice(0, 2 * count));
    await assert.rejects(model.score(X, y), /score: scores do not leave the server/);

    const client = await TreeClient.load(circuit.clientFile);
    const { step, scales, base } = client.coding; // nothing of leaves, or of limits
    assert.deepEqual(
      { step, scales, base },
      { step: 1, scales: undefined, base: new Float64Array(count) },
    );
    client.client.generateKey();
    const keyFile = await client.client.evaluationKeys();
    const server = await ServerCircuit.load(circuit.serverFile, wasm);
    const keys = keyFile && (await server.loadEvaluationKeys(keyFile));
    const [answer = new Uint8Array()] = await server.run([client.encrypt(X[5] ?? [])], keys);
    assert.deepEqual(client.predict(answer), bits.slice(5 * count, 6 * count));
    await server.close();
    await circuit.close();
  });
}

test("a copy from the file decides the same", async () => {
  const model = new XGBRegressor({ ...small, result: { above: limits } }).fit(X, targets);
  const circuit = await model.compile(X, wasm);
  const copy = XGBRegressor.load(model.dump(), wasm);
  const bits = await model.predict(few);
  assert.deepEqual(copy.getParams().result, { above: limits });
  assert.deepEqual(await copy.predict(few, { fhe: "execute" }), bits);
  assert.equal(copy.differingShare(X), model.differingShare(X));
  await copy.circuit?.close();
  await circuit.close();
});

test("limits that no prediction reaches are refused", async () => {
  const model = new XGBRegressor({
    ...small,
    objective: "reg:logistic",
    result: { above: [0.5, 1.5] },
  });
  await assert.rejects(model.fit(X, shares).compile(X, wasm), {
    code: "bad-argument",
    message: /result: is \{"above":\[0\.5,1\.5\]\}\. Pass a target that the model can predict/,
  });
});
