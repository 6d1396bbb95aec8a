import assert from "node:assert/strict";
import { test } from "node:test";
import { readServerFile } from "../../src/artifact/server-file.js";
import { Client, fhe, ServerCircuit } from "../../src/index.js";
import { failure } from "../support/failure.js";
import { again, linear, lookups, rewritten, withField } from "../support/made-artifacts.js";

test("a server file whose code does not load or stops is refused without harm", async () => {
  const load = (bytes: Uint8Array) => () => ServerCircuit.load(bytes, { runtime: "wasm" });
  const noCode = rewritten(linear.serverFile, (files) => {
    files["kernels.wasm"] = Uint8Array.of(1, 2, 3);
  });
  assert.equal(
    await failure(load(noCode)),
    "file-corrupt server file: is damaged: kernels.wasm is not WebAssembly that this host understands. Compile the circuit anew, or use a host with WebAssembly SIMD and threads",
  );
  const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const seven = [7, ...new Array<number>(7).fill(0x7f)];
  const stops = [
    ...[...head, 1, 11, 1, 0x60, ...seven, 0, 3, 2, 1, 0],
    ...[7, 11, 1, 7, ...new TextEncoder().encode("stage_0"), 0, 0, 10, 5, 1, 3, 0, 0, 0x0b],
  ];
  for (const [program, problem] of [
    [
      head,
      'kernel "stage_0": the kernel module does not export it. Use the kernels that this program was compiled against',
    ],
    [
      stops,
      "wasm engine: a kernel stopped (unreachable). Load the circuit again, from a file whose origin you know",
    ],
  ] as const) {
    const bytes = rewritten(linear.serverFile, (files) => {
      files["program.wasm"] = Uint8Array.from(program);
    });
    const { circuitId } = readServerFile(bytes);
    const client = await Client.load(
      withField(linear.clientFile, "client.json", "circuitId", circuitId),
    );
    client.generateKey();
    const server = await ServerCircuit.load(bytes, { runtime: "wasm", threads: 1 });
    const request = client.encrypt([1, 2, 3]);
    for (let time = 0; time < 2; time++) {
      assert.equal(await failure(() => server.run([request])), `runtime-unavailable ${problem}`);
    }
    await server.close();
  }
  const path = rewritten(linear.serverFile, (files) => {
    files["kernels/../../evil.c"] = new Uint8Array();
  });
  assert.equal(
    await failure(() => readServerFile(path)),
    `file-corrupt server file: is damaged: it names a kernel source oddly. ${again}`,
  );
});

