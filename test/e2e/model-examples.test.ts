import assert from "node:assert/strict";
import { test } from "node:test";
import { claimsFrequency } from "../../examples/insurance/claims-frequency.js";
import { housePrices } from "../../examples/linear-regression/house-prices.js";
import { symptoms } from "../../examples/naive-bayes/symptoms.js";

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
