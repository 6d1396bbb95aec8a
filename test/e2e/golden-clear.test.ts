import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Client, ServerCircuit } from "../../src/index.js";
import { engineKinds } from "../support/engines.js";
import { goldenClear, goldenClearNames, goldenClearRuns } from "../support/golden-clear.js";

const golden = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(`${goldenClear}/clear-${name}`));

for (const name of goldenClearNames) {
  const { inputs, results } = goldenClearRuns[name];

  test(`an earlier client of the ${name} circuit with clear parameters decrypts its stored answer`, async () => {
    const client = await Client.load(golden(`${name}-client.zip`));
    client.importKey(golden(`${name}-client-key.bin`));
    const found = client.decrypt(golden(`${name}-answer.bin`)).map(({ data }) => [...data]);
    assert.deepEqual(found, results);
  });

  for (const runtime of engineKinds) {
    test(`an earlier server file of the ${name} circuit with clear parameters runs, ${runtime}`, async () => {
      const client = await Client.load(golden(`${name}-client.zip`));
      client.importKey(golden(`${name}-client-key.bin`));
      const file = golden(`${name}-server.zip`);
      const server = await ServerCircuit.load(file, { runtime, threads: 2 });
      const keyFile = await client.evaluationKeys();
      const keys = keyFile === undefined ? undefined : await server.loadEvaluationKeys(keyFile);
      const requests = [golden(`${name}-request.bin`), client.encrypt(...inputs)];
      for (const answer of await server.run(requests, keys)) {
        const found = client.decrypt(answer).map(({ data }) => [...data]);
        assert.deepEqual(found, results);
      }
      await server.close();
    });
  }
}
