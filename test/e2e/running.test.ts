import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, fhe, ServerCircuit } from "../../src/index.js";
import type { LoadedKeys } from "../../src/runtime/server-circuit.js";
import { engineKinds } from "../support/engines.js";
import { failure } from "../support/failure.js";

const entries = [3, 1, 2, 0];
const table = new fhe.LookupTable(entries);
const lookups = await fhe
  .compiler({ x: "encrypted" }, (x) => table.apply(x))
  .compile(
    [
      [0, 1, 2],
      [3, 3, 3],
    ],
    { inputForm: "numbers" },
  );
const linear = await fhe.compiler({ x: "encrypted" }, (x) => x.dot([1, 2, 3])).compile([[3, 3, 3]]);

interface Sides {
  readonly client: Client;
  readonly server: ServerCircuit;
  readonly keyFile: Uint8Array;
  readonly keys: LoadedKeys;
}

const client = await Client.load(lookups.clientFile);
client.generateKey();
const keyFile = (await client.evaluationKeys()) ?? new Uint8Array();
const vectors = Array.from({ length: 21 }, (_, i) => [i & 3, (i >> 1) & 3, (i >> 2) & 3]);
const wanted = vectors.map((x) => x.map((value) => entries[value] ?? Number.NaN));
const requests = vectors.map((x) => client.encrypt(x));
const decrypted = (answers: readonly Uint8Array[]): number[][] =>
  answers.map((answer) => [...(client.decrypt(answer)[0]?.data ?? [])]);

async function withServer(
  runtime: "wasm" | "native",
  threads: number,
  use: (sides: Sides) => Promise<void>,
): Promise<void> {
  const server = await ServerCircuit.load(lookups.serverFile, { runtime, threads });
  try {
    const keys = await server.loadEvaluationKeys(keyFile);
    await use({ client, server, keyFile, keys });
  } finally {
    await server.close();
  }
}

const aborted = "aborted run: was aborted by its caller. Start it again to get a result";

