// Answers of look-ups under protection: equal to the simulation, no two alike, and nothing but flood around their steps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fhe } from "../../src/circuit/fhe.js";
import { Client } from "../../src/client/client.js";
import { importLightgbm } from "../../src/import/boosters/lightgbm.js";
import { importXgboost } from "../../src/import/boosters/xgboost.js";
import { importOnnx } from "../../src/import/onnx/import-onnx.js";
import { ImportedClient } from "../../src/index.js";
import { LogisticRegression } from "../../src/models/linear/logistic-regression.js";
import { RandomForestClassifier } from "../../src/models/trees/random-forest-classifier.js";
import { XGBClassifier } from "../../src/models/trees/xgb-classifier.js";
import { XGBRegressor } from "../../src/models/trees/xgb-regressor.js";
import { ServerCircuit } from "../../src/runtime/server-circuit.js";
import { headerBytes } from "../../src/tfhe/wire-header.js";
import { importedCases, importedFile, rowsOf } from "../support/imported-cases.js";
import { packedNumber } from "../support/plain-tfhe.js";
import { meanSquare } from "../support/torus-phase.js";

const wasm = { runtime: "wasm", threads: 2 } as const;
const pairs = Array.from({ length: 16 }, (_, s) => [s % 4, Math.floor(s / 4)]);
const table = new fhe.LookupTable([-2, 1, 0, 1, -1, 1, 0, -2]);
const isLarge = new fhe.LookupTable([0, 0, 0, 1, 1, 1, 1, 1]);
const signs = fhe.compiler({ x: "encrypted" }, (x) => [
  table.apply(x.sum()),
  table.apply(x.sum().add(1)).add(3),
]);

test("signed and unsigned results of look-ups, flooded and refreshed, equal the simulation", async () => {
  const circuit = await signs.compile(pairs, { ...wasm, protectModel: true });
  assert.ok((circuit.plan.protection?.distanceLog2 ?? 0) <= -40);
  assert.equal(circuit.plan.parameters.publicKey, true);
  assert.ok(circuit.plan.failure.worstLog2 <= -64);
  const some = pairs.slice(3, 5);
  assert.deepEqual(await circuit.encryptRunDecryptBatch(some), circuit.simulateBatch(some));
  await circuit.close();
});

test("a weaker protection takes fewer rounds, none takes none", async () => {
  const counts = [];
  for (const protectModel of [false, { bits: 12 }, true, { bits: 60 }] as const) {
    const circuit = await signs.compile(pairs, { ...wasm, protectModel });
    counts.push(circuit.plan.bootstraps);
    const floods = circuit.plan.program.instructions.filter(({ op }) => op === "protect lwe");
    assert.equal(
      floods.length,
      circuit.plan.bootstraps - (counts[0] ?? 0) + (protectModel ? 2 : 0),
    );
    await circuit.close();
  }
  const [none = 0, weak = 0, usual = 0, strong = 0] = counts;
  assert.ok(none < weak && weak < usual && usual < strong, String(counts));
});

test("results that no look-up holds are refused, and the cure says why", async () => {
  const both = fhe.compiler({ x: "encrypted" }, (x) => [
    table.apply(x.sum()),
    fhe.dot(x, [3000, 2999]),
  ]);
  await assert.rejects(both.compile(pairs, { ...wasm, protectModel: true }), {
    code: "no-parameters",
    message:
      /\. With protectModel every result is looked up again at its own width: return narrower results, or leave it away$/,
  });
});

test("answers to one request have nothing in common, and their noise is the flood", async () => {
  const bit = fhe.compiler({ x: "encrypted" }, (x) => isLarge.apply(x.sum()));
  const circuit = await bit.compile(pairs, { ...wasm, protectModel: true });
  const client = await Client.load(circuit.clientFile);
  const server = await ServerCircuit.load(circuit.serverFile, wasm);
  client.generateKey();
  const keys = await server.loadEvaluationKeys((await client.evaluationKeys()) ?? new Uint8Array());
  const requests = new Array<Uint8Array>(12).fill(client.encrypt(pairs[7] ?? []));
  const answers = await server.run(requests, keys);
  const [output] = client.manifest.outputs;
  assert.ok(output);
  const words = answers.map((answer) =>
    Array.from({ length: 200 }, (_, at) =>
      packedNumber(answer.subarray(headerBytes + 8), output.layout.wordBits, at),
    ),
  );
  const [first = [], second = []] = words;
  // 200 words of 10 bits: six of them are equal by chance once in 10^7 runs.
  assert.equal(output.layout.wordBits, 10);
  const equal = first.filter((word, at) => word === second[at]).length;
  assert.ok(equal < 6, `${equal} of ${first.length}`);
  // The same client reads phases to 32 bits.
  const step = 2 ** (output.deltaLog2 - 32);
  Object.assign(output, { deltaLog2: 32, messageBits: 32, signed: true });
  const errors = answers.map((answer) => (client.decrypt(answer)[0]?.data[0] ?? 0) - step);
  const flood = 2 ** ((circuit.plan.protection?.floodLog2 ?? 0) - 32);
  assert.ok(Math.max(...errors.map(Math.abs)) < step / 2);
  const ratio = meanSquare(errors) / (flood ** 2 / 3);
  // 12 numbers, uniform: the deviation of the mean square is a quarter, and it lies below 0.05 once in 10^7 runs, the volume of a ball in
  // the cube of errors. Answers are rounded besides.
  assert.ok(ratio > 0.05 && ratio < 2.6, `${ratio}`);
  await server.close();
  await circuit.close();
  client.dispose();
});

