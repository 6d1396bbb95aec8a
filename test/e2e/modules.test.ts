import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, fhe, ModuleClient, ServerCircuit, ServerModule } from "../../src/index.js";
import { engineKinds } from "../support/engines.js";

const values = Array.from({ length: 8 }, (_, i) => i);

const arithmetic = fhe.module({
  increment: fhe.function({ x: "encrypted" }, (x) => x.add(1).mod(8)),
  double: fhe.function({ x: "encrypted" }, (x) => x.mul(2).mod(8)),
  add: fhe.function({ x: "encrypted", y: "encrypted" }, (x, y) => x.add(y).mod(8)),
});
const inputsets = {
  increment: values,
  double: values,
  add: values.flatMap((x) => values.map((y) => [x, y])),
};
const module = await arithmetic.compile(inputsets);

test("functions of a module, with one key, and answers as inputs", async () => {
  assert.equal(await module.increment.encryptRunDecrypt(3), 4);
  assert.equal(await module.double.encryptRunDecrypt(3), 6);
  assert.equal(await module.add.encryptRunDecrypt(3, 7), 2);
  assert.equal(module.add.simulate(3, 7), 2);
  let [x] = await module.increment.run([await module.increment.encrypt(0)]);
  for (let i = 0; i < 12; i++) {
    assert.ok(x);
    [x] = await module.increment.run([x]);
  }
  assert.ok(x);
  assert.equal(await module.increment.decrypt(x), 5);
  const [doubled] = await module.double.run([x]);
  assert.ok(doubled);
  assert.equal(await module.double.decrypt(doubled), 2);
  const sum = { from: { x, y: doubled } };
  const same = { from: { x: doubled, y: doubled } };
  const request = await module.add.encrypt(null, 6);
  const mixed = { request, from: { x: { answer: doubled, output: 0 } } };
  const fresh = await module.add.encrypt(1, 2);
  const answers = await module.add.run([sum, same, mixed, fresh]);
  const decrypted = await Promise.all(answers.map((answer) => module.add.decrypt(answer)));
  assert.deepEqual(decrypted, [7, 4, 0, 3]);
});

for (const runtime of engineKinds) {
  test(`client and server of a module apart, ${runtime}`, async () => {
    const client = await ModuleClient.load(module.clientFile);
    assert.deepEqual(client.functions, ["increment", "double", "add"]);
    client.generateKey();
    const keyFile = await client.evaluationKeys();
    assert.ok(keyFile);
    assert.equal(keyFile.length, module.evaluationKeyBytes);
    const server = await ServerModule.load(module.serverFile, { runtime, threads: 2 });
    assert.deepEqual(server.functions, ["increment", "double", "add"]);
    const keys = await server.loadEvaluationKeys(keyFile);
    const requests = [5, 6, 7].map((x) => client.encrypt("increment", x));
    const first = await server.run("increment", requests, keys);
    const second = await server.run("double", first, keys);
    assert.deepEqual(
      second.map((answer) => client.decrypt("double", answer)[0]?.data[0]),
      [4, 6, 0],
    );
    const other = await ModuleClient.load(module.clientFile);
    other.importKey(client.exportKey());
    assert.equal(other.decrypt("increment", first[0] ?? new Uint8Array())[0]?.data[0], 6);
    await keys.release();
    await server.close();
    client.dispose();
    other.dispose();
  });
}

