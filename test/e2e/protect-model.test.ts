// What an answer shows of the model, with and without protection, to the one who holds the secret key.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Circuit } from "../../src/circuit/circuit.js";
import type { CompileOptions } from "../../src/circuit/compile-options.js";
import { fhe } from "../../src/circuit/fhe.js";
import { Client } from "../../src/client/client.js";
import { LogisticRegression } from "../../src/models/linear/logistic-regression.js";
import { DecisionTreeRegressor } from "../../src/models/trees/decision-tree-regressor.js";
import { ServerCircuit } from "../../src/runtime/server-circuit.js";
import { headerBytes, peekHeader } from "../../src/tfhe/wire-header.js";
import { domains, maskWords64, packedNumber } from "../support/plain-tfhe.js";
import { randomTrees } from "../support/random-trees.js";
import { residueErrors } from "../support/residue-errors.js";
import { meanSquare } from "../support/torus-phase.js";

const wasm = { runtime: "wasm", threads: 2 } as const;
const weights = Array.from({ length: 30 }, (_, i) => ((i * 7) % 31) - 15);
const samples = Array.from({ length: 40 }, (_, s) =>
  weights.map((w, i) => (s < 2 ? (w > 0 === (s === 0) ? 15 : 0) : (s * 13 + i * 5) % 16)),
);
const sum = fhe.compiler({ x: "encrypted" }, (x) => fhe.dot(x, weights));

async function withSum(
  protectModel: CompileOptions["protectModel"],
  work: (circuit: Circuit) => Promise<void>,
): Promise<void> {
  const circuit = await sum.compile(samples, { ...wasm, protectModel });
  try {
    await work(circuit);
  } finally {
    await circuit.close();
  }
}

async function sameAsSimulated(circuit: Circuit, rows: readonly number[][]): Promise<void> {
  assert.deepEqual(await circuit.encryptRunDecryptBatch(rows), circuit.simulateBatch(rows));
  await circuit.close();
}

/** Mask words of an answer with one response, as they travel. */
function maskOf(circuit: Circuit, answer: Uint8Array): bigint[] {
  const [output] = circuit.plan.outputs;
  assert.ok(output);
  // Behind the header and the head of the output.
  const data = answer.subarray(headerBytes + 8);
  const { dimension, polynomialSize } = circuit.plan.parameters.glwe;
  return Array.from({ length: dimension * polynomialSize }, (_, at) =>
    packedNumber(data, output.layout.wordBits, at),
  );
}

/** The combination of the request's own masks with the weights, rounded as answers are. */
function combination(circuit: Circuit, request: Uint8Array): bigint[] {
  const { dimension: k, polynomialSize: N } = circuit.plan.parameters.glwe;
  const linear = circuit.plan.program.instructions.find(({ op }) => op === "linear");
  assert.ok(linear?.op === "linear");
  const seed = request.subarray(headerBytes + 8, headerBytes + 40);
  const mask = maskWords64(seed, domains.input, 0, k * N);
  const result = new BigUint64Array(k * N);
  for (const [i, weight] of linear.weights.entries()) {
    if (weight === 0) continue;
    for (let at = 0; at < k * N; at++) {
      const moved = (at % N) + i;
      const to = at - (at % N) + (moved % N);
      const term = BigInt(weight) * (mask[at] ?? 0n);
      result[to] = (result[to] ?? 0n) + (moved < N ? term : -term);
    }
  }
  const drop = BigInt(64 - (circuit.plan.outputs[0]?.layout.wordBits ?? 64));
  return Array.from(result, (word) => BigInt.asUintN(64, word + (1n << (drop - 1n))) >> drop);
}

function equalShare(a: readonly bigint[], b: readonly bigint[]): number {
  return a.filter((word, at) => word === b[at]).length / a.length;
}

test("without protection a mask is the weights' combination of the client's masks, with it nothing like it", async () => {
  await withSum(false, async (circuit) => {
    const request = await circuit.encrypt(samples[5] ?? []);
    const [one, two] = await circuit.run([request, request]);
    assert.ok(one && two);
    assert.equal(equalShare(maskOf(circuit, one), combination(circuit, request)), 1);
    assert.deepEqual(one, two);
  });
  await withSum(true, async (circuit) => {
    const request = await circuit.encrypt(samples[5] ?? []);
    const batch = await circuit.run([request, request]);
    const answers = [...batch, ...(await circuit.run([request]))];
    const masks = answers.map((answer) => maskOf(circuit, answer));
    const [first = [], second = [], third = []] = masks;
    const plain = combination(circuit, request);
    for (const [a, b] of [
      [first, plain],
      [second, plain],
      [first, second],
      [first, third],
    ] as const) {
      assert.ok(equalShare(a, b) < 0.01, `${equalShare(a, b)} of the words are equal`);
    }
    for (const answer of answers) {
      assert.equal(await circuit.decrypt(answer), circuit.simulate(samples[5] ?? []));
    }
  });
});

