import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBreastCancer } from "../../examples/breast-cancer/load-data.js";
import { firstRows, rowOf, splitPatients } from "../../examples/breast-cancer/split-patients.js";
import type { Tensor } from "../../src/base/tensor.js";
import type { Circuit } from "../../src/circuit/circuit.js";
import { compiler } from "../../src/circuit/compiler.js";
import { ClassifierClient } from "../../src/client/classifier-client.js";
import { Client } from "../../src/client/client.js";
import { LogisticRegression } from "../../src/models/linear/logistic-regression.js";
import { SeededRandom } from "../../src/models/seeded-random.js";
import { ServerCircuit } from "../../src/runtime/server-circuit.js";
import { rejected } from "../support/refused.js";

type Params = ConstructorParameters<typeof LogisticRegression>[0];

const wasm = { runtime: "wasm", threads: 2 } as const;
const patients = splitPatients(loadBreastCancer(), 7);
const { XTrain, XTest, yTrain } = patients;

/** Four clouds around the corners of a square, with two features of noise. */
const clouds = (() => {
  const random = new SeededRandom(5);
  const noise = () => random.nextUint32() / 2 ** 31 - 1;
  const y = Array.from({ length: 120 }, (_, i) => (i % 4) * 10 - 5);
  const X = y.map((_, i) => [(i % 2) * 2 + noise(), (i & 2) + noise(), 5 * noise(), noise() / 100]);
  return { X, y };
})();

async function withCircuit(
  model: LogisticRegression,
  X: Parameters<LogisticRegression["compile"]>[0],
  work: (circuit: Circuit) => Promise<void>,
): Promise<void> {
  const circuit = await model.compile(X, wasm);
  try {
    await work(circuit);
  } finally {
    await circuit.close();
  }
}

/** Inputs `[rows, features]` that drive the scores to both ends, and random ones, as quantized integers. */
function legalInputs(model: LogisticRegression): Tensor[] {
  const { weights, features, outputs, inputQuantizer } = model.quantized;
  const { qMin, qMax } = inputQuantizer;
  const random = new SeededRandom(11);
  const row = (of: (j: number) => number): Tensor => ({
    shape: [features],
    data: Float64Array.from({ length: features }, (_, j) => of(j)),
  });
  const weight = (j: number, k: number) => weights.data[j * outputs + k] ?? 0;
  const ends = Array.from({ length: outputs }, (_, k) => [
    row((j) => (weight(j, k) > 0 ? qMax : qMin)),
    row((j) => (weight(j, k) > 0 ? qMin : qMax)),
  ]).flat();
  const anywhere = Array.from({ length: 4 }, () =>
    row(() => qMin + random.nextBelow(qMax - qMin + 1)),
  );
  return [...ends, row(() => qMin), row(() => qMax), ...anywhere];
}

for (const params of [
  { nBits: 8, inputQuantizer: "perFeature" },
  { nBits: 8, inputQuantizer: "global" },
  { nBits: { inputs: 3, weights: 10 } },
  { nBits: { inputs: 12, weights: 2 }, inputQuantizer: "global" },
] satisfies Params[]) {
  test(`two classes, ${JSON.stringify(params)}: three modes give the same scores and labels`, async () => {
    const model = new LogisticRegression(params).fit(XTrain, yTrain);
    await withCircuit(model, XTrain, async () => {
      const X = firstRows(XTest, 24);
      const clear = await model.decisionFunction(X);
      assert.deepEqual(await model.decisionFunction(X, { fhe: "simulate" }), clear);
      assert.deepEqual(await model.decisionFunction(X, { fhe: "execute" }), clear);
      assert.deepEqual(await model.predict(X, { fhe: "execute" }), await model.predict(X));
      assert.deepEqual(
        await model.predictProba(X, { fhe: "execute" }),
        await model.predictProba(X, { fhe: "simulate" }),
      );
    });
  });
}

test("four classes: three modes give the same scores, probabilities and labels", async () => {
  const { X, y } = clouds;
  for (const nBits of [4, 8]) {
    const model = new LogisticRegression({ nBits }).fit(X, y);
    await withCircuit(model, X, async (circuit) => {
      assert.equal(circuit.plan.lane, "linear");
      const few = X.slice(0, 20);
      const clear = await model.decisionFunction(few);
      assert.deepEqual(clear.shape, [20, 4]);
      assert.deepEqual(await model.decisionFunction(few, { fhe: "simulate" }), clear);
      assert.deepEqual(await model.decisionFunction(few, { fhe: "execute" }), clear);
      const probabilities = await model.predictProba(few, { fhe: "execute" });
      assert.deepEqual(probabilities, await model.predictProba(few));
      assert.deepEqual(await model.predict(few, { fhe: "execute" }), await model.predict(few));
    });
  }
});

