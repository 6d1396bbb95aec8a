import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBreastCancer } from "../../examples/breast-cancer/load-data.js";
import { firstRows } from "../../examples/breast-cancer/split-patients.js";
import { trainTestSplit, XGBClassifier } from "../../src/index.js";

test("50 boosted trees: classes of every test patient are the float model's, on ciphertexts too", async () => {
  const { data, target } = loadBreastCancer();
  const { XTrain, XTest, yTrain } = trainTestSplit(data, target, { randomState: 0 });
  const boosted = new XGBClassifier({ nEstimators: 50, maxDepth: 3 });
  const { model, floatModel } = boosted.fitBenchmark(XTrain, yTrain);
  const circuit = await model.compile(XTrain);
  const float = floatModel.predict(XTest);
  assert.equal(float.length, 143);
  assert.deepEqual(await model.predict(XTest), float);
  const few = firstRows(XTest, 12);
  assert.deepEqual(await model.predict(few, { fhe: "execute" }), float.slice(0, 12));
  await circuit.close();
});
