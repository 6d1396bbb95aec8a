// The native engine's build: cached by content, clear about a compiler that refuses, about code that does not load.
import assert from "node:assert/strict";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadNativeMachine } from "../../src/tfhe/machine-native.js";
import { buildNativeLibrary, findNativeTarget } from "../../src/tfhe/native-build.js";
import { cleanCache, touchLibrary } from "../../src/tfhe/native-cache.js";

const target = await findNativeTarget();
const skip = target === undefined && "there is no C compiler";
const cache = mkdtempSync(join(tmpdir(), "velum-cache-"));
const before = process.env["VELUM_CACHE"];
process.env["VELUM_CACHE"] = cache;
after(() => {
  if (before === undefined) delete process.env["VELUM_CACHE"];
  else process.env["VELUM_CACHE"] = before;
  rmSync(cache, { recursive: true, force: true });
});

const sources = (body: string) =>
  new Map([
    [
      "main.c",
      '#include "part.h"\n__attribute__((visibility("default"))) int f(void) { return PART; }',
    ],
    ["part.h", body],
  ]);

test("the same content is compiled once", { skip }, async () => {
  assert.ok(target);
  const first = await buildNativeLibrary(target, sources("#define PART 1\n"), "main.c");
  const made = statSync(first).ino;
  assert.equal(await buildNativeLibrary(target, sources("#define PART 1\n"), "main.c"), first);
  assert.equal(statSync(first).ino, made);
  assert.ok(first.startsWith(cache));
});

test("other content, flags or libraries are another library", { skip }, async () => {
  assert.ok(target);
  const one = sources("#define PART 1\n");
  const paths = new Set([
    await buildNativeLibrary(target, one, "main.c"),
    await buildNativeLibrary(target, sources("#define PART 2\n"), "main.c"),
    await buildNativeLibrary({ ...target, flags: [...target.flags, "-DX"] }, one, "main.c"),
    await buildNativeLibrary(target, one, "main.c", ["-lm"]),
  ]);
  assert.equal(paths.size, 4);
});

test("two builds of the same content at once both succeed", { skip }, async () => {
  assert.ok(target);
  const both = [1, 2].map(() => buildNativeLibrary(target, sources("#define PART 3\n"), "main.c"));
  const [one, other] = await Promise.all(both);
  assert.equal(one, other);
});

test("a refusal names the compiler's first error, and leaves nothing behind", {
  skip,
}, async () => {
  assert.ok(target);
  await assert.rejects(buildNativeLibrary(target, sources("#error not today\n"), "main.c"), {
    code: "runtime-unavailable",
    path: "native engine",
    message:
      /^native engine: \S+ refused the kernels \(.*error.*not today.*\)\. Use the "wasm" runtime, or point CC to gcc 12 or clang 12 or later$/,
  });
  assert.deepEqual(
    readdirSync(cache).filter((name) => name.startsWith("build-")),
    [],
  );
});

test("no compiler is found where CC and the path name none", async () => {
  const saved = [process.env["CC"], process.env["PATH"]];
  process.env["CC"] = "no-such-compiler";
  process.env["PATH"] = cache;
  try {
    assert.equal(await findNativeTarget(), undefined);
  } finally {
    process.env["PATH"] = saved[1];
    if (saved[0] === undefined) delete process.env["CC"];
    else process.env["CC"] = saved[0];
  }
});

test("a file that is no library is refused with the cure", async () => {
  const path = join(cache, "broken.so");
  writeFileSync(path, "not a library");
  await assert.rejects(loadNativeMachine(path), {
    code: "runtime-unavailable",
    message:
      /^native engine: the library could not be loaded \(.+\)\. Install the optional package koffi, or use the "wasm" runtime$/s,
  });
});

test("libraries that nobody used for 30 days go, and builds that were cut off; others stay", async () => {
  const root = mkdtempSync(join(cache, "old-"));
  const day = 86_400_000;
  const age = (name: string, days: number, folder = false): void => {
    const path = join(root, name);
    if (folder) mkdirSync(path);
    else writeFileSync(path, "");
    const then = new Date(Date.now() - days * day);
    utimesSync(path, then, then);
  };
  const used = `${"a".repeat(24)}.so`;
  age(used, 40);
  age(`${"b".repeat(24)}.so`, 31);
  age(`${"c".repeat(24)}.so`, 29);
  age("build-x1", 2, true);
  age("build-x2", 0, true);
  age("notes.txt", 400);
  await touchLibrary(join(root, used));
  await cleanCache(root);
  const left = [used, "build-x2", `${"c".repeat(24)}.so`, "notes.txt"];
  assert.deepEqual(readdirSync(root).sort(), left.sort());
  await cleanCache(join(root, "nowhere"));
});

test("the event loop goes on while a compiler is looked for", { skip }, async () => {
  let turns = 0;
  setImmediate(() => turns++);
  await findNativeTarget();
  assert.equal(turns, 1);
});
