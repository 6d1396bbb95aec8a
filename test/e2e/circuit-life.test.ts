import assert from "node:assert/strict";
import { test } from "node:test";
import { LoadedCircuit } from "../../src/circuit/loaded-circuit.js";
import { type Circuit, Client, fhe } from "../../src/index.js";
import { failure } from "../support/failure.js";

const table = new fhe.LookupTable([3, 1, 2, 0]);

function smallCircuit(): Promise<Circuit> {
  const compiled = fhe.compiler({ x: "encrypted" }, (x) => table.apply(x));
  return compiled.compile([[0, 3]], { runtime: "wasm", threads: 2, inputForm: "numbers" });
}

test("a circuit asked for keys twice at once makes one key", async () => {
  const circuit = await smallCircuit();
  const [first, second] = await Promise.all([circuit.encrypt([0, 1]), circuit.encrypt([2, 3])]);
  await Promise.all([circuit.keygen(), circuit.keygen()]);
  const answers = await circuit.run([first, second]);
  assert.deepEqual(await Promise.all(answers.map((answer) => circuit.decrypt(answer))), [
    [3, 1],
    [2, 0],
  ]);
  await circuit.keygen({ force: true });
  assert.match(
    await failure(circuit.run([first])),
    /^wrong-key input ciphertext: belongs to the key/,
  );
  await circuit.close();
});

test("aborted making of keys leaves a circuit that can make them again", async () => {
  const circuit = await smallCircuit();
  const control = new AbortController();
  const making = circuit.keygen({ signal: control.signal, onProgress: () => control.abort() });
  assert.match(await failure(making), /^aborted evaluation keys/);
  assert.deepEqual(await circuit.encryptRunDecrypt([0, 3]), [3, 0]);
  const again = circuit.keygen({ force: true, signal: AbortSignal.abort() });
  assert.equal(
    await failure(again),
    "aborted keygen: was aborted by its caller. Start it again to get a result",
  );
  assert.deepEqual(await circuit.encryptRunDecrypt([1, 2]), [1, 2]);
  await circuit.close();
});

test("a circuit closed while it makes keys rejects, and later work too, while simulation goes on", async () => {
  const circuit = await smallCircuit();
  let closing: Promise<void> | undefined;
  const onProgress = (): void => {
    closing ??= circuit.close();
  };
  const making = failure(circuit.keygen({ onProgress }));
  const closed =
    'runtime-unavailable circuit "main": was closed. Close it after its last use, or compile or load it again';
  assert.equal(await making, closed);
  await closing;
  for (const work of [
    circuit.encryptRunDecrypt([0, 3]),
    circuit.encryptRunDecryptBatch([[[0, 3]]]),
    circuit.encrypt([0, 3]),
    circuit.run([]),
    circuit.decrypt(new Uint8Array()),
    circuit.keygen(),
    circuit.measureCost(),
    circuit.engine(),
  ]) {
    assert.equal(await failure(work), closed);
  }
  await circuit.close();
  assert.deepEqual(circuit.simulate([0, 3]), [3, 0]);
  assert.equal((await Client.load(circuit.clientFile)).manifest.name, "main");
});

test("a circuit from its files: runs, refuses in simulation what it cannot encrypt, and is closed once", async () => {
  const circuit = await smallCircuit();
  const engine = { runtime: "wasm", threads: 1 } as const;
  const loaded = new LoadedCircuit(circuit.graph, circuit, engine);
  assert.deepEqual(await loaded.encryptRunDecrypt([0, 3]), [3, 0]);
  assert.deepEqual(loaded.simulate([0, 3]), [3, 0]);
  const outside = (work: () => unknown): Promise<string> => failure((async () => work())());
  const message = await outside(() => loaded.encrypt([0, 4]));
  assert.match(message, /^out-of-range input "x", number 1: lies outside 0 to 3\./);
  assert.equal(await outside(() => loaded.simulate([0, 4])), message);
  assert.equal(await outside(() => circuit.simulate([0, 4])), message);
  await loaded.close();
  assert.match(await failure(loaded.encrypt([0, 3])), /^runtime-unavailable circuit "main": was/);
  assert.deepEqual(loaded.simulate([1, 2]), [1, 2]);
  assert.deepEqual(await circuit.encryptRunDecrypt([0, 3]), [3, 0]);
  await circuit.close();
});