test("protected sums, one hot and several outputs equal the simulation", async () => {
  await withSum(true, async (circuit) => {
    assert.deepEqual(await circuit.encryptRunDecryptBatch(samples), circuit.simulateBatch(samples));
    assert.ok((circuit.plan.protection?.distanceLog2 ?? 0) <= -40);
  });
  const rows = Array.from({ length: 24 }, (_, s) => [s % 4, (s * 3) % 8, (s * 5 + 1) % 8]);
  const table = new fhe.LookupTable([3, 1, 4, 1, 5, 2, 2, 6]);
  const additive = await fhe
    .compiler({ x: "encrypted" }, (x) => table.apply(x).sum())
    .compile(rows, { ...wasm, protectModel: true });
  assert.equal(additive.plan.lane, "one hot");
  await sameAsSimulated(additive, rows);
  const matrix = [
    [1, -2, 3],
    [2, 2, -1],
    [0, 1, 1],
    [3, 0, -3],
  ];
  const several = await fhe
    .compiler({ x: "encrypted" }, (x) => [fhe.matmul(matrix, x), fhe.dot(x, [1, 1, 1])])
    .compile(rows, { ...wasm, protectModel: true });
  await sameAsSimulated(several, rows);
});

test("protected forests that take no look-ups equal the simulation, as near as their noise leaves", async () => {
  const rows = Array.from({ length: 16 }, (_, s) => [s % 10, (s * 3) % 10, (s * 7 + 2) % 10]);
  const shape = { features: 3, outputs: 2, trees: 5, depth: 4, largestThreshold: 9 };
  const forestOf = (largestValue: number) => {
    const [trees] = fc.sample(randomTrees({ ...shape, largestValue }), { seed: 3, numRuns: 1 });
    assert.ok(trees);
    return fhe.compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x));
  };
  // Less is asked, or limits leave no keys for more.
  for (const [largestValue, options] of [
    [3, { protectModel: { bits: 15 } }],
    [2 ** 16, { protectModel: { bits: 14 } }],
    [2 ** 16, { protectModel: true, maxEvaluationKeyBytes: 100_000 }],
  ] as const) {
    const circuit = await forestOf(largestValue).compile(rows, { ...wasm, ...options });
    assert.equal(circuit.plan.lane, "decision");
    assert.ok((circuit.plan.protection?.distanceLog2 ?? 0) <= -14);
    await sameAsSimulated(circuit, rows);
  }
  const asked = { ...wasm, protectModel: { bits: 40 }, maxEvaluationKeyBytes: 100_000 };
  await assert.rejects(forestOf(2 ** 16).compile(rows, asked), {
    code: "no-parameters",
    message:
      /^tree_ensemble \(.*protect-model.*\): with its table of 5 bits the evaluation keys of the circuit take at least [\d.]+ MB, and may take 0\.1 MB\. .*; protectModel: \{ bits: [12]\d \} would fit as it is$/,
  });
});

test("remainders of a protected forest lie around their steps, and what lies between is the flood", async () => {
  const shape = { features: 3, outputs: 2, trees: 5, depth: 4, largestThreshold: 9 };
  const [trees] = fc.sample(randomTrees({ ...shape, largestValue: 2 ** 16 }), { seed: 3 });
  assert.ok(trees);
  const rows = Array.from({ length: 16 }, (_, s) => [s % 10, (s * 3) % 10, (s * 7 + 2) % 10]);
  const forest = fhe.compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x));
  const circuit = await forest.compile(rows, { ...wasm, protectModel: { bits: 14 } });
  const client = await Client.load(circuit.clientFile);
  const server = await ServerCircuit.load(circuit.serverFile, wasm);
  client.generateKey();
  const keys = await server.loadEvaluationKeys((await client.evaluationKeys()) ?? new Uint8Array());
  const requests = Array.from({ length: 40 }, () => client.encrypt(rows[5] ?? []));
  const answers = await server.run(requests, keys);
  const expected = [circuit.simulate(rows[5] ?? [])].flat(2).map(Number);
  const errors = residueErrors(client, answers, expected);
  const flood = 2 ** ((circuit.plan.protection?.floodLog2 ?? 0) - 64);
  const ratio = meanSquare(errors) / (flood ** 2 / 3);
  // 480 numbers, uniform: the deviation of their mean square is 4 %.
  assert.equal(errors.length, 480);
  assert.ok(ratio > 0.75 && ratio < 1.25, `${ratio}`);
  await server.close();
  await circuit.close();
  client.dispose();
});

