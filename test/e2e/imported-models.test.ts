import assert from "node:assert/strict";
import { test } from "node:test";
import { toTensor } from "../../src/base/tensor.js";
import type { ImportedParams } from "../../src/import/model/imported-params.js";
import type { Label } from "../../src/import/steps/steps.js";
import {
  fhe,
  ImportedClient,
  ImportedModel,
  importLightgbm,
  importOnnx,
  importXgboost,
  ServerCircuit,
  TreeClient,
  VelumError,
} from "../../src/index.js";
import { importedCases, importedFile, rowsOf } from "../support/imported-cases.js";

interface EncryptedCase {
  readonly library: string;
  readonly file: string;
  readonly read: (bytes: Uint8Array) => ImportedModel;
  readonly params?: Partial<ImportedParams>;
}

const cases: readonly EncryptedCase[] = [
  { library: "xgboost-3.2.0", file: "binary.json", read: importXgboost },
  { library: "xgboost-3.2.0", file: "category-sets.json", read: importXgboost },
  { library: "xgboost-1.7.6", file: "multiclass.json", read: importXgboost, params: { nBits: 6 } },
  { library: "xgboost-3.2.0", file: "linear.json", read: importXgboost },
  { library: "xgboost-3.2.0", file: "two-targets.json", read: importXgboost },
  { library: "onnx", file: "linear-two-targets.onnx", read: importOnnx },
  { library: "onnx-composed-1.20.0", file: "several-labels.onnx", read: importOnnx },
  { library: "lightgbm-4.7.0", file: "binary-missing.txt", read: importLightgbm },
  { library: "lightgbm-4.7.0", file: "zero-as-missing-some.txt", read: importLightgbm },
  { library: "lightgbm-4.7.0", file: "poisson.txt", read: importLightgbm },
  { library: "lightgbm-4.7.0", file: "constant.txt", read: importLightgbm },
  { library: "onnx", file: "forest.onnx", read: importOnnx },
  { library: "onnx", file: "columns-texts.onnx", read: importOnnx },
  { library: "onnx", file: "isolation-forest.onnx", read: importOnnx },
  { library: "onnx", file: "logistic-texts.onnx", read: importOnnx },
  { library: "onnx", file: "naive-bayes-gauss-scaled.onnx", read: importOnnx },
  { library: "onnx", file: "naive-bayes-categories.onnx", read: importOnnx },
  {
    ...{ library: "onnx", file: "pipeline-pca-logistic.onnx", read: importOnnx },
    params: { foldPreprocessing: true, nBits: { inputs: 10, weights: 8 } },
  },
];

for (const { library, file, read, params = {} } of cases) {
  test(`${library} ${file}: encrypted equals quantized, and files alone are enough`, async () => {
    const { model, rows } = loadCase(library, file, read);
    const few = rows.slice(0, 2);
    assert.deepEqual(await model.predict(rows), model.floatModel.predict(rows));
    const circuit = await model.setParams(params).compile(rows, { runtime: "wasm" });
    const { packing } = circuit.plan.parameters;
    assert.equal(circuit.sizes.evaluationKeyBytes > 0, packing !== undefined);
    const clear = await model.scores(few);
    assert.deepEqual(await model.scores(few, { fhe: "simulate" }), clear);
    assert.deepEqual(await model.scores(few, { fhe: "execute" }), clear);
    const { equalClasses = 1 } = model.quantizationReport(rows);
    // Recorded rows lie on thresholds on purpose, where a grid decides otherwise.
    assert.ok(equalClasses > (params.nBits === 6 ? 0.7 : 0.95), `${equalClasses}`);

    const client = await ImportedClient.load(circuit.clientFile);
    client.client.generateKey();
    const server = await ServerCircuit.load(circuit.serverFile, { runtime: "wasm", threads: 1 });
    const keyFile = await client.client.evaluationKeys();
    const keys = keyFile === undefined ? undefined : await server.loadEvaluationKeys(keyFile);
    const labels = await model.predict(few);
    const outputs = await model.outputs(few);
    const width = outputs.data.length / few.length;
    for (const [i, row] of few.entries()) {
      const [answer = new Uint8Array()] = await server.run([client.encrypt(row)], keys);
      const targets = labels.length / few.length;
      assert.deepEqual(client.predict(answer), labels.slice(i * targets, (i + 1) * targets));
      assert.deepEqual(client.outputs(answer), outputs.data.slice(i * width, (i + 1) * width));
    }
    await server.close();

    const loaded = ImportedModel.load(model.dump(), { runtime: "wasm" });
    assert.deepEqual(loaded.getParams(), model.getParams());
    assert.deepEqual(await loaded.scores(few, { fhe: "execute" }), clear);
    await loaded.circuit?.close();
    await circuit.close();
  });
}

