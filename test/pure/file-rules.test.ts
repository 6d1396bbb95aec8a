import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  forbiddenWords,
  misshapenFiles,
  strayRandomness,
  unaskedNative,
} from "../support/file-rules.js";
import { readSources } from "../support/repository.js";

const sources = readSources("src");

describe("files of src", () => {
  test("no Math.random, no any, no cast through unknown, no silenced type error", () => {
    assert.deepEqual(forbiddenWords(sources), []);
  });

  test("one file asks the platform for randomness", () => {
    assert.deepEqual(strayRandomness(sources), []);
  });

  test("no barrel files, none over 500 lines", () => {
    assert.deepEqual(misshapenFiles(sources), []);
  });
});

test("tests ask for a native engine before they start one", () => {
  const tests = readSources("test");
  assert.ok(tests.size > 100);
  assert.deepEqual(unaskedNative(tests), []);
});

describe("file rules on made-up files", () => {
  const one = (text: string, path = "src/keys/a.ts") => new Map([[path, text]]);

  for (const text of [
    'for (const runtime of ["wasm", "native"] as const) {}',
    'await ServerCircuit.load(file, { runtime: "native" });',
  ]) {
    test(text, () => {
      const asking = 'import { noNative } from "../support/engines.js";\n';
      assert.deepEqual(unaskedNative(one(text, "test/e2e/a.test.ts")), [
        "test/e2e/a.test.ts starts the native engine where there may be none",
      ]);
      assert.deepEqual(unaskedNative(one(asking + text, "test/e2e/a.test.ts")), []);
    });
  }

  for (const [text, problem] of [
    ["x = Math.random();", "Math.random: use a seeded generator, or base/random for secrets"],
    ["x = y as unknown as Z;", "as unknown as: give the value its type where it is made"],
    ["function f(x: any) {}", "the type any"],
    ["const x: Map<string, any> = y;", "the type any"],
    ["const x = y as any;", "the type any"],
    ["export default x;", "default export: name it"],
    ["await import(name);", "computed import: it hides an edge of the import graph"],
    ["// @ts-ignore", "@ts-ignore: mend the type"],
    ["/* @ts-expect-error */", "@ts-expect-error: mend the type"],
  ] as const) {
    test(text, () => {
      assert.deepEqual(forbiddenWords(one(`\n${text}\n`)), [`src/keys/a.ts:2 ${problem}`]);
    });
  }

  test("words in comments and texts are no code", () => {
    const text = [
      "// Math.random, x: any",
      "/* y as unknown as Z */",
      'const text = "a: any Math.random as unknown as";',
      "const pattern = /Math.random: any/;",
      "const inside = `: any`;",
      "const x = { any: 1 }, many = y.any;",
    ].join("\n");
    assert.deepEqual(forbiddenWords(one(text)), []);
  });

  for (const text of [
    "crypto.getRandomValues(bytes);",
    'import { randomFillSync } from "node:crypto";',
    'const { randomBytes } = await import("crypto");',
  ]) {
    test(`stray: ${text}`, () => {
      assert.deepEqual(strayRandomness(one(text)), [
        "src/keys/a.ts asks the platform for randomness; only src/base/random.ts may",
      ]);
      assert.deepEqual(strayRandomness(one(text, "src/base/random.ts")), []);
    });
  }

  test("barrels", () => {
    const barrel = '// all of it\nexport * from "./b.js";\nexport { c } from "./c.js";\n';
    assert.deepEqual(misshapenFiles(one(barrel)), [
      "src/keys/a.ts only passes on exports of other files",
    ]);
    assert.deepEqual(misshapenFiles(one(barrel, "src/index.ts")), []);
    assert.deepEqual(misshapenFiles(one("export const x = 1;\n", "src/keys/index.ts")), [
      "src/keys/index.ts: index.ts stands only in src",
    ]);
  });

  test("501 lines", () => {
    assert.deepEqual(misshapenFiles(one("x;\n".repeat(500))), []);
    assert.deepEqual(misshapenFiles(one("x;\n".repeat(501))), [
      "src/keys/a.ts has 501 lines, limit 500",
    ]);
  });
});
