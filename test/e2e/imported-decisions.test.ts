// Decisions of servers about models of other libraries, on ciphertexts: votes of pairs, lists of classes, limits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importLightgbm } from "../../src/import/boosters/lightgbm.js";
import { importXgboost } from "../../src/import/boosters/xgboost.js";
import type { ImportedResult } from "../../src/import/model/decide-on-server.js";
import { importOnnx } from "../../src/import/onnx/import-onnx.js";
import { ImportedClient, ImportedModel, ServerCircuit } from "../../src/index.js";
import { importedCases, importedFile, rowsOf } from "../support/imported-cases.js";

const wasm = { runtime: "wasm", threads: 1 } as const;
interface Case {
  readonly library: string;
  readonly file: string;
  readonly read: (bytes: Uint8Array) => ImportedModel;
  readonly result: ImportedResult;
}

const cases: readonly Case[] = [
  { library: "onnx", file: "svc.onnx", read: importOnnx, result: { top: 2 } },
  { library: "onnx", file: "tree-binary.onnx", read: importOnnx, result: "class" },
  { library: "onnx", file: "isolation-forest.onnx", read: importOnnx, result: "class" },
  { library: "onnx", file: "ridge.onnx", read: importOnnx, result: { above: -8 } },
  { library: "xgboost-3.2.0", file: "multiclass.json", read: importXgboost, result: { top: 2 } },
  { library: "xgboost-3.2.0", file: "reg-gamma.ubj", read: importXgboost, result: { above: 0.18 } },
  { library: "lightgbm-4.7.0", file: "poisson.txt", read: importLightgbm, result: { above: 1.06 } },
  ...["two-targets.json", "vector-leaves.json"].map((file) => ({
    ...{ library: "xgboost-3.2.0", file, read: importXgboost, result: { above: [1.1, 5.9] } },
  })),
  {
    ...{ library: "onnx-composed-1.20.0", file: "several-labels.onnx", read: importOnnx },
    result: { above: 0.5 },
  },
  ...["forest-two-targets.onnx", "linear-two-targets.onnx"].map((file) => ({
    ...{ library: "onnx", file, read: importOnnx, result: { above: [0, 0.75] } },
  })),
];

for (const { library, file, read, result } of cases) {
  test(`${library} ${file}: ${JSON.stringify(result)} on the server`, async () => {
    const recorded = importedCases(library).find((one) => one.file === file);
    assert.ok(recorded);
    const model = read(importedFile(library, file)).setParams({ result });
    const rows = rowsOf(recorded, model.parts);
    const few = rows.slice(0, 2);
    const circuit = await model.compile(rows, wasm);
    assert.ok(circuit.plan.failure.worstLog2 <= -64);
    const { equalClasses = 0, maxScoreDifference } = model.quantizationReport(rows);
    assert.ok(equalClasses > 0.95, `${equalClasses}`);
    assert.equal(maxScoreDifference, undefined);
    const clear = await model.predict(rows);
    assert.deepEqual(await model.predict(rows, { fhe: "simulate" }), clear);
    const targets = clear.length / rows.length;
    assert.deepEqual(await model.predict(few, { fhe: "execute" }), clear.slice(0, 2 * targets));
    await assert.rejects(model.scores(few), { code: "bad-argument" });

    const client = await ImportedClient.load(circuit.clientFile);
    client.client.generateKey();
    const keyFile = await client.client.evaluationKeys();
    const server = await ServerCircuit.load(circuit.serverFile, wasm);
    const keys = keyFile && (await server.loadEvaluationKeys(keyFile));
    const [answer = new Uint8Array()] = await server.run([client.encrypt(few[1] ?? [])], keys);
    assert.deepEqual(client.predict(answer), clear.slice(targets, 2 * targets));
    const copy = ImportedModel.load(model.dump(), wasm);
    assert.deepEqual(await copy.predict(rows, { fhe: "simulate" }), clear);
    if (typeof result === "object" && "top" in result) {
      const lists = await model.topClasses(rows);
      assert.deepEqual(client.topClasses(answer), lists[1]);
      assert.deepEqual(await copy.topClasses(few, { fhe: "execute" }), lists.slice(0, 2));
    } else if (typeof result === "object") {
      assert.throws(
        () => client.topClasses(answer),
        /the results of the model do not list classes/,
      );
    }
    await copy.circuit?.close();
    await server.close();
    await circuit.close();
  });
}
