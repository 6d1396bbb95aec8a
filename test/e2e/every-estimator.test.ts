// What every estimator promises, one after the other: three modes that agree, a file that runs again, and refusals with a cure.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LoadedCircuit } from "../../src/circuit/loaded-circuit.js";
import { Lasso, Ridge, VelumError } from "../../src/index.js";
import { everyEstimator, everyPipeline, type Kind, wasm, X } from "../support/every-estimator.js";
import { rejected } from "../support/refused.js";

const some = X.slice(0, 2);

function numbers(result: { readonly data: Float64Array } | Float64Array): Float64Array {
  return "data" in result ? result.data : result;
}

/** Scores and probabilities of a model that has them, in one mode. */
async function scoresOf({ model }: Kind, fhe: "disable" | "simulate" | "execute") {
  const found: Float64Array[] = [];
  for (const method of ["predictProba", "decisionFunction"] as const) {
    try {
      const result = await model[method]?.(some, { fhe });
      if (result !== undefined) found.push(numbers(result));
    } catch (error) {
      // Distances are no probabilities, and a pipeline has what its model has.
      const known =
        error instanceof VelumError && /no probabilities|which has no/.test(error.message);
      if (!known) throw error;
    }
  }
  return found;
}

for (const own of [...everyEstimator, ...everyPipeline]) {
  const { name, model, floatModel, isClassifier, make, load } = own;
  test(`${name}: three modes and a copy give the same, and its steps can be taken one by one`, async () => {
    if ("name" in model) assert.equal(model.name, model.constructor.name);
    assert.equal(model.nFeaturesIn, 3);
    await rejected(
      () => model.predict(some, { fhe: "execute" }),
      "not-compiled",
      /Call compile\(X\) after fit/,
    );
    const circuit = await model.compile(X, wasm);
    const clear = await model.predict(some);
    assert.deepEqual(await model.predict(some, { fhe: "simulate" }), clear);
    assert.deepEqual(await model.predict(X, { fhe: "simulate" }), await model.predict(X));
    assert.deepEqual(await model.predict(some, { fhe: "execute" }), clear);
    const scores = await scoresOf(own, "disable");
    assert.ok(!isClassifier || scores.length > 0);
    assert.deepEqual(await scoresOf(own, "simulate"), scores);
    assert.deepEqual(await scoresOf(own, "execute"), scores);

    const { shape, data } = model.quantizeInput(some.slice(0, 1));
    const row = { shape: shape.slice(1), data };
    const [answer = new Uint8Array()] = await circuit.run([await circuit.encrypt(row)]);
    const results = await circuit.decrypt(answer);
    assert.deepEqual(results, await circuit.simulate(row));
    assert.ok(model.dequantizeOutput(results).data.every(Number.isFinite));
    await rejected(
      () => model.dequantizeOutput([[1, 2, 3, 4]]),
      "bad-shape",
      /dequantizeOutput: the shape of the results is \(1, 4\)/,
    );
    await circuit.close();

    const copy = load(model.dump());
    assert.deepEqual(copy.getParams(), model.getParams());
    assert.ok(copy.circuit instanceof LoadedCircuit);
    assert.deepEqual(await copy.predict(some, { fhe: "execute" }), clear);
    assert.deepEqual(copy.quantizeInput(X), model.quantizeInput(X));
    await copy.circuit?.close();
  });

  test(`${name}: three modes give the same where answers say nothing of the model but their values`, async () => {
    const circuit = await model.compile(X, { ...wasm, protectModel: true });
    assert.ok((circuit.plan.protection?.distanceLog2 ?? 0) <= -15, String(circuit.cost()));
    const clear = await model.predict(some);
    assert.deepEqual(await model.predict(X, { fhe: "simulate" }), await model.predict(X));
    const [first, second] = [some.slice(0, 1), some.slice(1)];
    assert.deepEqual(await model.predict(first, { fhe: "execute" }), clear.slice(0, 1));
    const copy = load(model.dump());
    assert.deepEqual(await copy.predict(second, { fhe: "execute" }), clear.slice(1));
    await copy.circuit?.close();
    await circuit.close();
  });

  test(`${name}: the float model of the same fit is near, and parameters change by name`, async () => {
    const [float, integers] = [floatModel.predict(X), await model.predict(X)];
    assert.equal(float.length, X.length);
    const spread = Math.max(...float) - Math.min(...float);
    const far = integers.filter((value, i) =>
      isClassifier
        ? value !== float[i]
        : Math.abs(value - (float[i] ?? Number.NaN)) > 0.1 * Math.max(1, spread),
    );
    assert.ok(far.length <= 0.1 * X.length, `${far.length}`);

    const params = model.getParams();
    const fresh = make();
    fresh.setParams(params);
    assert.deepEqual(fresh.getParams(), params);
    const [first = "", ...others] = Object.keys(params);
    assert.ok(others.length > 1);
    await rejected(
      () => fresh.setParams({ [`${first}s`]: 1 }),
      "bad-argument",
      new RegExp(`setParams ${first}s: is no option\\. Did you mean ${first}\\?`),
    );
    assert.deepEqual(fresh.getParams(), params);
  });
}

for (const { name, model, make, load } of everyEstimator) {
  test(`${name}: wrong uses are refused`, async () => {
    const fresh = make();
    await rejected(
      () => fresh.predict(X),
      "not-fitted",
      new RegExp(`^${name}.predict: has not been fitted. Call fit first`),
    );
    await rejected(() => fresh.dump(), "not-fitted", new RegExp(`^${name}.dump`));
    await rejected(() => fresh.compile(X, wasm), "not-fitted", new RegExp(`^${name}.compile`));
    await rejected(
      () => make({ nBit: 8 }),
      "bad-argument",
      new RegExp(`^${name} nBit: is no option. Did you mean nBits`),
    );
    await rejected(
      () => model.predict([[1, 2]]),
      "bad-shape",
      new RegExp(`^${name}.predict X: has 2 features, fitted on 3`),
    );
    const infinite = [[1, Number.POSITIVE_INFINITY, 2]];
    await rejected(
      () => model.predict(infinite),
      "not-a-number",
      new RegExp(`^${name}.predict X row 0, column 1: the value is Infinity`),
    );
    const file = model.dump();
    await rejected(() => load(file.subarray(0, file.length / 2)), "file-corrupt", /damaged/);
    await rejected(
      () => (name === "Ridge" ? Lasso.load(file) : Ridge.load(file)),
      "file-kind",
      new RegExp(`holds a ${name}, not a`),
    );
  });
}
