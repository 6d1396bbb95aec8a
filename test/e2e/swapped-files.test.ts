// Every reader of files meets every other kind of file, and its own with damage: always an error that says what it is, never another result.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  Client,
  fhe,
  ImportedModel,
  LogisticRegression,
  ModuleClient,
  Pipeline,
  Ridge,
  ServerCircuit,
  ServerModule,
  StandardScaler,
  VelumError,
} from "../../src/index.js";
import { SeededRandom } from "../../src/models/seeded-random.js";

const engine = { runtime: "wasm", threads: 1 } as const;
const rows = [
  [0, 1],
  [1, 3],
  [4, 2],
  [5, 0],
];
const circuit = await fhe
  .compiler({ x: "encrypted" }, (x) => x.matmul([3, 5]))
  .compile([
    [0, 0],
    [3, 3],
  ]);
const module = await fhe
  .module({ f: fhe.function({ x: "encrypted" }, (x) => x.add(1)) })
  .compile({ f: [1, 2] });
const model = new LogisticRegression().fit(rows, [0, 0, 1, 1]);
const pipeline = new Pipeline([new StandardScaler()], new Ridge()).fit(rows, [0, 0, 1, 1]);
const client = await Client.load(circuit.clientFile);
client.generateKey();
const server = await ServerCircuit.load(circuit.serverFile, engine);
const request = client.encrypt([1, 2]);
const [answer = new Uint8Array()] = await server.run([request]);
const result = client.decrypt(answer)[0]?.data[0];

const fixtures = new URL("../../../test/fixtures/import/", import.meta.url);
const files: Readonly<Record<string, Uint8Array>> = {
  "client file": circuit.clientFile,
  "server file": circuit.serverFile,
  "client module": module.clientFile,
  "server module": module.serverFile,
  "model file": model.dump(),
  "pipeline file": pipeline.dump(),
  "client key": client.exportKey(),
  request,
  answer,
  XGBoost: readFileSync(new URL("xgboost-3.2.0/multiclass.json", fixtures)),
  ONNX: readFileSync(new URL("onnx/forest.onnx", fixtures)),
  nothing: new Uint8Array(),
};

/** Reads a file and, where it can be read, uses it: the number that comes out. */
const readers: Readonly<Record<string, (file: Uint8Array) => Promise<unknown>>> = {
  "client file": async (file) => {
    const own = await Client.load(file);
    own.importKey(client.exportKey());
    return own.decrypt(answer)[0]?.data[0];
  },
  "server file": async (file) => {
    const own = await ServerCircuit.load(file, engine);
    try {
      const [found = answer] = await own.run([request]);
      return client.decrypt(found)[0]?.data[0];
    } finally {
      await own.close();
    }
  },
  "client key": async (file) => {
    const own = await Client.load(circuit.clientFile);
    own.importKey(file);
    return own.decrypt(answer)[0]?.data[0];
  },
  request: async (file) => {
    const [found = answer] = await server.run([file]);
    return client.decrypt(found)[0]?.data[0];
  },
  answer: async (file) => client.decrypt(file)[0]?.data[0],
};

const loads: Readonly<Record<string, (file: Uint8Array) => unknown>> = {
  ...readers,
  "client module": (file) => ModuleClient.load(file),
  "server module": (file) => ServerModule.load(file, engine),
  "model file": (file) => LogisticRegression.load(file),
  "pipeline file": (file) => Pipeline.load(file, (own) => Ridge.load(own)),
};

for (const [kind, load] of Object.entries(loads)) {
  test(`another file in place of: ${kind}`, async () => {
    for (const [other, file] of Object.entries(files)) {
      // An answer may be a request of composable circuits, and this one says that it is none.
      if (other === kind || (kind === "request" && other === "answer")) continue;
      await assert.rejects(
        async () => load(file),
        (error) => {
          assert.ok(error instanceof VelumError, `${other}: ${String(error)}`);
          assert.match(error.code, /^file-/, `${other}: ${error.message}`);
          assert.notEqual(error.code, "file-corrupt", `${other}: ${error.message}`);
          return true;
        },
      );
    }
  });
}

for (const [kind, read] of Object.entries(readers)) {
  test(`damaged: ${kind}`, async () => {
    const random = new SeededRandom(5);
    const whole = files[kind] ?? new Uint8Array();
    assert.equal(await read(whole), result);
    for (let i = 0; i < 60; i++) {
      const at = random.nextBelow(whole.length);
      const damaged = Uint8Array.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << random.nextBelow(8));
      const file = i % 3 === 0 ? whole.subarray(0, at) : damaged;
      try {
        // Dates in an archive may change; results may not.
        assert.equal(await read(file), result, `byte ${at}`);
      } catch (error) {
        assert.ok(error instanceof VelumError, `byte ${at}: ${String(error)}`);
      }
    }
  });
}

test("what the errors say", async () => {
  const cases: readonly (readonly [() => unknown, string])[] = [
    [
      () => Client.load(model.dump()),
      "client file: is a model that dump wrote. Pass a client file, or read it with the load of what it is",
    ],
    [
      () => ServerModule.load(pipeline.dump(), engine),
      "server module: is a pipeline that dump wrote. Pass a server module, or read it with the load of what it is",
    ],
    [
      () => LogisticRegression.load(circuit.clientFile),
      "model file: is a client file. Pass a model file, or read it with the load of what it is",
    ],
    [
      () => ImportedModel.load(pipeline.dump()),
      "model file: is a pipeline that dump wrote. Pass a model file, or read it with the load of what it is",
    ],
  ];
  for (const [call, message] of cases) {
    await assert.rejects(async () => call(), { code: "file-kind", message });
  }
  await server.close();
  await circuit.close();
  await module.close();
});
