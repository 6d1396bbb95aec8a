import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { commandLine } from "../support/command-line.js";

const { folder, run: velum, done, refused } = commandLine();

writeFileSync(
  `${folder}/program.mjs`,
  `import { fhe } from "velum";
export const parameters = { x: "encrypted" };
export const inputset = [[0, 0], [3, 3], [3, 2]];
const table = new fhe.LookupTable([3, 1, 4, 1, 5, 9, 2]);
export default (x) => table.apply(fhe.matmul([1, 1], x));
`,
);
writeFileSync(
  `${folder}/sums.mjs`,
  `export const parameters = { x: "encrypted", y: "encrypted" };
export default function sums(x, y) { return [x.add(y), x.sub(y).mul(3)]; }
`,
);
writeFileSync(`${folder}/samples.json`, "[[0, 0], [7, 0], [0, 7], [7, 7]]");
writeFileSync(`${folder}/notes.txt`, "no JSON");

test("compile, keygen, encrypt, run, decrypt", () => {
  const text = done("compile", "program.mjs", "-o", "out", "--runtime", "wasm", "--threads", "1");
  assert.match(text, /^%0 = x /);
  assert.match(text, /bootstraps +1 \(1 of 3 bits\)/);
  assert.match(text, /predicted +measured here \(wasm, 1 thread\)/);
  assert.match(text, /wrote out\/client\.zip and out\/server\.zip\n$/);

  assert.match(done("keygen", "out/client.zip", "-o", "keys"), /keys\/evaluation\.keys: .* MB\n$/);
  assert.equal(statSync(`${folder}/keys/client.key`).mode & 0o077, 0);
  const secret = ["out/client.zip", "--key", "keys/client.key"];
  done("encrypt", ...secret, "-o", "one", "[1, 2]");
  writeFileSync(`${folder}/value.json`, "[[3, 2]]");
  done("encrypt", ...secret, "-o", "two", "@value.json");
  const engine = ["--runtime", "wasm", "--threads", "2"];
  const run = ["out/server.zip", "one", "two", "-o", "answers", "--keys", "keys/evaluation.keys"];
  assert.match(done("run", ...run, ...engine), /\n2 requests in .* \(wasm, threads: 2\)\n$/);
  assert.equal(done("decrypt", ...secret, "answers/one.answer", "answers/two.answer"), "1\n9\n");

  refused(
    1,
    "run: the circuit looks up tables and got no evaluation keys. Pass what loadEvaluationKeys gave for this client's key file",
    ...["run", "out/server.zip", "one", "-o", "answers"],
  );
});