test("requests, keys and answers of the wrong side are refused", async () => {
  const client = await Client.load(lookups.clientFile);
  const server = await ServerCircuit.load(lookups.serverFile, { runtime: "wasm", threads: 1 });
  assert.equal(
    await failure(() => client.encrypt([1, 2, 3])),
    "bad-argument client: has no key yet. Call generateKey, or importKey with a stored one",
  );
  client.generateKey();
  const keyFile = (await client.evaluationKeys()) ?? new Uint8Array();
  const keys = await server.loadEvaluationKeys(keyFile);
  const request = client.encrypt([1, 2, 3]);
  assert.equal(
    await failure(() => server.run([request])),
    "bad-argument run: the circuit looks up tables and got no evaluation keys. Pass what loadEvaluationKeys gave for this client's key file",
  );
  const other = await Client.load(lookups.clientFile);
  other.generateKey();
  const id = "[0-9a-f]{8}…";
  assert.match(
    await failure(() => server.run([other.encrypt([1, 2, 3])], keys)),
    new RegExp(
      `^wrong-key input ciphertext: belongs to the key ${id}, not ${id}\\. Use the key that the file was made with, or make the file anew$`,
    ),
  );
  const [answer = new Uint8Array()] = await server.run([request], keys);
  assert.match(
    await failure(() => other.decrypt(answer)),
    new RegExp(`^wrong-key output ciphertext: belongs to the key ${id}, not ${id}\\. `),
  );
  const linearClient = await Client.load(linear.clientFile);
  linearClient.generateKey();
  assert.match(
    await failure(() => server.run([linearClient.encrypt([1, 2, 3])], keys)),
    new RegExp(
      `^wrong-parameters input ciphertext: belongs to the parameters ${id}, not ${id}\\. Make keys and ciphertexts with the client file of this circuit$`,
    ),
  );
  // The same parameters, another table: another circuit.
  const twin = await fhe
    .compiler({ x: "encrypted" }, (x) => new fhe.LookupTable([0, 2, 1, 3]).apply(x))
    .compile(
      [
        [0, 1, 2],
        [3, 3, 3],
      ],
      { inputForm: "numbers" },
    );
  const twinClient = await Client.load(twin.clientFile);
  twinClient.importKey(client.exportKey());
  assert.match(
    await failure(() => server.run([twinClient.encrypt([1, 2, 3])], keys)),
    new RegExp(
      `^wrong-circuit input ciphertext: belongs to the circuit ${id}, not ${id}\\. Encrypt with the client file that belongs to this server file$`,
    ),
  );
  assert.match(
    await failure(() => twinClient.decrypt(answer)),
    /^wrong-circuit output ciphertext: belongs to the circuit/,
  );
  assert.match(
    await failure(() => linearClient.importKey(client.exportKey())),
    /^wrong-parameters client key: belongs to the parameters/,
  );
  assert.equal(
    await failure(() => server.loadEvaluationKeys(request)),
    'file-kind evaluation keys: is of kind "input ciphertext", not "evaluation keys". Pass a file of kind "evaluation keys"',
  );
  assert.match(
    await failure(() => server.loadEvaluationKeys(keyFile.subarray(0, 1000))),
    /^file-truncated evaluation keys: ends after 1000 of at least \d+ bytes\. /,
  );
  const damaged = keyFile.slice();
  damaged[5000] = (damaged[5000] ?? 0) ^ 1;
  assert.match(
    await failure(() => server.loadEvaluationKeys(damaged)),
    /^file-corrupt evaluation keys: is damaged: the checksum of its content does not fit\. /,
  );
  const linearServer = await ServerCircuit.load(linear.serverFile, { runtime: "wasm", threads: 1 });
  assert.equal(
    await failure(() => linearServer.loadEvaluationKeys(keyFile)),
    "bad-argument evaluation keys: are not needed: nothing is bootstrapped under these parameters. Run the circuit without evaluation keys",
  );
  // Everything was refused whole: the rightful request still works.
  assert.deepEqual([...(client.decrypt(answer)[0]?.data ?? [])], [1, 2, 0]);
  await Promise.all([server.close(), linearServer.close()]);
});

test("values that a circuit was not compiled for are refused by name", async () => {
  const client = await Client.load(linear.clientFile);
  client.generateKey();
  const cure = "Clip it, or compile with an inputset that has such numbers";
  assert.equal(
    await failure(() => client.encrypt([1, 2, 4])),
    `out-of-range input "x", number 2: lies outside 0 to 3. ${cure}`,
  );
  assert.equal(
    await failure(() => client.encrypt([1, Number.POSITIVE_INFINITY, 0])),
    `out-of-range input "x", number 1: lies outside 0 to 3. ${cure}`,
  );
  assert.equal(
    await failure(() => client.encrypt([Number.NaN, 2, 3])),
    'not-a-number input "x", number 0: is NaN. Quantize inputs to whole numbers before they are encrypted',
  );
  assert.equal(
    await failure(() => client.encrypt([0.5, 2, 3])),
    'not-integer input "x", number 0: is not a whole number. Quantize inputs to whole numbers before they are encrypted',
  );
  assert.equal(
    await failure(() => client.encrypt([1, 2])),
    'bad-shape input "x": has the shape (2,), not (3,). Give a value of the shape that the circuit was compiled for',
  );
  assert.equal(
    await failure(() => client.encrypt([1, 2, 3], [1])),
    "bad-argument encrypt: 2 values were given for 1 inputs. Give one value for each of x",
  );
});
