import assert from "node:assert/strict";
import { test } from "node:test";
import { energy } from "../../examples/additive/energy.js";
import { colours, irises } from "../../examples/import/flowers.js";
import { claimsFrequency } from "../../examples/insurance/claims-frequency.js";
import { housePrices } from "../../examples/linear-regression/house-prices.js";
import { symptoms } from "../../examples/naive-bayes/symptoms.js";
import { payments } from "../../examples/outliers/payments.js";
import { loans } from "../../examples/pipeline/loans.js";
import { tumours } from "../../examples/trees/tumours.js";

test("tumours: a tree, a forest and boosted trees on encrypted measurements", async () => {
  const reports = await tumours(2);
  assert.deepEqual(
    reports.map(({ name }) => name),
    ["DecisionTreeClassifier", "RandomForestClassifier", "XGBClassifier"],
  );
  for (const { answers, float, accuracy } of reports) {
    assert.deepEqual(answers, float);
    assert.ok(accuracy > 0.9);
  }
});

test("payments: the unusual one is found without being read", async () => {
  const { answers, float } = await payments();
  assert.deepEqual(answers, [1, -1, 1]);
  assert.deepEqual(float, answers);
});

test("heating: additive functions from cells, no evaluation keys", async () => {
  const { answers, clear, score, evaluationKeyBytes } = await energy(3);
  assert.deepEqual(answers, clear);
  assert.ok(score > 0.95, `${score}`);
  assert.equal(evaluationKeyBytes, 0);
});

test("imported models: encrypted answers are the libraries' own", async () => {
  for (const { answers, library, maxScoreDifference } of [await irises(), await colours()]) {
    assert.deepEqual(answers, library);
    assert.ok((maxScoreDifference ?? 1) < 0.2);
  }
});

test("loans: the applicant's side fills gaps and encodes the region", async () => {
  const { answers, clear, accuracy } = await loans(3);
  assert.deepEqual(answers, clear);
  assert.ok(accuracy > 0.9, `${accuracy}`);
});

test("insurance claims: encrypted predictions equal the clear ones and beat the mean", async () => {
  const { deviance, encrypted, clear, uploadBytes, downloadBytes } = await claimsFrequency(4);
  assert.deepEqual(encrypted, clear);
  assert.ok(deviance.float < 0.97 * deviance.mean, JSON.stringify(deviance));
  assert.ok(Math.abs(deviance.quantized - deviance.float) < 0.005 * deviance.float);
  assert.ok(uploadBytes < 1000 && downloadBytes < 20_000);
});

test("naive Bayes of symptoms: rounding loses next to nothing, ciphertexts nothing", async () => {
  const { float, quantized, encryptedEqualsClear } = await symptoms(2);
  assert.ok(float > 0.8);
  assert.ok(Math.abs(float - quantized) < 0.02);
  assert.ok(encryptedEqualsClear);
});

test("house prices and rents: two targets from one ciphertext, no evaluation keys", async () => {
  const { float, quantized, clear, encrypted, evaluationKeyBytes } = await housePrices(3);
  assert.deepEqual(encrypted, clear);
  assert.equal(encrypted.length, 6);
  assert.ok(float > 0.95 && float - quantized < 0.001);
  assert.equal(evaluationKeyBytes, 0);
});