test("scores: inputs at both extremes and anywhere between are exact, whatever was compiled on", async () => {
  for (const model of [
    new LogisticRegression({ nBits: 8 }).fit(XTrain, yTrain),
    new LogisticRegression({ nBits: 6 }).fit(clouds.X, clouds.y),
  ]) {
    const features = model.quantized.features;
    const oneRow = { shape: [1, features], data: new Float64Array(features) };
    await withCircuit(model, oneRow, async (circuit) => {
      for (const q of legalInputs(model)) {
        const exact = model.quantized.scores({ shape: [1, features], data: q.data });
        const expected = Array.from(exact.data);
        assert.deepEqual(circuit.simulate(q), expected);
        assert.deepEqual(await circuit.encryptRunDecrypt(q), expected);
      }
    });
  }
});

test("class tables of 5 and 6 bits: index as wide as the table, three modes give the same class", async () => {
  for (const classTableBits of [5, 6]) {
    const model = new LogisticRegression({ classTableBits }).fit(XTrain, yTrain);
    await withCircuit(model, XTrain, async (circuit) => {
      assert.equal(circuit.plan.lane, "bootstrap");
      // Windows of the index where they are cheaper than one look-up.
      assert.ok(circuit.sizes.bootstraps >= 1 && circuit.sizes.bootstraps <= 3);
      // A table whose halves complement each other needs no padding bit, and so one bit less.
      const bits = model.classTable?.bits ?? 0;
      if (circuit.sizes.bootstraps === 1) {
        assert.match(circuit.program, new RegExp(`bits=(${bits}|${bits - 1}),`));
      }
      const X = firstRows(XTest, 8);
      const clear = await model.predict(X);
      assert.deepEqual(await model.predict(X, { fhe: "simulate" }), clear);
      const seen: number[] = [];
      const onProgress = (fraction: number) => seen.push(fraction);
      assert.deepEqual(await model.predict(X, { fhe: "execute", onProgress }), clear);
      assert.equal(seen.at(-1), 1);
    });
  }
});

test("class table: both ends of the index, and random inputs, give the table's class", async () => {
  const model = new LogisticRegression({ classTableBits: 5 }).fit(XTrain, yTrain);
  await withCircuit(model, firstRows(XTrain, 1), async (circuit) => {
    const inputs = legalInputs(model);
    const requests: Uint8Array[] = [];
    for (const q of inputs) requests.push(await circuit.encrypt(q));
    const answers = await circuit.run(requests);
    for (const [i, q] of inputs.entries()) {
      const [score = 0] = model.quantized.scores({ shape: [1, 30], data: q.data }).data;
      assert.deepEqual(circuit.simulate(q), [Number(score > 0)]);
      assert.deepEqual(await circuit.decrypt(answers[i] ?? new Uint8Array()), [Number(score > 0)]);
    }
  });
});

test("a client with the client file and a server with the server file agree with predict: scores", async () => {
  const model = new LogisticRegression().fit(clouds.X, clouds.y);
  const { clientFile, serverFile } = await model.compile(clouds.X);
  const own = await ClassifierClient.load(clientFile);
  const server = await ServerCircuit.load(serverFile, wasm);
  own.client.generateKey();
  assert.equal(await own.client.evaluationKeys(), undefined);
  assert.deepEqual(own.coding.classes, model.classes);
  const X = clouds.X.slice(0, 8);
  const answers = await server.run(X.map((row) => own.encrypt(row)));
  await server.close();
  const labels = await model.predict(X);
  const probabilities = await model.predictProba(X);
  answers.forEach((answer, i) => {
    assert.equal(own.predict(answer), labels[i]);
    assert.deepEqual(own.predictProba(answer), probabilities.data.slice(4 * i, 4 * i + 4));
  });
});

test("a client with the client file and a server with the server file agree with predict: class alone", async () => {
  const model = new LogisticRegression({ classTableBits: 4 }).fit(XTrain, yTrain);
  const { clientFile, serverFile } = await model.compile(XTrain);
  const own = await ClassifierClient.load(clientFile);
  const server = await ServerCircuit.load(serverFile, wasm);
  own.client.generateKey();
  const keyFile = await own.client.evaluationKeys();
  assert.ok(keyFile !== undefined);
  const keys = await server.loadEvaluationKeys(keyFile);
  const rows = [0, 1, 2, 3].map((i) => rowOf(XTest, i));
  const answers = await server.run(
    rows.map((row) => own.encrypt(row)),
    keys,
  );
  await server.close();
  const labels = await model.predict(firstRows(XTest, 4));
  assert.deepEqual(
    answers.map((answer) => own.predict(answer)),
    Array.from(labels),
  );
  await rejected(
    () => own.predictProba(answers[0] ?? new Uint8Array()),
    "bad-argument",
    "predictProba: the score does not leave the server: " +
      'the model returns the class only. Use predict, or fit with result "scores" and classTableBits null',
  );
});

