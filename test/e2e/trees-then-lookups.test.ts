import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CompileOptions } from "../../src/circuit/compile-options.js";
import { fhe } from "../../src/circuit/fhe.js";
import { Client } from "../../src/client/client.js";
import type { IntegerTrees } from "../../src/op-spec/integer-trees.js";
import { ServerCircuit } from "../../src/runtime/server-circuit.js";
import { engineKinds } from "../support/engines.js";
import { randomTrees } from "../support/random-trees.js";

const rows = Array.from({ length: 40 }, (_, i) => [i % 10, (i * 3) % 10, (i * 7 + 2) % 10]);
const shape = { features: 3, outputs: 2, trees: 5, depth: 3, largestThreshold: 9, largestValue: 6 };

/** Which of two sums is greater, beside a look-up of their sum; and the first input, which travels as a number. */
function compile(trees: IntegerTrees, options: Partial<CompileOptions> = {}) {
  return fhe
    .compiler({ x: "encrypted" }, (x) => {
      const sums = fhe.treeEnsemble(trees, x);
      return [sums.greater(0), sums.sum().floorDivide(3), x.at(0).add(sums.at(1).floorDivide(2))];
    })
    .compile(rows, options);
}

test("look-ups behind trees: bits and numbers in one request give the integers of the simulation", async () => {
  await fc.assert(
    fc.asyncProperty(randomTrees(shape), async (trees) => {
      const circuit = await compile(trees);
      for (const x of [rows[1], rows[7], rows[38]]) {
        assert.deepEqual(await circuit.encryptRunDecrypt(x ?? []), circuit.simulate(x ?? []));
      }
      await circuit.close();
    }),
    { numRuns: 3, endOnFailure: true },
  );
});

test("packed bits and numbers in one request, keys for both in one file", async () => {
  const [trees] = fc.sample(randomTrees(shape), { numRuns: 1, seed: 5 });
  assert.ok(trees !== undefined);
  const circuit = await compile(trees, { uploadForm: "packed" });
  assert.equal(circuit.plan.bits?.layout.form, "packed");
  const { packing, bootstraps } = circuit.plan.parameters;
  assert.ok(packing !== undefined && bootstraps.length > 0);
  assert.ok(circuit.plan.failure.worstLog2 <= -64);
  const [form] = circuit.cost().uploadForms;
  assert.equal(form?.uploadBytes, circuit.sizes.uploadBytes);
  assert.equal(form?.evaluationKeyBytes, circuit.sizes.evaluationKeyBytes);
  const client = await Client.load(circuit.clientFile);
  client.generateKey();
  const keyFile = await client.evaluationKeys();
  assert.equal(keyFile?.length, circuit.sizes.evaluationKeyBytes);
  for (const runtime of engineKinds) {
    const server = await ServerCircuit.load(circuit.serverFile, { runtime, threads: 1 });
    const keys = await server.loadEvaluationKeys(keyFile ?? new Uint8Array());
    const some = [rows[1] ?? [], rows[7] ?? [], rows[38] ?? []];
    const requests = some.map((x) => client.encrypt({ shape: [3], data: Float64Array.from(x) }));
    assert.equal(requests[0]?.length, circuit.sizes.uploadBytes);
    const answers = await server.run(requests, keys);
    for (const [i, answer] of answers.entries()) {
      const due = circuit.simulate(some[i] ?? []);
      assert.deepEqual(
        client.decrypt(answer).map(({ data }) => [...data]),
        [due].flat().map((one) => (typeof one === "number" ? [one] : one)),
      );
    }
    await server.close();
  }
  client.dispose();
  await circuit.close();
});

test("many encrypted bits travel packed by themselves in front of look-ups, unless requests must not need it", async () => {
  const wide = {
    features: 3,
    outputs: 1,
    trees: 12,
    depth: 4,
    largestThreshold: 60,
    largestValue: 5,
  };
  const [trees] = fc.sample(randomTrees(wide), { numRuns: 1, seed: 7 });
  assert.ok(trees !== undefined);
  const inputs = Array.from({ length: 60 }, (_, i) => [i, (i * 7) % 61, (i * 13) % 61]);
  const { compile: compileSign } = fhe.compiler({ x: "encrypted" }, (x) =>
    fhe.treeEnsemble(trees, x).greater(0),
  );
  const circuit = await compileSign(inputs);
  const forms = circuit.cost().uploadForms;
  assert.deepEqual(
    forms.map(({ form, chosen }) => [form, chosen]),
    [
      ["direct", false],
      ["packed", true],
    ],
  );
  assert.ok(circuit.sizes.uploadBytes < 4096);
  const direct = await compileSign(inputs, { uploadForm: "direct" });
  assert.ok(direct.sizes.uploadBytes > 256 * 1024);
  const small = await compileSign(inputs, {
    maxEvaluationKeyBytes: direct.sizes.evaluationKeyBytes,
  });
  assert.ok(small.sizes.evaluationKeyBytes <= direct.sizes.evaluationKeyBytes);
  for (const one of [circuit, direct, small]) await one.close();
});

test("trees in front of look-ups cost CMUX gates, not bootstraps", async () => {
  const [trees] = fc.sample(randomTrees(shape), { numRuns: 1, seed: 3 });
  assert.ok(trees !== undefined);
  const circuit = await fhe
    .compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x).greater(0))
    .compile(rows);
  assert.equal(circuit.plan.bootstraps, 2);
  assert.equal(circuit.plan.input.length, 0);
  assert.ok(circuit.plan.failure.worstLog2 <= -64);
  const x = [3, 8, 1];
  assert.deepEqual(await circuit.encryptRunDecrypt(x), circuit.simulate(x));
  await circuit.close();
});

test("sums of trees against a clear threshold stay trees", async () => {
  const [trees] = fc.sample(randomTrees(shape), { numRuns: 1, seed: 7 });
  assert.ok(trees !== undefined);
  const circuit = await fhe
    .compiler({ limit: "clear", x: "encrypted", w: "clear" }, (limit, x, w) => {
      const sums = fhe.treeEnsemble(trees, x);
      return [sums.greater(limit), sums.mul(w).sum()];
    })
    .compile(rows.map((row, i) => [(i % 9) - 4, row, (i % 4) - 1]));
  assert.ok(circuit.plan.bits !== undefined);
  assert.match(circuit.program, /ensemble\(bits/);
  for (const [i, x] of [rows[1], rows[7], rows[38]].entries()) {
    const values = [i - 2, x ?? [], 2 - i] as const;
    assert.deepEqual(await circuit.encryptRunDecrypt(...values), circuit.simulate(...values));
  }
  await circuit.close();
});
