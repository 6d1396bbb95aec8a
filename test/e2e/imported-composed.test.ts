// Models made of models, as skl2onnx writes them: one kind of arithmetic each.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importOnnx } from "../../src/index.js";
import { importedCases, importedFile, rowsOf } from "../support/imported-cases.js";

const library = "onnx-composed-1.20.0";
const names: readonly string[] = [
  ...["bagging-features", "bagging-forest-binary", "bagging-ridge", "bagging-logistic"],
  ...["boosting-tree", "boosting-tree-values", "boosting-logistic", "one-vs-one-tree"],
  ...["one-vs-one-svc", "quadratic", "svc-probability-three", "calibrated-isotonic"],
  ...["calibrated-bayes", "one-class-linear", "quantiles-ridge", "two-targets-boosting"],
  ...["stacking-trees", "stacking-linear"],
];

const cases = new Map(importedCases(library).map((recorded) => [recorded.name, recorded]));

for (const name of names) {
  test(`${name}: encrypted equals simulated equals quantized`, async () => {
    const recorded = cases.get(name);
    assert.ok(recorded !== undefined);
    const model = importOnnx(importedFile(library, recorded.file));
    const rows = rowsOf(recorded, model.parts);
    const one = rows.slice(0, 1);
    const circuit = await model.compile(rows, { runtime: "wasm", threads: 1 });
    const clear = await model.scores(one);
    assert.deepEqual(await model.scores(one, { fhe: "simulate" }), clear);
    assert.deepEqual(await model.scores(one, { fhe: "execute" }), clear);
    const { equalClasses = 1 } = model.quantizationReport(rows);
    assert.ok(equalClasses > 0.9, `${equalClasses}`);
    await circuit.close();
  });
}