test("trees that ask nothing take the protection that can be had", async () => {
  const X = [
    [0, 5],
    [1, 4],
    [2, 3],
  ];
  const model = new DecisionTreeRegressor().fit(X, [7, 7, 7]);
  const circuit = await model.compile(X, { ...wasm, protectModel: true });
  assert.ok((circuit.plan.protection?.distanceLog2 ?? 0) <= -8);
  assert.deepEqual([...(await model.predict(X.slice(1), { fhe: "execute" }))], [7, 7]);
  await circuit.close();
  await assert.rejects(model.compile(X, { ...wasm, protectModel: { bits: 60 } }), {
    code: "no-parameters",
  });
  await assert.rejects(model.compile(X, { ...wasm, maxUploadBytes: 60 }), {
    code: "no-parameters",
    message: /one request takes \d+ bytes, and may take 60/,
  });
});

test("a logistic regression under protection predicts as in clear", async () => {
  const X = Array.from({ length: 80 }, (_, i) => [i % 9, (i * 5) % 7, (i * 3) % 11]);
  const y = X.map(([a = 0, b = 0, c = 0]) => Number(a - b + c > 6));
  const model = new LogisticRegression({ nBits: 4 });
  model.fit(X, y);
  const circuit = await model.compile(X, { ...wasm, protectModel: true });
  const encrypted = await model.predict(X.slice(0, 20), { fhe: "execute" });
  assert.deepEqual(encrypted, await model.predict(X.slice(0, 20)));
  await circuit.close();
});

test("the noise of answers is the flood", async () => {
  await withSum(true, async (circuit) => {
    const client = await Client.load(circuit.clientFile);
    const server = await ServerCircuit.load(circuit.serverFile, wasm);
    client.generateKey();
    const keys = await server.loadEvaluationKeys(
      (await client.evaluationKeys()) ?? new Uint8Array(),
    );
    const requests = Array.from({ length: 800 }, () => client.encrypt(samples[3] ?? []));
    const answers = await server.run(requests, keys);
    // The same client under an encoding that reads the noise: 24 bits of the torus.
    const [output] = client.manifest.outputs;
    assert.ok(output);
    const fine = { ...output, deltaLog2: 40, messageBits: 24, signed: true };
    const reader = await Client.load(circuit.clientFile);
    reader.importKey(client.exportKey());
    Object.assign(reader.manifest.outputs[0] ?? {}, fine);
    const step = 2 ** (output.deltaLog2 - 40);
    const errors = answers.map((answer) => {
      const phase = reader.decrypt(answer)[0]?.data[0] ?? 0;
      return phase - Math.round(phase / step) * step;
    });
    const flood = circuit.plan.protection?.floodLog2 ?? 0;
    const bound = 2 ** (flood - 40);
    // 800 numbers, uniform: the deviation of their mean square is 3 %. Answers are rounded to words of some bits; that is the rest.
    const ratio = meanSquare(errors) / (bound ** 2 / 3);
    assert.ok(ratio > 0.8 && ratio < 1.6, `${ratio}`);
    await server.close();
    client.dispose();
    reader.dispose();
  });
});

