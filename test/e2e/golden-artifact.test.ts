import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readServerFile } from "../../src/artifact/server-file.js";
import { Client, ServerCircuit } from "../../src/index.js";
import { engineKinds } from "../support/engines.js";
import { goldenArtifacts, goldenNames, goldenRuns } from "../support/golden-artifact.js";

const golden = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(`${goldenArtifacts}/${name}`));

for (const name of goldenNames) {
  const { input, results } = goldenRuns[name];

  test(`an earlier client of the ${name} circuit decrypts its stored answer`, async () => {
    const client = await Client.load(golden(`${name}-client.zip`));
    client.importKey(golden(`${name}-client-key.bin`));
    const found = client.decrypt(golden(`${name}-answer.bin`)).map(({ data }) => [...data]);
    assert.deepEqual(found, results);
  });

  for (const runtime of engineKinds) {
    test(`an earlier server file of the ${name} circuit runs with its own kernels, ${runtime}`, async () => {
      const client = await Client.load(golden(`${name}-client.zip`));
      client.importKey(golden(`${name}-client-key.bin`));
      const server = await ServerCircuit.load(golden(`${name}-server.zip`), {
        runtime,
        threads: 2,
      });
      assert.equal(server.runtime, runtime);
      const keyFile = await client.evaluationKeys();
      const keys = keyFile === undefined ? undefined : await server.loadEvaluationKeys(keyFile);
      const requests = [golden(`${name}-request.bin`), client.encrypt([...input])];
      for (const answer of await server.run(requests, keys)) {
        const found = client.decrypt(answer).map(({ data }) => [...data]);
        assert.deepEqual(found, results);
      }
      await server.close();
    });
  }
}

test("the earlier server files hold their kernels and what people read", () => {
  for (const name of goldenNames) {
    const file = readServerFile(golden(`${name}-server.zip`));
    assert.ok(WebAssembly.validate(new Uint8Array(file.kernels)));
    assert.ok(file.kernelSources.has("eval.c"));
    assert.deepEqual(
      [...file.kernelSources.keys()].filter((source) => /client|sampler/.test(source)),
      [],
    );
    assert.match(file.texts["graph.txt"] ?? "", /^%0 = x .*EncryptedTensor<int3, shape=\(4,\)>/);
  }
});