test("answers of other clients, functions and outputs are refused", async () => {
  const client = await ModuleClient.load(module.clientFile);
  client.generateKey();
  const keyFile = await client.evaluationKeys();
  assert.ok(keyFile);
  const stranger = await ModuleClient.load(module.clientFile);
  stranger.generateKey();
  const server = await ServerModule.load(module.serverFile, { runtime: "wasm", threads: 1 });
  const keys = await server.loadEvaluationKeys(keyFile);
  const [answer = new Uint8Array()] = await server.run(
    "increment",
    [client.encrypt("increment", 1)],
    keys,
  );
  await assert.rejects(server.run("double", [client.encrypt("increment", 1)], keys), {
    code: "wrong-circuit",
  });
  await assert.rejects(
    server.run("add", [{ request: stranger.encrypt("add", null, 1), from: { x: answer } }], keys),
    { code: "wrong-key" },
  );
  const strangersFile = await stranger.evaluationKeys();
  assert.ok(strangersFile);
  const strangersKeys = await server.loadEvaluationKeys(strangersFile);
  const [strangers = new Uint8Array()] = await server.run(
    "increment",
    [stranger.encrypt("increment", 1)],
    strangersKeys,
  );
  for (const from of [
    { x: strangers, y: strangers },
    { x: answer, y: strangers },
  ]) {
    await assert.rejects(server.run("add", [{ from }], keys), { code: "wrong-key" });
  }
  await assert.rejects(server.run("add", [answer], keys), {
    code: "bad-argument",
    message: /answer for "y": output 1 of "increment" may not feed parameter "y" of "add"/,
  });
  await assert.rejects(server.run("add", [{ from: { x: answer } }], keys), {
    code: "bad-argument",
    message:
      'function "add": got nothing for "y". Give a request of the client with null for the parameters that are fed',
  });
  await assert.rejects(server.run("add", [{ from: { z: answer } }], keys), {
    message: /function "add": has no parameter "z" that could be fed\. Feed any of x, y/,
  });
  const half = client.encrypt("add", null, 6);
  const nothing = {
    code: "bad-argument",
    message:
      'function "add": got nothing for "x": the request was encrypted with null there. Run it as { request, from: { x: answer } }, or encrypt a value',
  };
  await assert.rejects(server.run("add", [half], keys), nothing);
  await assert.rejects(server.run("add", [{ request: half, from: { y: answer } }], keys), nothing);
  const whole = client.encrypt("add", 1, 6);
  await assert.rejects(server.run("add", [{ request: whole, from: { x: answer } }], keys), {
    code: "bad-argument",
    message:
      'function "add": got an answer for "x", and the request holds a value for it too. Encrypt null for what answers feed, or leave the answer away',
  });
  await assert.rejects(server.run("increment", [half], keys), { code: "wrong-circuit" });
  const [sum = answer] = await server.run("add", [{ request: half, from: { x: answer } }], keys);
  assert.equal(client.decrypt("add", sum)[0]?.data[0], 0);
  await assert.rejects(server.run("square", [answer], keys), {
    code: "bad-argument",
    message: 'function "square": does not exist in this module. Use one of increment, double, add',
  });
  assert.throws(() => client.encrypt("add", 9, 1), { code: "out-of-range" });
  await server.close();
  await assert.rejects(Client.load(module.clientFile), {
    code: "file-kind",
    message: "client file: is the file of a module. Use ModuleClient.load for it",
  });
  await assert.rejects(ServerCircuit.load(module.serverFile), {
    message: "server file: is the file of a module. Use ServerModule.load for it",
  });
  await assert.rejects(ServerModule.load(module.clientFile), { code: "file-kind" });
  await assert.rejects(ModuleClient.load(module.serverFile), { code: "file-kind" });
  await module.close();
  await assert.rejects(module.add.encryptRunDecrypt(1, 2), {
    code: "runtime-unavailable",
    message: "module: was closed. Close it after its last use, or compile or load it again",
  });
  assert.equal(module.add.simulate(1, 2), 3);
});

test("many samples of a function in one call", async () => {
  const samples = values.map((x) => [x, 7 - x]);
  const batch = await arithmetic.compile(inputsets, { wires: false });
  const seen: number[] = [];
  const onProgress = (done: number) => seen.push(done);
  await batch.keygen({ onProgress });
  assert.equal(seen.at(-1), 1);
  seen.length = 0;
  const results = await batch.add.encryptRunDecryptBatch(samples, { onProgress });
  assert.deepEqual(results, new Array(8).fill(7));
  assert.ok(seen.length > 1 && seen.every((done, i) => done >= (seen[i - 1] ?? 0)), String(seen));
  assert.equal(seen.at(-1), 1);
  assert.deepEqual(batch.add.simulateBatch(samples), results);
  await batch.close();
});

