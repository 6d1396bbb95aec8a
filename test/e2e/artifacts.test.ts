import assert from "node:assert/strict";
import { test } from "node:test";
import { unzipSync } from "fflate";
import { packArchive } from "../../src/artifact/archive.js";
import { readClientFile } from "../../src/artifact/client-file.js";
import { readServerFile } from "../../src/artifact/server-file.js";
import { failure } from "../support/failure.js";
import {
  again,
  compileLinear,
  compileLookups,
  linear,
  lookups,
  rewritten,
  withField,
} from "../support/made-artifacts.js";

test("the same circuit gives the same bytes and the same id", async () => {
  for (const [first, compile] of [
    [lookups, compileLookups],
    [linear, compileLinear],
  ] as const) {
    const second = await compile();
    assert.deepEqual(second.serverFile, first.serverFile);
    assert.deepEqual(second.clientFile, first.clientFile);
  }
  const { circuitId } = readServerFile(linear.serverFile);
  assert.equal(readClientFile(linear.clientFile).circuitId, circuitId);
  assert.notEqual(readServerFile(lookups.serverFile).circuitId, circuitId);
});

test("both files survive being written and read", () => {
  for (const circuit of [lookups, linear]) {
    const server = readServerFile(circuit.serverFile);
    assert.equal(server.manifest.name, "main");
    assert.equal(server.texts["graph.txt"], `${circuit}\n`);
    assert.equal(server.texts["circuit.mlir"], circuit.mlir);
    assert.equal(server.texts["program.txt"], `${circuit.program}\n`);
    assert.ok(server.kernelSources.has("eval.c"));
    const client = readClientFile(circuit.clientFile);
    assert.deepEqual(client.parameters, server.manifest.parameters);
    assert.deepEqual(
      client.outputs.map(({ layout }) => layout),
      server.manifest.outputs,
    );
  }
});

test("the client file holds no weights, no tables and no graph", () => {
  const names = Object.keys(unzipSync(lookups.clientFile)).sort();
  assert.deepEqual(names, ["client.json", "content.sha256"]);
  const fields = Object.keys(readClientFile(lookups.clientFile)).sort();
  assert.deepEqual(fields, [
    ...["bodyBits", "circuitId", "deltaLog2", "extras", "format", "inputs", "name", "outputs"],
    ...["parameters", "vectorLength", "vectorStart"],
  ]);
});

test("foreign, empty, truncated and damaged files", async () => {
  const { serverFile, clientFile } = linear;
  assert.equal(
    await failure(() => readServerFile(new Uint8Array())),
    "file-foreign server file: is not a zip archive. Pass a server file that Velum wrote",
  );
  assert.equal(
    await failure(() => readClientFile(new TextEncoder().encode("<!doctype html>"))),
    "file-foreign client file: is not a zip archive. Pass a client file that Velum wrote",
  );
  for (const length of [4, 100, serverFile.length >> 1, serverFile.length - 1]) {
    assert.equal(
      await failure(() => readServerFile(serverFile.subarray(0, length))),
      `file-corrupt server file: is damaged: the archive cannot be read to its end. ${again}`,
    );
  }
  assert.equal(
    await failure(() => readServerFile(clientFile)),
    "file-kind server file: is a client file. Pass the server file of the same circuit",
  );
  assert.equal(
    await failure(() => readClientFile(serverFile)),
    "file-kind client file: is a server file. Pass the client file of the same circuit",
  );
  const swapped = unzipSync(serverFile);
  const { "content.sha256": hash = new Uint8Array(), ...files } = swapped;
  const other = unzipSync(packArchive({ ...files, "constants.bin": new Uint8Array(64) }));
  assert.notDeepEqual(other["content.sha256"], hash);
});

test("a flipped bit anywhere is found or changes nothing", async () => {
  const { clientFile } = linear;
  const clean = JSON.stringify(readClientFile(clientFile));
  for (let at = 0; at < clientFile.length; at++) {
    const damaged = clientFile.slice();
    damaged[at] = (damaged[at] ?? 0) ^ (1 << (at & 7));
    const found = await failure(() =>
      assert.equal(JSON.stringify(readClientFile(damaged)), clean, `byte ${at}`),
    );
    assert.match(found, /^nothing|^file-(foreign|corrupt|too-large) client file: /);
  }
});

test("files of a later format, missing entries, texts that are not JSON", async () => {
  const later = withField(linear.serverFile, "manifest.json", "format", 9);
  assert.equal(
    await failure(() => readServerFile(later)),
    "file-version server file: is in format 9, and this release reads formats 1 to 3. Use the release of Velum that wrote it, or compile the circuit anew",
  );
  const unknown = withField(linear.clientFile, "client.json", "format", "new");
  assert.equal(
    await failure(() => readClientFile(unknown)),
    "file-version client file: is in format unknown, and this release reads formats 1 to 3. Use the release of Velum that wrote it, or compile the circuit anew",
  );
  for (const name of [
    "manifest.json",
    "constants.bin",
    "kernels.wasm",
    "program.wasm",
    "program.c",
  ]) {
    const without = rewritten(linear.serverFile, (files) => delete files[name]);
    assert.equal(
      await failure(() => readServerFile(without)),
      `file-corrupt server file: is damaged: ${name} is missing. ${again}`,
    );
  }
  const noJson = rewritten(linear.clientFile, (files) => {
    files["client.json"] = Uint8Array.of(0x7b);
  });
  assert.equal(
    await failure(() => readClientFile(noJson)),
    `file-corrupt client file: is damaged: client.json is not JSON. ${again}`,
  );
  const list = rewritten(linear.clientFile, (files) => {
    files["client.json"] = Uint8Array.of(0x5b, 0x5d);
  });
  assert.equal(
    await failure(() => readClientFile(list)),
    `file-corrupt client file: is damaged: its content is not an object. ${again}`,
  );
});

test("an archive that would unpack to too much is refused before it does", async () => {
  const bomb = linear.clientFile.slice();
  // The unpacked size in the first entry of the central directory.
  const view = new DataView(bomb.buffer);
  let at = 0;
  while (view.getUint32(at, true) !== 0x02014b50) at++;
  view.setUint32(at + 24, 2 ** 31, true);
  assert.equal(
    await failure(() => readClientFile(bomb)),
    "file-too-large client file: unpacks to more than 256 files or 67108864 bytes. Pass a client file that Velum wrote",
  );
  const many = packArchive(
    Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, new Uint8Array()])),
  );
  assert.match(
    await failure(() => readServerFile(many)),
    /^file-too-large server file: unpacks to/,
  );
});