test("the client file holds quantizer and labels, no weights", async () => {
  const model = new LogisticRegression().fit(clouds.X, clouds.y);
  const { clientFile } = await model.compile(clouds.X);
  const { extras } = await Client.load(clientFile);
  assert.deepEqual(extras, {
    kind: "classifier-coding",
    inputQuantizer: model.quantized.inputQuantizer.toJSON(),
    features: 4,
    classes: [-5, 5, 15, 25],
    result: "scores",
    scoreScale: model.quantized.scoreScale,
  });
});

test("encrypted modes before compile, and after another fit, are refused", async () => {
  const model = new LogisticRegression().fit(clouds.X, clouds.y);
  const cure = "Call compile(X) after fit";
  await rejected(
    () => model.predict(clouds.X, { fhe: "execute" }),
    "not-compiled",
    `LogisticRegression.predict: needs a compiled model for fhe "execute". ${cure}`,
  );
  await (await model.compile(clouds.X)).close();
  model.fit(clouds.X, clouds.y);
  await rejected(
    () => model.predictProba(clouds.X, { fhe: "simulate" }),
    "not-compiled",
    `LogisticRegression.predictProba: needs a compiled model for fhe "simulate". ${cure}`,
  );
});

test("compile before fit, with other features and with NaN, is refused", async () => {
  const model = new LogisticRegression();
  await rejected(
    () => model.compile(clouds.X),
    "not-fitted",
    "LogisticRegression.compile: has not been fitted. Call fit first",
  );
  model.fit(clouds.X, clouds.y);
  await rejected(
    () => model.compile([[1, 2, 3]]),
    "bad-shape",
    "LogisticRegression.compile X: has 3 features, fitted on 4. " +
      "Pass the features of the training data in the same order",
  );
  await rejected(
    () => model.compile([[1, 2, 3, Number.NaN]]),
    "not-a-number",
    "LogisticRegression.compile X row 0, column 3: the value is NaN. " +
      "Fill or drop missing and infinite values before quantizing",
  );
});

test("another mode, NaN and other features are refused when predicting", async () => {
  const model = new LogisticRegression({ inputQuantizer: "global" }).fit(clouds.X, clouds.y);
  await withCircuit(model, clouds.X, async () => {
    const mode: { fhe: "execute" } = JSON.parse('{ "fhe": "magic" }');
    await rejected(
      () => model.predict(clouds.X, mode),
      "bad-argument",
      'LogisticRegression.predict fhe: is "magic". Pass "disable", "simulate" or "execute"',
    );
    await rejected(
      () => model.predict([[1, Number.NaN, 3, 4]], { fhe: "execute" }),
      "not-a-number",
      "LogisticRegression.predict X row 0, column 1: the value is NaN. " +
        "Fill or drop missing and infinite values before quantizing",
    );
    await rejected(
      () => model.predict([[1, 2]], { fhe: "execute" }),
      "bad-shape",
      "LogisticRegression.predict X: has 2 features, fitted on 4. " +
        "Pass the features of the training data in the same order",
    );
  });
});

test("the client refuses NaN, other features and files of other circuits", async () => {
  const model = new LogisticRegression({ inputQuantizer: "global" }).fit(clouds.X, clouds.y);
  const { clientFile } = await model.compile(clouds.X);
  const own = await ClassifierClient.load(clientFile);
  own.client.generateKey();
  await rejected(
    () => own.encrypt([1, 2, 3, Number.NaN]),
    "not-a-number",
    "features entry 3: the value is NaN. " +
      "Fill or drop missing and infinite values before quantizing",
  );
  await rejected(
    () => own.encrypt([1, 2, 3]),
    "bad-shape",
    "features: its shape (3,) does not end in the model's 4 features. " +
      "Pass the features of the training data in the same order",
  );
  const double = await compiler({ x: "encrypted" }, (x) => x.mul(2)).compile([[0], [1]]);
  await rejected(
    () => ClassifierClient.load(double.clientFile),
    "file-kind",
    'client file: is of the function "main", not of a classifier. ' +
      "Use Client.load for it: it encrypts integers and decrypts integers",
  );
});

test("an encrypted prediction can be aborted", async () => {
  const model = new LogisticRegression({ classTableBits: 4 }).fit(XTrain, yTrain);
  await withCircuit(model, XTrain, async (circuit) => {
    await circuit.keygen();
    const stop = new AbortController();
    stop.abort();
    await rejected(
      () => model.predict(firstRows(XTest, 2), { fhe: "execute", signal: stop.signal }),
      "aborted",
      "run: was aborted by its caller. Start it again to get a result",
    );
  });
});