test("a composable circuit runs on its own answers as often as one likes, noise included", async () => {
  const next = fhe.compiler({ x: "encrypted" }, (x) =>
    x.mul([3, 1, 2, 1]).add([1, 2, 0, 5]).mod(7),
  );
  const circuit = await next.compile(
    [
      [0, 0, 0, 0],
      [6, 6, 6, 6],
      [1, 2, 3, 4],
      [5, 0, 5, 0],
      [4, 3, 2, 1],
    ],
    { composable: true },
  );
  const step = (x: readonly number[]): number[] =>
    x.map((value, i) => (value * ([3, 1, 2, 1][i] ?? 0) + ([1, 2, 0, 5][i] ?? 0)) % 7);
  let clear = [1, 2, 3, 4];
  let answers = [await circuit.encrypt(clear)];
  for (let i = 0; i < 20; i++) {
    answers = await circuit.run(answers);
    clear = step(clear);
    assert.deepEqual(await circuit.decrypt(answers[0] ?? new Uint8Array()), clear);
  }
  const server = await ServerCircuit.load(circuit.serverFile, { runtime: "wasm", threads: 1 });
  await server.close();
  await circuit.close();
});

test("sums alone are refreshed, and ranges are joined over wires", async () => {
  const counter = fhe.module({
    up: fhe.function({ x: "encrypted" }, (x) => x.add(3)),
    table: fhe.function({ y: "encrypted" }, (y) =>
      new fhe.LookupTable([9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0]).apply(y),
    ),
  });
  const compiled = await counter.compile(
    { up: [0, 1, 2], table: [0, 1, 2] },
    { wires: [{ from: "up", to: "table" }] },
  );
  const [up] = await compiled.up.run([await compiled.up.encrypt(2)]);
  assert.ok(up);
  const [looked] = await compiled.table.run([up]);
  assert.ok(looked);
  assert.equal(await compiled.table.decrypt(looked), 4);
  await assert.rejects(compiled.table.run([looked]), {
    code: "wrong-circuit",
    message: /output 0 of "table" may not feed parameter "y" of "table"/,
  });
  await assert.rejects(compiled.up.run([looked]), {
    code: "bad-argument",
    message:
      'function "up": takes no earlier answers. Compile it with composable: true, or its module with a wire to it',
  });
  await compiled.close();
});

test("functions without wires share a key and take no answers", async () => {
  const two = await fhe
    .module({
      one: fhe.function({ x: "encrypted" }, (x) => x.add(1)),
      two: fhe.function({ x: "encrypted", w: "clear" }, (x, w) => [x.mul(2), x.add(w)]),
    })
    .compile(
      {
        one: [0, 3],
        two: [
          [0, 3],
          [3, 3],
        ],
      },
      { wires: false },
    );
  assert.equal(await two.one.encryptRunDecrypt(2), 3);
  assert.deepEqual(await two.two.encryptRunDecrypt(2, 3), [4, 5]);
  const [answer] = await two.one.run([await two.one.encrypt(2)]);
  assert.ok(answer);
  for (const input of [answer, { from: { x: answer } }]) {
    await assert.rejects(two.one.run([input]), { message: /takes no earlier answers/ });
  }
  await two.close();
});

test("a function of sums alone runs beside one that looks up", async () => {
  const compiled = await fhe
    .module({
      table: fhe.function({ a: "encrypted" }, (a) => fhe.univariate((v) => (v * v) % 4)(a)),
      double: fhe.function({ v: "encrypted" }, (v) => v.mul(2)),
    })
    .compile({ table: values, double: values }, { wires: false, inputForm: "numbers" });
  assert.equal(await compiled.table.encryptRunDecrypt(3), 1);
  assert.equal(await compiled.double.encryptRunDecrypt(3), 6);
  await compiled.close();
});
