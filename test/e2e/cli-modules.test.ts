import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { commandLine } from "../support/command-line.js";

const { folder, write, run: velum, done, refused } = commandLine();
const usage = "See velum COMMAND --help";

write(
  "clock.mjs",
  `import { fhe } from "velum";
const hours = Array.from({ length: 12 }, (_, hour) => hour);
export const functions = {
  tick: fhe.function({ hour: "encrypted" }, (hour) => hour.add(1).mod(12)),
  later: fhe.function([["a", "encrypted"], ["b", "encrypted"]], (a, b) => [a.add(b).mod(12), a]),
};
export const inputsets = { tick: hours, later: hours.flatMap((a) => hours.map((b) => [a, b])) };
export const wires = [
  { from: "tick", to: "later", input: "a" },
  { from: "later", output: 1, to: "later", input: "a" },
];
`,
);
write(
  "bare.mjs",
  `import { fhe } from "velum";
export const functions = { up: fhe.function({ x: "encrypted" }, (x) => x.add(1)) };
`,
);
const engine = ["--runtime", "wasm", "--threads", "1"];
const secret = ["out/client.zip", "--key", "keys/client.key"];
const server = ["out/server.zip", "--keys", "keys/evaluation.keys", "-o", "answers"];

test("compile a module, make keys, run one function after the other on ciphertexts", () => {
  const text = done("compile", "clock.mjs", "-o", "out", "--debug", "stages", ...engine);
  assert.match(text, /^tick:\n%0 = hour .*\n/);
  assert.match(text, /\n\nlater:\n%0 = a /);
  assert.match(text, /\n\nall functions:\nevaluation keys +[\d.]+ MB, expanded [\d.]+ MB\n/);
  assert.match(text, /predicted +measured here \(wasm, 1 thread\)/);
  assert.match(text, /wrote out\/client\.zip and out\/server\.zip\n$/);
  assert.ok(existsSync(`${folder}/stages/later/graph.txt`));
  assert.match(done("keygen", "out/client.zip", "-o", "keys"), /keys\/evaluation\.keys: .* MB\n$/);

  done("encrypt", ...secret, "--function", "tick", "-o", "eleven", "11");
  const ran = done("run", ...server, ...engine, "--function", "tick", "eleven");
  assert.match(
    ran,
    /^answers\/eleven\.answer: answer, .*\n1 request in .* \(wasm, threads: 1\)\n$/,
  );
  assert.equal(done("decrypt", ...secret, "answers/eleven.answer"), "0\n");

  done("encrypt", ...secret, "--function", "later", "-o", "five", "null", "5");
  const later = ["run", ...server, "--function", "later", "five"];
  done(...later, "--from", "a=answers/eleven.answer");
  assert.equal(done("decrypt", ...secret, "answers/five.answer"), "[5,0]\n");
  done(...later, "--from", "a=answers/five.answer#1");
  assert.equal(done("decrypt", ...secret, "answers/five.answer"), "[5,0]\n");

  write("batch.json", "[[1, 2], [11, 3]]");
  done("encrypt", ...secret, "--function", "later", "-o", "batch", "--batch", "batch.json");
  done("run", ...server, "--function", "later", "batch/0", "batch/1");
  const both = ["answers/0.answer", "answers/1.answer", "answers/eleven.answer"];
  assert.equal(done("decrypt", ...secret, ...both), "[3,1]\n[2,11]\n0\n");
});