test("keys: one file, counted, of the right client", async () => {
  await withSum(true, async (circuit) => {
    const client = await Client.load(circuit.clientFile);
    const server = await ServerCircuit.load(circuit.serverFile, wasm);
    assert.equal(server.needsEvaluationKeys, true);
    client.generateKey();
    const file = await client.evaluationKeys();
    assert.ok(file);
    assert.equal(peekHeader(file, "file").kind, "evaluation keys");
    assert.equal(file.length, circuit.sizes.evaluationKeyBytes);
    const cost = circuit.cost();
    assert.equal(cost.evaluationKeyBytes, file.length);
    assert.equal(cost.distanceLog2, circuit.plan.protection?.distanceLog2);
    assert.match(String(cost), /\nmodel protected {2}within 2\^-4\d\.\d an answer\n/);
    const request = client.encrypt(samples[3] ?? []);
    await assert.rejects(server.run([request]), {
      code: "bad-argument",
      message:
        "run: the circuit protects its model and got no evaluation keys, which hold the client's public key. " +
        "Pass what loadEvaluationKeys gave for this client's key file",
    });
    const keys = await server.loadEvaluationKeys(file);
    assert.equal(
      client.decrypt((await server.run([request], keys))[0] ?? file)[0]?.data[0],
      circuit.simulate(samples[3] ?? []),
    );
    client.generateKey();
    await assert.rejects(server.run([client.encrypt(samples[3] ?? [])], keys), {
      code: "wrong-key",
    });
    await assert.rejects(server.loadEvaluationKeys(file.subarray(0, 500)), {
      code: "file-truncated",
    });
    const damaged = file.slice();
    damaged[900] = (damaged[900] ?? 0) ^ 1;
    await assert.rejects(server.loadEvaluationKeys(damaged), { code: "file-corrupt" });
    await withSum(false, async (plain) => {
      const other = await Client.load(plain.clientFile);
      other.generateKey();
      assert.equal(await other.evaluationKeys(), undefined);
      assert.equal(plain.cost().distanceLog2, undefined);
    });
    await server.close();
    client.dispose();
  });
});

test("what cannot be protected is refused, with what would fit", async () => {
  const wide = fhe.compiler({ x: "encrypted" }, (x) =>
    fhe.dot(
      x,
      weights.map((w) => 10 * w),
    ),
  );
  const near = await wide.compile(samples, { ...wasm, protectModel: true });
  const reached = near.plan.protection?.distanceLog2 ?? 0;
  assert.ok(reached > -40 && reached <= -30, `${reached}`);
  await sameAsSimulated(near, samples.slice(0, 4));
  await assert.rejects(wide.compile(samples, { ...wasm, protectModel: { bits: 40 } }), {
    code: "no-parameters",
    message:
      /^dot \(.*protect-model\.test\.\ws:\d+\): no parameters at 132 bits of security give 16 bits of a sum with squared norm \d+ and failure below 2\^-64 in answers protected within 2\^-40\. .*; protectModel: \{ bits: \d+ \} would fit as it is$/,
  });
  await assert.rejects(sum.compile(samples, { ...wasm, protectModel: true, composable: true }), {
    code: "unsupported-op",
    message: /^protectModel: is for answers that go to the client and stay there; /,
  });
  for (const bits of [0, 61, 2.5]) {
    await assert.rejects(sum.compile(samples, { protectModel: { bits } }), {
      code: "bad-argument",
      message: `protectModel: asks for ${bits} bits, and may ask for 1 to 60. Give true for 40 bits, or { bits }`,
    });
  }
});

test("a key of a circuit without protection is of other parameters", async () => {
  await withSum(true, async (circuit) => {
    await withSum(false, async (plain) => {
      const client = await Client.load(circuit.clientFile);
      const other = await Client.load(plain.clientFile);
      other.generateKey();
      assert.throws(() => client.importKey(other.exportKey()), { code: "wrong-parameters" });
      client.generateKey();
      const server = await ServerCircuit.load(plain.serverFile, wasm);
      assert.equal(server.needsEvaluationKeys, false);
      await server.close();
    });
  });
});

test("weights too large for one upload of the inputs travel as digits on several", async () => {
  const table = new fhe.LookupTable(Array.from({ length: 16 }, (_, i) => ((i * 37) % 256) - 128));
  const rows = Array.from({ length: 20 }, (_, s) => [s % 16, (s * 3) % 16, (s * 7 + 5) % 16]);
  const additive = fhe.compiler({ x: "encrypted" }, (x) => table.apply(x).sum().mul(11));
  const circuit = await additive.compile(rows, { ...wasm, protectModel: true });
  const copies = circuit.plan.input.copies ?? [];
  assert.ok(copies.length > 0);
  assert.ok((circuit.plan.protection?.distanceLog2 ?? 0) <= -40);
  const plain = await additive.compile(rows, { ...wasm });
  assert.ok(circuit.plan.input.length === (1 + copies.length) * plain.plan.input.length);
  await sameAsSimulated(circuit, rows);
});