test("decisions on the server under protection: classes, lists and limits are those in clear", async () => {
  const X = Array.from({ length: 60 }, (_, i) => [i % 9, (i * 5) % 7, (i * 3) % 11]);
  const sums = X.map(([a = 0, b = 0, c = 0]) => a - b + c);
  const three = sums.map((sum) => Number(sum > 6) + Number(sum > 10));
  const two = three.map((label) => Number(label > 0));
  const pairs = X.map(([a = 0, b = 0], i) => [sums[i] ?? 0, 10 * a - b]);
  const trees = { nEstimators: 3, maxDepth: 2 };
  const models = [
    new RandomForestClassifier({ ...trees, result: "class" }).fit(X, three),
    new XGBClassifier({ ...trees, result: "class" }).fit(X, two),
    new XGBRegressor({ ...trees, result: { above: 6 } }).fit(X, sums),
    new XGBRegressor({ ...trees, result: { above: [6, 40] } }).fit(X, pairs),
    new LogisticRegression({ nBits: 3, result: "class" }).fit(X, three),
  ];
  for (const model of models) {
    const circuit = await model.compile(X, { ...wasm, protectModel: true });
    assert.ok((circuit.plan.protection?.distanceLog2 ?? 0) <= -40, model.name);
    const clear = await model.predict(X);
    assert.deepEqual(await model.predict(X, { fhe: "simulate" }), clear);
    const some = X.slice(4, 5);
    const answers = clear.length / X.length;
    const due = clear.slice(4 * answers, 5 * answers);
    assert.deepEqual(await model.predict(some, { fhe: "execute" }), due);
    await circuit.close();
  }
});

test("the likeliest classes under protection are those in clear", async () => {
  const X = Array.from({ length: 60 }, (_, i) => [i % 9, (i * 5) % 7, (i * 3) % 11]);
  const y = X.map(([a = 0, b = 0, c = 0]) => Number(a - b + c > 6) + Number(a - b + c > 10));
  const model = new RandomForestClassifier({ nEstimators: 3, maxDepth: 2, result: { top: 2 } });
  const circuit = await model.fit(X, y).compile(X, { ...wasm, protectModel: true });
  const some = X.slice(0, 1);
  const clear = await model.topClasses(some);
  assert.deepEqual(await model.topClasses(some, { fhe: "execute" }), clear);
  await circuit.close();
});

test("models of other libraries under protection: scores and decisions are those in clear", async () => {
  const cases = [
    { library: "onnx", file: "ridge.onnx", read: importOnnx, result: "scores", least: -16 },
    {
      library: "xgboost-3.2.0",
      file: "multiclass.json",
      read: importXgboost,
      result: "scores",
      least: -40,
    },
    { library: "onnx", file: "tree-binary.onnx", read: importOnnx, result: "class", least: -40 },
    {
      library: "lightgbm-4.7.0",
      file: "poisson.txt",
      read: importLightgbm,
      result: { above: 1.06 },
      least: -40,
    },
  ] as const;
  for (const { library, file, read, result, least } of cases) {
    const recorded = importedCases(library).find((one) => one.file === file);
    assert.ok(recorded);
    const model = read(importedFile(library, file)).setParams({ result });
    const rows = rowsOf(recorded, model.parts);
    const circuit = await model.compile(rows, { ...wasm, protectModel: true });
    const distance = circuit.plan.protection?.distanceLog2 ?? 0;
    assert.ok(distance <= least, `${file}: ${distance}`);
    const clear = await model.predict(rows);
    assert.deepEqual(await model.predict(rows, { fhe: "simulate" }), clear);
    const client = await ImportedClient.load(circuit.clientFile);
    client.client.generateKey();
    const server = await ServerCircuit.load(circuit.serverFile, wasm);
    const keys = await server.loadEvaluationKeys(
      (await client.client.evaluationKeys()) ?? new Uint8Array(),
    );
    const [answer = new Uint8Array()] = await server.run([client.encrypt(rows[1] ?? [])], keys);
    assert.deepEqual(client.predict(answer), clear.slice(1, 2));
    await server.close();
    await circuit.close();
  }
});