test("inspect prints every function of a module, and what may feed it", () => {
  const all = done("inspect", "out/server.zip");
  assert.match(all, /kind +server module\nfunctions +tick, later\n\ntick:\nname +tick\n/);
  assert.match(all, /\na from +tick 0, later 1\n/);
  assert.match(all, /\n%0 = hour .*\n(.*\n)*\nlane +bootstrap\nbootstraps +1 /);
  assert.match(all, /\n\nall functions:\nevaluation keys +[\d.]+ MB\nserver memory +[\d.]+ MB\n$/);
  const one = done("inspect", "out/server.zip", "--function", "later");
  assert.ok(!one.includes("hour"));
  assert.match(one, /\n\nname +later\n/);
  const mlir = done("inspect", "out/server.zip", "--function", "tick", "--show", "mlir");
  assert.match(mlir, /^module \{\n {2}func\.func @tick\(/);
  assert.match(
    done("inspect", "out/server.zip", "--show", "graph"),
    /^tick:\n%0 = (.*\n)+\nlater:/,
  );
  const client = done("inspect", "out/client.zip");
  assert.match(client, /kind +client module\n/);
  assert.match(client, /input +b \(\), 0 to 15\n/);
  assert.match(client, /\nmay be null +a\n$/);
  assert.match(done("inspect", "five"), /kind +incomplete input ciphertext\n/);
});

test("a function, a parameter or an answer that does not fit is refused", () => {
  const tick = ["--function", "tick"];
  refused(
    2,
    `--function: is missing, and may be one of tick, later. ${usage}`,
    ...["run", ...server, "eleven"],
  );
  refused(
    2,
    `--function: is "tock", and may be one of tick, later. ${usage}`,
    ...["encrypt", ...secret, "--function", "tock", "-o", "x", "1"],
  );
  refused(
    2,
    `--function: is "tock", and may be one of tick, later. ${usage}`,
    ...["inspect", "out/client.zip", "--function", "tock"],
  );
  refused(
    1,
    'function "later": got nothing for "a": the request was encrypted with null there. Run it as { request, from: { a: answer } }, or encrypt a value',
    ...["run", ...server, "--function", "later", "five"],
  );
  refused(
    1,
    'function "later": has no parameter "c" that could be fed. Feed any of a',
    ...["run", ...server, "--function", "later", "five", "--from", "c=answers/eleven.answer"],
  );
  refused(
    2,
    `--from: is "answers/eleven.answer", not PARAMETER=ANSWER. ${usage}`,
    ...["run", ...server, "--function", "later", "--from", "answers/eleven.answer"],
  );
  refused(
    2,
    `--from: completes one request, and 2 are given. ${usage}`,
    ...["run", ...server, ...tick, "five", "five", "--from", "a=answers/eleven.answer"],
  );
  refused(2, `arguments: the requests are missing. ${usage}`, "run", ...server, ...tick);
  refused(
    2,
    `keys/client.key: is a key; the module has tick, later. ${usage}`,
    ...["decrypt", ...secret, "keys/client.key"],
  );
});

test("a module file that lacks something says what it needs", () => {
  const cure =
    'Export functions = { f: fhe.function({ x: "encrypted" }, (x) => ...) } and inputsets = { f: [...] }; see velum compile --help';
  refused(
    2,
    `--inputset: is missing, and the program exports no inputsets. ${usage}`,
    ...["compile", "bare.mjs", "-o", "x"],
  );
  write("other.json", '{ "down": [0, 1] }');
  refused(
    2,
    `inputset of "up": is missing in the program or in --inputset. ${usage}`,
    ...["compile", "bare.mjs", "-o", "x", "--inputset", "other.json"],
  );
  write("list.json", "[0, 1]");
  refused(
    1,
    'list.json: is not an object with a list of samples a function. Write a JSON object like { "f": [0, 1, 2, 3] }',
    ...["compile", "bare.mjs", "-o", "x", "--inputset", "list.json"],
  );
  refused(
    2,
    `--name: is for programs of one function; a module's functions have theirs. ${usage}`,
    ...["compile", "clock.mjs", "-o", "x", "--name", "clock"],
  );
  write("wrong.mjs", "export const functions = { up: (x) => x };\n");
  refused(
    1,
    `wrong.mjs: exports functions that are no object of fhe.function. ${cure}`,
    ...["compile", "wrong.mjs", "-o", "x"],
  );
  write("up.json", '{ "up": [0, 7] }');
  done("compile", "bare.mjs", "-o", "up", "--inputset", "up.json", ...engine);
  const { stderr } = velum(
    "compile",
    "bare.mjs",
    "-o",
    "up",
    "--inputset",
    "up.json",
    "--max-key-bytes",
    "9",
  );
  assert.match(
    stderr,
    /^velum: \w+ \(.*bare\.mjs:2\): .* evaluation keys of the circuit take at least/,
  );
});