for (const file of ["binary.json", "multiclass.json"]) {
  test(`xgboost-3.2.0 ${file}: the server decides, the client learns the class alone`, async () => {
    const { model, rows } = loadCase("xgboost-3.2.0", file, importXgboost);
    const few = rows.slice(0, 2);
    const circuit = await model.setParams({ result: "class" }).compile(rows);
    const { equalClasses = 0, maxScoreDifference } = model.quantizationReport(rows);
    assert.ok(equalClasses > 0.9, `${equalClasses}`);
    assert.equal(maxScoreDifference, undefined);
    const clear = await model.predict(few);
    assert.deepEqual(await model.predict(few, { fhe: "simulate" }), clear);
    const client = await ImportedClient.load(circuit.clientFile);
    client.client.generateKey();
    const keyFile = (await client.client.evaluationKeys()) ?? new Uint8Array();
    const server = await ServerCircuit.load(circuit.serverFile);
    const keys = await server.loadEvaluationKeys(keyFile);
    const [answer = new Uint8Array()] = await server.run([client.encrypt(few[0] ?? [])], keys);
    assert.deepEqual(client.predict(answer), clear.slice(0, 1));
    assert.throws(
      () => client.predictProba(answer),
      /predictProba: scores do not leave the server/,
    );
    await assert.rejects(model.outputs(few), /outputs: scores do not leave the server/);
    const loaded = ImportedModel.load(model.dump());
    assert.deepEqual(await loaded.predict(rows), await model.predict(rows));
    await loaded.circuit?.close();
    await server.close();
    await circuit.close();
  });
}

for (const file of ["logistic-texts.onnx", "svc-binary.onnx", "naive-bayes-gauss-one-hot.onnx"]) {
  test(`onnx ${file}: linear scores are compared on the server`, async () => {
    const { model, rows } = loadCase("onnx", file, importOnnx);
    const circuit = await model.setParams({ result: "class" }).compile(rows);
    const { equalClasses, maxOutputDifference } = model.quantizationReport(rows);
    assert.equal(equalClasses, 1);
    assert.equal(maxOutputDifference, undefined);
    const clear = await model.predict(rows);
    assert.deepEqual(await model.predict(rows, { fhe: "simulate" }), clear);
    const client = await ImportedClient.load(circuit.clientFile);
    client.client.generateKey();
    const keyFile = (await client.client.evaluationKeys()) ?? new Uint8Array();
    const server = await ServerCircuit.load(circuit.serverFile);
    const keys = await server.loadEvaluationKeys(keyFile);
    const [answer = new Uint8Array()] = await server.run([client.encrypt(rows[1] ?? [])], keys);
    assert.deepEqual(client.predict(answer), clear.slice(1, 2));
    await assert.rejects(model.scores(rows), /scores: the score does not leave the server/);
    const loaded = ImportedModel.load(model.dump());
    assert.deepEqual(await loaded.predict(rows), clear);
    await loaded.circuit?.close();
    await server.close();
    await circuit.close();
  });
}

test("models whose first part is a model are predicted in clear and not compiled", async () => {
  const composed = "onnx-composed-1.20.0";
  for (const [library, file, what] of [
    ["onnx", "network.onnx", /holds hidden layers of a network, and a client would have to know/],
    [composed, "stacking-logistic.onnx", /hidden layers of a network/],
    [composed, "stacking-mixed.onnx", /holds trees, and a client would have to know them/],
  ] as const) {
    const { model, rows } = loadCase(library, file, importOnnx);
    await assert.rejects(model.compile(rows), { code: "unsupported-op", message: what });
  }
});

