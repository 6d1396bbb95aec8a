import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fhe } from "../../src/circuit/fhe.js";
import { Client } from "../../src/client/client.js";
import type { IntegerTrees } from "../../src/op-spec/integer-trees.js";
import { ServerCircuit } from "../../src/runtime/server-circuit.js";
import { randomTrees } from "../support/random-trees.js";

const rows = Array.from({ length: 40 }, (_, i) => [i % 10, (i * 3) % 10, (i * 7 + 2) % 10]);

type Options = Parameters<ReturnType<typeof fhe.compiler>["compile"]>[1];

function compile(trees: IntegerTrees, options: Options = {}) {
  return fhe.compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x)).compile(rows, options);
}

const shape = {
  features: 3,
  outputs: 2,
  trees: 6,
  depth: 4,
  largestThreshold: 9,
  largestValue: 30000,
};
const [someTrees] = fc.sample(randomTrees(shape), { numRuns: 1, seed: 5 });
assert.ok(someTrees);

for (const uploadForm of ["direct", "packed"] as const) {
  test(`random ensembles on ${uploadForm} bits give the integers of the simulation`, async () => {
    await fc.assert(
      fc.asyncProperty(randomTrees(shape), async (trees) => {
        const circuit = await compile(trees, { uploadForm });
        const { evaluationKeyBytes, failureLog2 } = circuit.sizes;
        if (circuit.plan.lane === "decision") {
          assert.equal(evaluationKeyBytes > 0, uploadForm === "packed");
          assert.ok(failureLog2 < -60);
        }
        for (const x of [rows[1], rows[7], [9, 0, 9], [0, 9, 4]]) {
          assert.deepEqual(await circuit.encryptRunDecrypt(x ?? []), circuit.simulate(x ?? []));
        }
        await circuit.close();
      }),
      { numRuns: uploadForm === "direct" ? 8 : 5 },
    );
  });
}

test("packed bits: both sides by files, keys of another client and damaged keys refused, released keys no longer taken", async () => {
  const circuit = await compile(someTrees, { uploadForm: "packed" });
  assert.equal(circuit.plan.lane, "decision");
  const client = await Client.load(circuit.clientFile);
  client.generateKey();
  const server = await ServerCircuit.load(circuit.serverFile, { threads: 2 });
  assert.ok(server.needsEvaluationKeys);
  const file = await client.evaluationKeys();
  assert.ok(file);
  assert.equal(file.length, circuit.sizes.evaluationKeyBytes);
  const request = client.encrypt([3, 1, 7]);
  assert.equal(request.length, circuit.sizes.uploadBytes);
  await assert.rejects(server.run([request]), /bits of the request travel packed/);
  const damaged = file.slice();
  damaged[5000] = (damaged[5000] ?? 0) ^ 1;
  await assert.rejects(server.loadEvaluationKeys(damaged), { code: "file-corrupt" });
  await assert.rejects(server.loadEvaluationKeys(file.subarray(0, 9000)), {
    code: "file-truncated",
  });
  await assert.rejects(server.loadEvaluationKeys(request), { code: "file-kind" });
  const other = await Client.load(circuit.clientFile);
  other.generateKey();
  const otherFile = await other.evaluationKeys();
  assert.ok(otherFile);
  const otherKeys = await server.loadEvaluationKeys(otherFile);
  await assert.rejects(server.run([request], otherKeys), { code: "wrong-key" });
  const aborted = AbortSignal.abort();
  await assert.rejects(server.loadEvaluationKeys(file, { signal: aborted }), { code: "aborted" });
  const done: number[] = [];
  const keys = await server.loadEvaluationKeys(file, { onProgress: (part) => done.push(part) });
  assert.equal(done.at(-1), 1);
  const answers = await server.run([request, request, client.encrypt([0, 9, 4])], keys);
  const expected = [circuit.simulate([3, 1, 7]), circuit.simulate([0, 9, 4])];
  const numbers = answers.map((answer) => client.decrypt(answer).map(({ data }) => [...data]));
  assert.deepEqual(numbers, [[expected[0]], [expected[0]], [expected[1]]]);
  await keys.release();
  await assert.rejects(server.run([request], keys), /were released/);
  await server.close();
  await circuit.close();
});

test("cost shows both forms; limits and the size of the upload decide between them", async () => {
  const circuit = await compile(someTrees);
  const { uploadForms, decisionBits } = circuit.cost();
  const [direct, packed] = uploadForms;
  assert.ok(direct?.form === "direct" && packed?.form === "packed");
  assert.ok(direct.uploadBytes > 20 * packed.uploadBytes);
  assert.equal(direct.evaluationKeyBytes, 0);
  assert.ok(packed.evaluationKeyBytes > 100e3);
  assert.equal(direct.chosen, direct.uploadBytes <= 256 * 1024);
  assert.notEqual(direct.chosen, packed.chosen);
  assert.equal(decisionBits, (direct.chosen ? direct : packed).bits);
  assert.match(String(circuit.cost()), /direct.*bits, upload .*no keys[\s\S]*packed.*keys/);
  const small = await compile(someTrees, { maxUploadBytes: 20000 });
  assert.ok(small.cost().evaluationKeyBytes > 0);
  assert.ok(small.sizes.uploadBytes <= 20000);
  const keyless = await compile(someTrees, { maxEvaluationKeyBytes: 1000 });
  assert.equal(keyless.cost().evaluationKeyBytes, 0);
  await assert.rejects(compile(someTrees, { maxUploadBytes: 20000, uploadForm: "direct" }), {
    code: "no-parameters",
    message:
      /no way of sending the encrypted bits is within the limits: direct bits take \d+ bytes/,
  });
  await assert.rejects(compile(someTrees, { maxUploadBytes: 500, maxEvaluationKeyBytes: 500 }), {
    code: "no-parameters",
  });
});
