import assert from "node:assert/strict";
import { test } from "node:test";
import { unzipSync } from "fflate";
import { packArchive } from "../../src/artifact/archive.js";
import { readClientFile } from "../../src/artifact/client-file.js";
import { readServerFile } from "../../src/artifact/server-file.js";
import { Client, fhe, ServerCircuit, VelumError } from "../../src/index.js";

const table = new fhe.LookupTable([3, 1, 2, 0]);
const compileLookups = () =>
  fhe
    .compiler({ x: "encrypted" }, (x) => table.apply(x))
    .compile(
      [
        [0, 1, 2],
        [3, 3, 3],
      ],
      { inputForm: "numbers" },
    );
const compileLinear = () =>
  fhe.compiler({ x: "encrypted" }, (x) => x.dot([1, 2, 3])).compile([[3, 3, 3]]);

const lookups = await compileLookups();
const linear = await compileLinear();

async function failure(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof VelumError) return `${error.code} ${error.message}`;
    throw error;
  }
  return "nothing";
}

const again = "Copy or send the file again, or compile the circuit anew";

/** The archive with its entries changed and the hash made anew. */
function rewritten(
  bytes: Uint8Array,
  change: (files: Record<string, Uint8Array>) => void,
): Uint8Array<ArrayBuffer> {
  const { "content.sha256": _, ...files } = unzipSync(bytes);
  change(files);
  return packArchive(files);
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The archive with one field of a JSON entry set; `path` is like `outputs.0.layout.wordBits`. */
function withField(bytes: Uint8Array, entry: string, path: string, value: Json | undefined) {
  return rewritten(bytes, (files) => {
    const json: Json = JSON.parse(new TextDecoder().decode(files[entry]));
    const steps = path.split(".");
    let at: Json = json;
    for (const step of steps.slice(0, -1)) {
      at = (at as Record<string, Json>)[step] ?? null;
    }
    const last = steps.at(-1) ?? "";
    if (value === undefined) delete (at as Record<string, Json>)[last];
    else (at as Record<string, Json>)[last] = value;
    files[entry] = new TextEncoder().encode(JSON.stringify(json));
  });
}

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

test("every number of a server manifest is checked", async () => {
  const manifest = readServerFile(lookups.serverFile).manifest;
  const { constantBytes, requestBytes } = manifest;
  const copies = manifest.preparations.findIndex(({ kind }) => kind === "copy");
  const tables = manifest.preparations.findIndex(({ kind }) => kind === "tables");
  const cases: readonly (readonly [string, Json | undefined, string])[] = [
    ["uploadPlaces.0", -64, "uploadPlaces[0] is -64, and may be 0 to"],
    ["uploadPlaces.0", 7, "uploadPlaces does not hold the parts of a request"],
    ["uploadPlaces.0", requestBytes, "uploadPlaces does not hold the parts of a request"],
    ["uploadPlaces", [], "uploadPlaces does not hold the parts of a request"],
    ["uploadPlaces", "0", "uploadPlaces is not a list"],
    ["requestBytes", 64, "outputPlaces[0].bytes is"],
    ["requestBytes", 2 ** 40, "requestBytes is 1099511627776, and may be 64 to 2147483584"],
    ["requestBytes", undefined, "requestBytes is of type undefined"],
    ["constantBytes", 64, "preparations["],
    ["constantBytes", -1, "constantBytes is -1, and may be 0 to"],
    ["outputPlaces.0.offset", requestBytes, "outputPlaces[0].offset is"],
    ["outputPlaces.0.bytes", 8, "outputPlaces does not hold the outputs"],
    ["outputPlaces", [], "outputPlaces does not hold the outputs"],
    ["outputPlaces", null, "outputPlaces is not a list"],
    ["outputs", [], "outputs is empty"],
    ["outputs.0.wordBits", 65, "outputs[0].wordBits is 65, and may be 1 to 64"],
    ["outputs.0.form", "ggsw", "outputs[0].form is not the text that is due"],
    ["outputs.0.count", 2 ** 30, "outputs[0].count is 1073741824, and may be 1 to 16777216"],
    ["inputs.0.length", 0, "inputs[0].length is 0, and may be 1 to 16777216"],
    ["inputs.0.length", 2 ** 23, "uploadPlaces does not hold"],
    ["inputs.0.bodyBits", 0, "inputs[0].bodyBits is 0, and may be 1 to 64"],
    ["inputs", 3, "inputs is not a list"],
    ["stages.0.kernel", "velum_release", "stages[0].kernel is not the text that is due"],
    ["stages.0.items", 0, "stages[0].items is 0, and may be 1 to 16777216"],
    ["stages.0.heavy", 1, "stages[0].heavy is neither true nor false"],
    ["stages", {}, "stages is not a list"],
    [`preparations.${copies}.to`, constantBytes, `preparations[${copies}].to is`],
    [`preparations.${copies}.to`, -64, `preparations[${copies}].to is -64, and may be 0 to`],
    [`preparations.${copies}.from`, 2 ** 20, `preparations[${copies}].from is`],
    [`preparations.${copies}.bytes`, 2 ** 30, `preparations[${copies}].bytes is`],
    [`preparations.${copies}.kind`, "move", `preparations[${copies}].kind is not the text`],
    [`preparations.${tables}.count`, 1000, `preparations[${tables}].from is`],
    [`preparations.${tables}.precision`, 40, `preparations[${tables}].precision is 40, and may`],
    [`preparations.${tables}.to`, 0, "preparations overlap"],
    ["shapes", [], "stages["],
    ["shapes.0.place", -1, "shapes[0].place is -1, and may be 0 to"],
    ["shapes.0.place", 64 * 2, "shapes holds another shape than that of the parameters"],
    ["shapes.0.set", 1, "shapes[0].set is 1, and may be 0 to 0"],
    ["shapes.0.extensionLog2", 5, "shapes holds another shape than that of the parameters"],
    ["shapes.0.extensionLog2", 10, "shapes[0].extensionLog2 is 10, and may be 0 to 9"],
    ["parameters.bootstraps.0.lwe.dimension", 500, "shapes holds another shape than that of"],
    [`preparations.${tables}.extensionLog2`, 10, `preparations[${tables}].extensionLog2 is 10`],
    ["largestRead", 0, "largestRead is 0, and may be 1 to"],
    ["name", 3, "name is not the text that is due"],
  ];
  for (const [path, value, problem] of cases) {
    const bytes = withField(lookups.serverFile, "manifest.json", path, value);
    const found = await failure(() => readServerFile(bytes));
    const start = `file-corrupt server file: is damaged: ${problem}`;
    assert.equal(
      found.slice(0, start.length),
      start,
      `${path} = ${JSON.stringify(value)}: ${found}`,
    );
  }
  const odd = withField(
    lookups.serverFile,
    "manifest.json",
    "parameters.glwe.polynomialSize",
    4096,
  );
  assert.equal(
    await failure(() => readServerFile(odd)),
    "bad-argument parameters glwe.polynomialSize: is 4096, and may be 512, 1024, 2048. Use the parameters that a compiled circuit carries",
  );
  const shape = { place: 0, set: 0, extensionLog2: 0, tablesLog2: 0 };
  const unneeded = withField(linear.serverFile, "manifest.json", "shapes", [shape]);
  assert.match(await failure(() => readServerFile(unneeded)), /shapes\[0\].set is 0, and may be/);
});

test("every number of a client manifest is checked", async () => {
  const cases: readonly (readonly [string, Json | undefined, string])[] = [
    ["circuitId", "../../etc", "circuitId is not the text that is due"],
    ["vectorLength", 2 ** 40, "vectorLength is 1099511627776, and may be 1 to 16777216"],
    ["vectorLength", 1, "inputs do not fit into the vector"],
    ["vectorStart", 10 ** 6, "vectorStart is 1000000, and may be 0 to"],
    ["deltaLog2", 64, "deltaLog2 is 64, and may be 0 to 63"],
    ["bodyBits", 1.5, "bodyBits is 1.5, and may be 1 to 64"],
    ["inputs.0.shape", [2 ** 20, 2 ** 20], "inputs[0].shape has too many numbers"],
    ["inputs.0.shape", [-3], "inputs[0].shape[0] is -3, and may be 1 to 16777216"],
    ["inputs.0.shift", 64, "inputs[0].shift is 64, and may be 0 to 63"],
    ["inputs.0.max", -1, "inputs[0].max is -1, and may be 0 to"],
    ["inputs.0.name", null, "inputs[0].name is not the text that is due"],
    ["outputs.0.shape", [7], "outputs[0].layout holds another number of results than the shape"],
    ["outputs.0.residues", [7, 9], "outputs[0].layout holds another number of results"],
    ["outputs.0.residues", [6, 9], "outputs[0].residues are not pairwise coprime numbers"],
    ["outputs.0.residues", [1], "outputs[0].residues[0] is 1, and may be 2 to 256"],
    ["outputs.0.messageBits", 54, "outputs[0].messageBits is 54, and may be 1 to 53"],
    ["outputs.0.deltaLog2", 64, "outputs[0].deltaLog2 is 64, and may be 0 to"],
    ["outputs.0.signed", "no", "outputs[0].signed is neither true nor false"],
    ["outputs.0.layout.coefficients", [[4096]], "outputs[0].layout.coefficients outputs"],
    ["outputs.0.layout.coefficients", [["a"]], "outputs[0].layout.coefficients outputs"],
    ["outputs.0.layout.coefficients", [[]], "outputs[0].layout.coefficients lists no coeff"],
  ];
  for (const [path, value, problem] of cases) {
    const bytes = withField(linear.clientFile, "client.json", path, value);
    const found = await failure(() => readClientFile(bytes));
    const start = `file-corrupt client file: is damaged: ${problem}`;
    assert.equal(
      found.slice(0, start.length),
      start,
      `${path} = ${JSON.stringify(value)}: ${found}`,
    );
  }
});

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