test("probabilities sum to 1; scores are no probabilities, regressors have none", async () => {
  const { model, rows } = loadCase("xgboost-3.2.0", "binary.json", importXgboost);
  const { shape, data } = await model.predictProba(rows);
  assert.deepEqual(shape, [rows.length, 2]);
  const reported = (await model.outputs(rows)).data;
  reported.forEach((share, i) => {
    assert.equal(data[2 * i + 1], share);
    assert.equal(data[2 * i], 1 - share);
  });
  const svc = loadCase("onnx", "linear-svc.onnx", importOnnx);
  await assert.rejects(svc.model.predictProba(svc.rows), { code: "unsupported-op" });
  const poisson = loadCase("lightgbm-4.7.0", "poisson.txt", importLightgbm);
  await assert.rejects(poisson.model.predictProba(poisson.rows), {
    code: "bad-argument",
    message:
      "ImportedModel.predictProba: the model is a regressor and has no classes. Call predict",
  });
});

test("uses that come too early, and rows that do not fit, are refused with a cure", async () => {
  const { model, rows } = loadCase("onnx", "columns-texts.onnx", importOnnx);
  await assert.rejects(model.predict(rows, { fhe: "execute" }), {
    code: "not-compiled",
    message: /ImportedModel\.predict: needs a compiled model for fhe "execute"/,
  });
  assert.throws(() => model.quantizationReport(rows), { code: "not-compiled" });
  assert.throws(() => model.quantizeInput(rows), /has no integers before .* Call compile\(X\)/);
  assert.throws(() => model.setParams(JSON.parse('{"nbits": 3}')), /Did you mean nBits\?/);
  await assert.rejects(model.compile([]), { code: "bad-shape", message: /X: has no rows/ });
  await assert.rejects(model.setParams({ nBits: 40 }).compile(rows), { code: "bad-argument" });
  const circuit = await model.setParams({ nBits: "thresholds" }).compile(rows);
  const client = await ImportedClient.load(circuit.clientFile);
  client.client.generateKey();
  const [row = []] = rows;
  assert.throws(() => client.encrypt(row.slice(1)), /the model takes rows of \d+ columns/);
  assert.throws(
    () => client.encrypt(row.map(() => 1)),
    /X\[0\]\[\d\], input ".*": is a number, and a text is due/,
  );
  await assert.rejects(TreeClient.load(circuit.clientFile), {
    code: "file-kind",
    message: /is of a model of another library, .* Use ImportedClient\.load for it/,
  });
  await circuit.close();

  for (const file of ["forest.onnx", "logistic-binary.onnx"]) {
    const numbers = loadCase("onnx", file, importOnnx);
    const compiled = await numbers.model.compile(numbers.rows);
    const [first = []] = numbers.rows;
    const value = file.startsWith("forest") ? Number.POSITIVE_INFINITY : Number.NaN;
    const damaged = [first.map((own, k) => (k === 1 ? value : own))];
    await assert.rejects(numbers.model.predict(damaged), {
      code: "not-a-number",
      message: /X row 0, column 1: (is infinite|the value is NaN)/,
    });
    await compiled.close();
  }

  const plain = await fhe.compiler({ x: "encrypted" }, (x) => x.add(1)).compile([1, 2]);
  await assert.rejects(ImportedClient.load(plain.clientFile), { code: "file-kind" });
  await plain.close();
});

test("damaged dumps end in an error that says so", () => {
  const { model } = loadCase("onnx", "forest.onnx", importOnnx);
  const file = model.dump();
  for (const at of [0, 40, file.length >> 1, file.length - 3]) {
    const damaged = file.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0x55;
    assert.throws(
      () => ImportedModel.load(damaged),
      (error: unknown) => error instanceof VelumError && error.code.startsWith("file-"),
    );
  }
  assert.throws(() => ImportedModel.load(file.slice(0, -9)), VelumError);
});

function loadCase(library: string, file: string, read: (bytes: Uint8Array) => ImportedModel) {
  const recorded = importedCases(library).find((own) => own.file === file);
  assert.ok(recorded);
  const model = read(importedFile(library, file));
  const seen = (row: Label[]) => model.floatModel.features([row]);
  const rows = rowsOf(recorded, model.parts).filter((row) => {
    const { data } = toTensor(seen(row));
    return data.every((value) => Math.abs(value) !== Number.POSITIVE_INFINITY);
  });
  return { model, rows };
}
