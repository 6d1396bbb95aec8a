// Many requests of encrypted bits, which are worked on one by one: each gets its own answer, and what goes wrong harms no other run.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checksum } from "../../src/base/checksum.js";
import { fhe } from "../../src/circuit/fhe.js";
import { Client } from "../../src/client/client.js";
import { nativeChecksumSource } from "../../src/runtime/native-checksum.js";
import { ServerCircuit } from "../../src/runtime/server-circuit.js";
import { loadNativeMachine } from "../../src/tfhe/machine-native.js";
import { buildNativeLibrary, findNativeTarget } from "../../src/tfhe/native-build.js";
import { engineKinds, noNative } from "../support/engines.js";
import { kernelSources } from "../support/eval-machines.js";
import { randomTrees } from "../support/random-trees.js";

const rows = Array.from({ length: 11 }, (_, i) => [i % 10, (i * 3) % 10, (i * 7 + 2) % 10]);
// Enough gates for threads of their own.
const shape = { features: 3, outputs: 1, trees: 20, depth: 5, largestThreshold: 9 };
const [trees] = fc.sample(randomTrees({ ...shape, largestValue: 900 }), { numRuns: 1, seed: 3 });
assert.ok(trees);
const circuit = await fhe
  .compiler({ x: "encrypted" }, (x) => fhe.treeEnsemble(trees, x))
  .compile(rows, { uploadForm: "direct" });
const client = await Client.load(circuit.clientFile);
client.generateKey();
const requests = Array.from({ length: 70 }, (_, i) => client.encrypt(rows[i % rows.length] ?? []));
const due = requests.map((_, i) => circuit.simulate(rows[i % rows.length] ?? []));
test.after(() => circuit.close());

for (const runtime of engineKinds) {
  for (const threads of [1, 2]) {
    test(`${runtime}, ${threads} threads: answers in order; a damaged request and a stop end a run, and the next is whole`, async () => {
      const server = await ServerCircuit.load(circuit.serverFile, { runtime, threads });
      const right = async () => {
        const answers = await server.run(requests);
        assert.deepEqual(
          answers.map((answer) => Array.from(client.decrypt(answer)[0]?.data ?? [])),
          due,
        );
      };
      await right();
      const damaged = requests.slice();
      damaged[33] = requests[33]?.slice() ?? new Uint8Array();
      damaged[33][5000] = (damaged[33][5000] ?? 0) ^ 1;
      await assert.rejects(server.run(damaged), { code: "file-corrupt" });
      const controller = new AbortController();
      const stop = { signal: controller.signal, onProgress: () => controller.abort() };
      await assert.rejects(server.run(requests, undefined, stop), { code: "aborted" });
      await right();
      const running = server.run(requests);
      await server.close();
      await assert.rejects(running, { code: "runtime-unavailable" });
    });
  }
}

test("progress grows to 1", async () => {
  const server = await ServerCircuit.load(circuit.serverFile, { threads: 2 });
  const seen: number[] = [];
  await server.run(requests, undefined, { onProgress: (share) => seen.push(share) });
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
  assert.equal(seen.at(-1), 1);
  await server.close();
});

test("the native checksum is the portable one", { skip: noNative }, async () => {
  const target = await findNativeTarget();
  assert.ok(target);
  const kernels = await buildNativeLibrary(target, kernelSources(), "eval.c");
  const sources = new Map([["checksum.c", nativeChecksumSource]]);
  const machine = await loadNativeMachine(
    kernels,
    await buildNativeLibrary(target, sources, "checksum.c"),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 90 }), (bytes) => {
      assert.equal(machine.callOn("stage_checksum", bytes) >>> 0, checksum(bytes));
    }),
  );
});