for (const runtime of engineKinds) {
  test(`${runtime}: a batch gives what single requests give, on 1, 2 and 3 threads`, async () => {
    const all: string[] = [];
    for (const threads of [1, 2, 3]) {
      await withServer(runtime, threads, async ({ server, keys }) => {
        const batch = await server.run(requests, keys);
        assert.deepEqual(decrypted(batch), wanted);
        const single: Uint8Array[] = [];
        for (const request of requests) single.push(...(await server.run([request], keys)));
        assert.deepEqual(single, batch);
        all.push(batch.map((answer) => Buffer.from(answer).toString("hex")).join());
      });
    }
    assert.equal(new Set(all).size, 1);
  });

  test(`${runtime}: runs started at once, of two circuits, do not disturb each other`, async () => {
    const other = await ServerCircuit.load(linear.serverFile, { runtime, threads: 2 });
    const otherClient = await Client.load(linear.clientFile);
    otherClient.generateKey();
    await withServer(runtime, 2, async ({ server, keys }) => {
      const parts = await Promise.all([
        server.run(requests.slice(0, 5), keys),
        other.run([otherClient.encrypt([1, 2, 3])]),
        server.run(requests.slice(5, 7), keys),
        server.loadEvaluationKeys(keyFile),
        server.run(requests.slice(7), keys),
        server.run([], keys),
      ]);
      assert.deepEqual(decrypted([...parts[0], ...parts[2], ...parts[4]]), wanted);
      assert.deepEqual([...(otherClient.decrypt(parts[1][0] ?? keyFile)[0]?.data ?? [])], [14]);
      assert.deepEqual(parts[5], []);
    });
    await other.close();
  });

  test(`${runtime}: an aborted run rejects, and the engine goes on`, async () => {
    await withServer(runtime, 2, async ({ server, keys }) => {
      assert.equal(
        await failure(server.run(requests, keys, { signal: AbortSignal.abort() })),
        aborted,
      );
      const control = new AbortController();
      const seen: number[] = [];
      const run = server.run(requests, keys, {
        signal: control.signal,
        onProgress: (done) => {
          seen.push(done);
          control.abort();
        },
      });
      const next = server.run(requests.slice(0, 2), keys);
      assert.equal(await failure(run), aborted);
      assert.ok(Math.max(...seen) < 0.9, `it went on to ${Math.max(...seen)}`);
      assert.deepEqual(decrypted(await next), wanted.slice(0, 2));
    });
  });

  test(`${runtime}: aborted loading of keys leaves nothing behind`, async () => {
    await withServer(runtime, 2, async ({ server, keys }) => {
      const control = new AbortController();
      const loading = server.loadEvaluationKeys(keyFile, {
        signal: control.signal,
        onProgress: () => control.abort(),
      });
      assert.equal(
        await failure(loading),
        "aborted evaluation keys: was aborted by its caller. Start it again to get a result",
      );
      assert.deepEqual(decrypted(await server.run(requests.slice(0, 1), keys)), wanted.slice(0, 1));
    });
  });

  test(`${runtime}: progress rises from 0 to 1`, async () => {
    const rising = (seen: readonly number[]): void => {
      assert.ok(seen.length > 2);
      assert.ok(
        seen.every((done, i) => done >= (seen[i - 1] ?? 0) && done <= 1),
        String(seen),
      );
      assert.equal(seen.at(-1), 1);
    };
    const server = await ServerCircuit.load(lookups.serverFile, { runtime, threads: 2 });
    const loading: number[] = [];
    const keys = await server.loadEvaluationKeys(keyFile, {
      onProgress: (done) => loading.push(done),
    });
    rising(loading);
    const running: number[] = [];
    const many = Array.from({ length: 5 }, () => requests)
      .flat()
      .slice(0, 70);
    await server.run(many, keys, { onProgress: (done) => running.push(done) });
    rising(running);
    await server.close();
    const making: number[] = [];
    await client.evaluationKeys({ onProgress: (done) => making.push(done) });
    rising(making);
  });

  test(`${runtime}: keys and runs leave the event loop free`, async () => {
    const circuit = await fhe
      .compiler({ x: "encrypted" }, (x) => table.apply(x))
      .compile([[0, 1, 2, 3]], { runtime, inputForm: "numbers" });
    await circuit.engine();
    const reports: number[] = [];
    let turns = 0;
    await circuit.keygen({
      onProgress: (done) => {
        reports.push(done);
        setImmediate(() => turns++);
      },
    });
    // A slice of work is some 3 % on a usual machine, less where others keep it busy.
    const largest = Math.max(...reports.map((done, i) => done - (reports[i - 1] ?? 0)));
    assert.ok(largest < 0.5, `${largest} of the keys at once`);
    // Ends of a part are reported without a turn.
    assert.ok(turns > reports.length / 2, `${turns} turns, ${reports.length} slices`);
    const request = await circuit.encrypt([0, 1, 2, 3]);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await circuit.run([request, request, request]);
    clearInterval(timer);
    await circuit.close();
    assert.ok(ticks > 0);
  });

  test(`${runtime}: after close, work is refused and nothing hangs`, async () => {
    const server = await ServerCircuit.load(lookups.serverFile, { runtime, threads: 2 });
    const keys = await server.loadEvaluationKeys(keyFile);
    let closing: Promise<void> | undefined;
    const onProgress = (): void => {
      closing ??= server.close();
    };
    const closed = `runtime-unavailable ${runtime} engine: was closed. Load the circuit again`;
    assert.equal(await failure(server.run(requests, keys, { onProgress })), closed);
    await closing;
    assert.match(
      await failure(server.run(requests, keys)),
      /^bad-argument run: the evaluation keys/,
    );
    assert.equal(await failure(server.loadEvaluationKeys(keyFile)), closed);
    await keys.release();
    await server.close();
  });

  test(`${runtime}: memory does not grow with the number of requests`, async () => {
    const rows = Array.from({ length: 150 }, () => new Array<number>(600).fill(1));
    const wide = await fhe
      .compiler({ x: "encrypted" }, (x) => fhe.matmul(rows, x))
      .compile([new Array<number>(600).fill(3)], { runtime, threads: 1, inputForm: "numbers" });
    // 50 responses of two polynomials: 64 requests take about 100 MB.
    assert.match(wide.program, /linear\[0\.\.50\]/);
    const request = await wide.encrypt(new Array<number>(600).fill(1));
    await wide.run(Array.from({ length: 64 }, () => request));
    const before = process.memoryUsage().rss;
    const answers = await wide.run(Array.from({ length: 320 }, () => request));
    const grown = process.memoryUsage().rss - before;
    const answerBytes = answers.length * wide.sizes.downloadBytes;
    await wide.close();
    assert.ok(
      grown < 2 * answerBytes + 2 ** 27,
      `${grown} bytes more for ${answerBytes} bytes of answers`,
    );
  });
}

test("released keys are refused at once, and freed after the runs that use them", async () => {
  await withServer("wasm", 1, async ({ server, keys }) => {
    const run = server.run(requests.slice(0, 2), keys);
    const released = keys.release();
    assert.equal(
      await failure(server.run(requests.slice(0, 1), keys)),
      "bad-argument run: the evaluation keys were released, or another loaded circuit holds them. Pass what loadEvaluationKeys of this object gave",
    );
    assert.deepEqual(decrypted(await run), wanted.slice(0, 2));
    await released;
    await keys.release();
    const again = await server.loadEvaluationKeys(keyFile);
    assert.deepEqual(decrypted(await server.run(requests.slice(0, 1), again)), wanted.slice(0, 1));
  });
});

test("keys that another loaded circuit holds are refused", async () => {
  await withServer("wasm", 1, async ({ keys }) => {
    await withServer("wasm", 1, async ({ server }) => {
      assert.match(await failure(server.run(requests.slice(0, 1), keys)), /another loaded circuit/);
    });
  });
});

test("impossible options are refused", async () => {
  const load = (options: object): Promise<string> =>
    failure(ServerCircuit.load(linear.serverFile, options));
  assert.equal(
    await load({ threads: 0 }),
    "bad-argument threads: is 0, and may be 1 to 256. Leave it out to use what the host offers",
  );
  assert.match(await load({ threads: 1.5 }), /^bad-argument threads: is 1.5/);
  assert.equal(
    await load({ runtime: "gpu" }),
    "bad-argument runtime: is gpu, and may be auto, wasm, native. Leave it out to use what the host offers",
  );
});