test("inspect says what each file holds", () => {
  const client = done("inspect", "out/client.zip");
  assert.match(client, /kind +client file\n/);
  assert.match(client, /input +x \(2,\), 0 to 3\n/);
  const server = done("inspect", "out/server.zip");
  assert.match(server, /kind +server file\n/);
  assert.match(server, /= tlu\(/);
  assert.match(server, /key switches +1\n/);
  assert.match(server, /failure +2\^-\d+/);
  assert.match(done("inspect", "out/server.zip", "--show", "program"), /^fresh\[0\.\.1\] = expand/);
  assert.match(done("inspect", "out/server.zip", "--show", "mlir"), /FHE/);
  const keys = done("inspect", "keys/evaluation.keys", "keys/client.key", "one");
  assert.match(keys, /kind +evaluation keys\n/);
  assert.match(keys, /kind +client key\n/);
  assert.match(keys, /kind +input ciphertext\n/);
  const ids = [...keys.matchAll(/^key +([0-9a-f]{32})$/gm)].map(([, id]) => id);
  assert.equal(new Set(ids).size, 1);
});

test("several parameters and results, and an inputset of a file", () => {
  const compile = ["compile", "sums.mjs", "--inputset", "samples.json", "-o", "sums"];
  assert.match(done(...compile, "--debug", "stages"), /lane +linear/);
  for (const name of ["graph-traced.txt", "plan.json", "program.wasm", "timings.json"]) {
    assert.ok(existsSync(`${folder}/stages/${name}`), name);
  }
  const keys = done("keygen", "sums/client.zip", "-o", "sums");
  assert.match(keys, /no evaluation keys: the circuit needs none\n$/);
  const secret = ["sums/client.zip", "--key", "sums/client.key"];
  done("encrypt", ...secret, "-o", "sums/request", "2", "5");
  done("run", "sums/server.zip", "sums/request", "-o", "sums");
  assert.equal(done("decrypt", ...secret, "sums/request.answer"), "[7,-9]\n");
  writeFileSync(`${folder}/batch.json`, "[[2, 5], [1, 1]]");
  const batch = done("encrypt", ...secret, "-o", "sums/batch", "--batch", "batch.json");
  assert.match(batch, /^sums\/batch: 2 requests, /);
  done("run", "sums/server.zip", "sums/batch/0", "sums/batch/1", "-o", "sums");
  const answers = ["sums/0.answer", "sums/1.answer"];
  assert.equal(done("decrypt", ...secret, ...answers).split("\n")[0], "[7,-9]");
});

test("a protected model: keys for the server, shown cost, the same results", () => {
  const compile = ["compile", "sums.mjs", "--inputset", "samples.json", "-o", "hidden"];
  const text = done(...compile, "--protect-model", "40", "--runtime", "wasm", "--threads", "1");
  assert.match(text, /model protected +within 2\^-4\d\.\d an answer\n/);
  assert.match(
    done("inspect", "hidden/server.zip"),
    /model protected +within 2\^-4\d\.\d an answer\n/,
  );
  done("keygen", "hidden/client.zip", "-o", "hidden");
  const secret = ["hidden/client.zip", "--key", "hidden/client.key"];
  done("encrypt", ...secret, "-o", "hidden/request", "2", "5");
  const run = ["run", "hidden/server.zip", "hidden/request", "-o", "hidden"];
  assert.match(velum(...run).stderr, /the circuit protects its model and got no evaluation keys/);
  done(...run, "--keys", "hidden/evaluation.keys");
  assert.equal(done("decrypt", ...secret, "hidden/request.answer"), "[7,-9]\n");
});

test("a command that is called wrongly ends with code 2", () => {
  const cure = "See velum COMMAND --help";
  const names = "compile, cost, inspect, keygen, encrypt, run, decrypt";
  refused(2, `command "train": is none of ${names}. ${cure}`, "train");
  refused(2, `arguments: the program or model file is missing. ${cure}`, "compile");
  refused(2, `--output: is missing. ${cure}`, "keygen", "out/client.zip");
  refused(2, `arguments: Unknown option '--speed'. ${cure}`, "run", "--speed", "3");
  refused(
    2,
    `--runtime: is "fast", and may be auto, wasm, native. ${cure}`,
    ...["compile", "program.mjs", "-o", "x", "--runtime", "fast"],
  );
  refused(
    2,
    `--inputset: is missing, and the program exports no inputset. ${cure}`,
    ...["compile", "sums.mjs", "-o", "x"],
  );
  const { status, stdout } = velum();
  assert.equal(status, 2);
  assert.match(stdout, /^velum COMMAND/);
});

test("--help of every command", () => {
  assert.match(done("--help"), /inspect +what a client\.zip/);
  for (const name of ["compile", "cost", "inspect", "keygen", "encrypt", "run", "decrypt"]) {
    assert.match(done(name, "--help"), new RegExp(`^velum ${name} `));
  }
});

test("work that fails ends with code 1 and the error's text", () => {
  refused(
    1,
    "none.zip: cannot be read (there is no such file). Check the name of the file",
    ...["inspect", "none.zip"],
  );
  refused(
    1,
    "out: cannot be read (it is a folder). Name the files in it: out/*",
    ...["inspect", "out"],
  );
  refused(
    1,
    "client file: is a server file. Pass the client file of the same circuit",
    ...["keygen", "out/server.zip", "-o", "x"],
  );
  refused(
    1,
    "notes.txt: is not a file of Velum (it does not start with VELM). Pass a key or ciphertext that Velum wrote",
    ...["inspect", "notes.txt"],
  );
  refused(
    1,
    'input "x", number 1: lies outside 0 to 3. Clip it, or compile with an inputset that has such numbers',
    ...["encrypt", "out/client.zip", "--key", "keys/client.key", "-o", "x", "[1, 4]"],
  );
  writeFileSync(`${folder}/empty.mjs`, "export const parameters = {};\n");
  refused(
    1,
    'empty.mjs: exports no parameters like { x: "encrypted" }. Export parameters = { x: "encrypted" }, a default function and an inputset; see velum compile --help',
    ...["compile", "empty.mjs", "-o", "x"],
  );
});

test("a mistake in a program comes with its place, without a stack", () => {
  writeFileSync(
    `${folder}/mistake.mjs`,
    "export const parameters = { x: 'encrypted' };\nexport const inputset = [1, 2];\nexport default (x) => x.plus(1);\n",
  );
  const { status, stderr } = velum("compile", "mistake.mjs", "-o", "x");
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^velum: TypeError: x\.plus is not a function \(.*mistake\.mjs:3\)\. VELUM_STACK=1 shows where it comes from\n$/,
  );
  assert.match(done("--version"), /^\d+\.\d+\.\d+\n$/);
});

test("answers that come back, as an option", () => {
  writeFileSync(
    `${folder}/back.mjs`,
    'export const parameters = { x: "encrypted" };\nexport const inputset = [0, 7];\nexport default (x) => x.add(1).mod(8);\n',
  );
  done("compile", "back.mjs", "-o", "back", "--composable", "--runtime", "wasm", "--threads", "1");
  assert.match(done("inspect", "back/client.zip"), /\nmay be null +x\n/);
});

test("limits on uploads and on time, as options", () => {
  const words = ["compile", "program.mjs", "-o", "x"];
  for (const [limit, message] of [
    [["--max-upload-bytes", "50"], /numbers takes at least \d+ bytes, and may take 50\. /],
    [["--max-run-ms", "1"], /one run takes at least \d+ ms on one thread .* and may take 1 ms/],
  ] as const) {
    const { status, stderr } = velum(...words, ...limit);
    assert.equal(status, 1);
    assert.match(stderr, message);
  }
});

test("a program that does not compile leaves its stages and the error", () => {
  const words = ["compile", "program.mjs", "-o", "x", "--max-key-bytes", "1000"];
  const { status, stderr } = velum(...words, "--debug", "failed");
  assert.equal(status, 1);
  assert.match(
    stderr,
    /^velum: matmul \(.*program\.mjs:\d+\): with its table of \d bits the evaluation keys of the circuit take at least .* MB, and may take/,
  );
  const read = (name: string) => readFileSync(`${folder}/failed/${name}`, "utf8");
  assert.match(read("error.txt"), /^no-parameters\n/);
  assert.match(read("regions.txt"), /lookup\(v1, bits=3, tables=1\)/);
  const stages: { readonly stage: string }[] = JSON.parse(read("timings.json"));
  assert.equal(stages.at(-1)?.stage, "plan");
  assert.ok(!existsSync(`${folder}/failed/manifest.json`));
});
