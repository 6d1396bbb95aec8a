import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readClientModule, readServerModule } from "../../src/artifact/module-file.js";
import { ModuleClient, ServerModule } from "../../src/index.js";
import { engineKinds } from "../support/engines.js";
import { goldenModuleRun, goldenModules } from "../support/golden-module.js";

const { x, next, y, sum } = goldenModuleRun;

const numbersOf = (client: ModuleClient, name: string, answer: Uint8Array): unknown =>
  client.decrypt(name, answer).map(({ data }) => data[0]);

for (const { format, files } of goldenModules) {
  const golden = (name: string): Uint8Array<ArrayBuffer> =>
    new Uint8Array(readFileSync(`${files}-${name}`));

  const goldenClient = async (): Promise<ModuleClient> => {
    const client = await ModuleClient.load(golden("client.zip"));
    client.importKey(golden("client-key.bin"));
    return client;
  };

  test(`an earlier client of a module decrypts its stored answers, format ${format}`, async () => {
    const client = await goldenClient();
    assert.deepEqual(client.functions, ["next", "add"]);
    assert.deepEqual(numbersOf(client, "next", golden("next-answer.bin")), [next]);
    assert.deepEqual(numbersOf(client, "add", golden("add-answer.bin")), sum);
  });

  for (const runtime of engineKinds) {
    test(`an earlier server file of a module runs, stored answers and requests fit, format ${format}, ${runtime}`, async () => {
      const client = await goldenClient();
      const server = await ServerModule.load(golden("server.zip"), { runtime, threads: 2 });
      const keyFile = await client.evaluationKeys();
      assert.ok(keyFile);
      const keys = await server.loadEvaluationKeys(keyFile);
      const requests = [golden("request.bin"), client.encrypt("next", x)];
      const [first = keyFile, second = keyFile] = await server.run("next", requests, keys);
      assert.deepEqual(numbersOf(client, "next", first), [next]);
      const request = golden("incomplete-request.bin");
      const composed = [golden("next-answer.bin"), first, second].map((answer) => ({
        request,
        from: { x: answer },
      }));
      const answers = await server.run("add", [...composed, client.encrypt("add", next, y)], keys);
      for (const answer of answers) assert.deepEqual(numbersOf(client, "add", answer), sum);
      await assert.rejects(server.run("add", [request], keys), {
        message: /^function "add": got nothing for "x"/,
      });
      await server.close();
    });
  }

  test(`the earlier files of a module say what they said, format ${format}`, () => {
    const server = readServerModule(golden("server.zip"));
    assert.deepEqual([...server.keys()], ["next", "add"]);
    const add = server.get("add");
    assert.match(add?.texts["graph.txt"] ?? "", /^%0 = x .*EncryptedScalar<uint3>/);
    assert.deepEqual(
      add?.manifest.feed?.inputs.map(({ name, from }) => [name, from]),
      [["x", [{ function: "next", output: 0 }]]],
    );
    const client = readClientModule(golden("client.zip"));
    const inputs = client.get("add")?.inputs ?? [];
    assert.deepEqual(
      inputs.map(({ name, min, max, composable }) => [name, min, max, composable]),
      [
        ["x", 0, 7, true],
        ["y", 0, 7, undefined],
      ],
    );
    assert.equal(inputs[1]?.clear, format === 3 ? true : undefined);
    assert.equal(client.get("add")?.circuitId, add?.circuitId);
  });
}
