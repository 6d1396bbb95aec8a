import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { readImports } from "../support/import-graph.js";
import {
  backwardImports,
  browserObstacles,
  folderCycles,
  foreignEdges,
  foreignPackages,
  waysToSecrets,
} from "../support/import-rules.js";
import { importTable } from "../support/import-table.js";
import { readSources, repositoryRoot } from "../support/repository.js";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
}

const sources = readSources("src");
const manifest = JSON.parse(readFileSync(`${repositoryRoot}package.json`, "utf8")) as Manifest;

/** Sources whose files are named without `src/` and `.ts`. */
function made(files: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(files).map(([name, text]) => [`src/${name}.ts`, text]));
}

/** Source files of the package's entries, all of which a web page may import. */
function entries(): string[] {
  const files = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === "string" ? [] : [entry.default],
  );
  return files.map((file) => file.replace("./dist/", "").replace(/\.js$/, ".ts"));
}

describe("imports of src", () => {
  test("every edge between folders is in the table", () => {
    assert.deepEqual(foreignEdges(sources), []);
  });

  test("folders of src/import import one way", () => {
    assert.deepEqual(backwardImports(sources), []);
  });

  test("no ring of folders", () => {
    assert.deepEqual(folderCycles(sources), []);
  });

  test("runtime, server and codegen cannot reach keys", () => {
    assert.deepEqual(waysToSecrets(sources), []);
  });

  test("only runtime dependencies, optional ones by import()", () => {
    const problems = foreignPackages(
      sources,
      Object.keys(manifest.dependencies),
      Object.keys(manifest.optionalDependencies),
    );
    assert.deepEqual(problems, []);
  });

  test("all entries load in a web page", () => {
    assert.ok(entries().every((path) => sources.has(path)));
    assert.deepEqual(browserObstacles(sources, entries()), []);
  });

  test("bundlers see files and workers: their addresses are written out where they are used", () => {
    const text = [...sources.values()].join("\n");
    assert.ok(text.includes('new URL("../../kernels/client.wasm", import.meta.url)'));
    assert.ok(text.includes('new URL("../../kernels/eval.wasm", import.meta.url)'));
    const addresses = text.match(/new URL\([^)]*import\.meta\.url/g) ?? [];
    assert.ok(addresses.every((address) => /new URL\("[^"]*[^"/]", import/.test(address)));
    const workers = text.match(/new Worker\([^;]*;/g) ?? [];
    assert.equal(workers.length, 2);
    assert.ok(workers.every((one) => one.startsWith('new Worker(new URL("')));
  });

  test("docs/architecture.md shows the same table", () => {
    const text = readFileSync(`${repositoryRoot}docs/architecture.md`, "utf8");
    const rows = [...text.matchAll(/^\| `src\/([\w-]+)\/` \|[^|]*\| ([^|]*) \|$/gm)];
    const shown = rows.map(([, folder = "", cell = ""]) => [
      folder,
      cell === "—" ? [] : cell.split(", ").filter((name) => name !== "base"),
    ]);
    const table = Object.fromEntries(shown) as Record<string, string[]>;
    for (const [folder, allowed] of Object.entries(importTable)) {
      const expected = folder === "circuit" ? ["everything above"] : [...allowed].sort();
      assert.deepEqual(table[folder]?.sort(), expected, `row of src/${folder}/`);
    }
  });
});

describe("import rules on made-up files", () => {
  test("kinds of import", () => {
    const text = [
      'import "./a.js";',
      'import { type B, b } from "./b.js";',
      'import type { C } from "../c/c.js";',
      'export * from "./d.js";',
      'const e = await import("node:fs");',
      'new Worker(new URL("./f.js", import.meta.url));',
      '// import "./no.js"; import("./no.js")',
      '/* import "./no.js"; */',
      "const quote = /[\"']/;",
      'import { g } from "fflate";',
      "import {",
      "  h,",
      '} from "./h.js";',
    ].join("\n");
    const found = readImports(new Map([["src/x/y.ts", text]]));
    assert.deepEqual(found.map(({ to, kind }) => `${kind} ${to}`).sort(), [
      "address src/x/f.ts",
      "dynamic node:fs",
      "static fflate",
      "static src/x/a.ts",
      "static src/x/b.ts",
      "static src/x/d.ts",
      "static src/x/h.ts",
      "type src/c/c.ts",
    ]);
  });

  test("an edge outside the table", () => {
    const problem = "src/runtime/a.ts imports src/keys/b.ts: runtime may not import keys";
    for (const text of [
      'import { b } from "../keys/b.js";',
      'import type { B } from "../keys/b.js";',
      'export { b } from "../keys/b.js";',
      'const b = await import("../keys/b.js");',
      'const b = new Worker(new URL("../keys/b.js", import.meta.url));',
    ]) {
      assert.deepEqual(foreignEdges(made({ "runtime/a": text, "keys/b": "" })), [problem], text);
    }
  });

  test("base imports nothing", () => {
    assert.deepEqual(foreignEdges(made({ "base/a": 'import "../graph/b.js";', "graph/b": "" })), [
      "src/base/a.ts imports src/graph/b.ts: base may not import graph",
    ]);
  });

  test("src imports nothing beside it", () => {
    assert.deepEqual(foreignEdges(made({ "graph/a": 'import "../../test/b.js";' })), [
      "src/graph/a.ts imports test/b.ts, which is outside src",
    ]);
  });

  test("a folder without a row", () => {
    assert.deepEqual(foreignEdges(made({ "misc/a": "" })), [
      "src/misc has no row in the import table",
    ]);
  });

  test("an import against the order inside src/import, a file beside its folders", () => {
    const files = made({
      "import/steps/a": 'import "../files/b.js";\nimport type { C } from "../onnx/c.js";',
      "import/files/b": "",
      "import/onnx/c": "",
      "import/d": "",
    });
    assert.deepEqual(backwardImports(files), [
      "src/import/d.ts is in no folder of src/import that has a place",
      "src/import/steps/a.ts imports src/import/onnx/c.ts, which comes after it",
    ]);
  });

  test("a ring of three folders", () => {
    const files = made({
      "graph/a": 'import type { B } from "../ops/b.js";',
      "ops/b": 'import "../program/c.js";',
      "program/c": 'import("../graph/a.js");',
    });
    assert.deepEqual(folderCycles(files), ["graph -> ops -> program -> graph"]);
  });

  test("a long way from runtime to keys", () => {
    const files = made({
      "runtime/a": 'import "../artifact/b.js";',
      "artifact/b": 'import type { C } from "../client/c.js";',
      "client/c": 'import "../keys/d.js";',
      "keys/d": "",
    });
    assert.deepEqual(waysToSecrets(files), [
      "src/runtime/a.ts -> src/artifact/b.ts -> src/client/c.ts -> src/keys/d.ts",
    ]);
  });

  test("a package that is no dependency", () => {
    const files = made({
      "base/a": 'import "left-pad";',
      "base/b": 'import "@noble/hashes/x.js";',
    });
    assert.deepEqual(foreignPackages(files, ["@noble/hashes"], []), [
      "src/base/a.ts imports left-pad, which is no runtime dependency",
    ]);
  });

  test("an optional package imported statically", () => {
    const files = made({ "tfhe/a": 'import koffi from "koffi";', "tfhe/b": 'import("koffi");' });
    assert.deepEqual(foreignPackages(files, [], ["koffi"]), [
      "src/tfhe/a.ts imports koffi statically, but it is optional",
    ]);
  });

  test("Node behind a browser entry", () => {
    const files = made({
      "client/a": 'import { b } from "../tfhe/b.js"; import type { S } from "node:fs";',
      "tfhe/b": 'import { readFileSync } from "node:fs";',
      "tfhe/machine-native": 'import("koffi");',
      "tfhe/other": 'import "node:os";',
    });
    assert.deepEqual(browserObstacles(files, ["src/client/a.ts"]), [
      "src/client/a.ts -> src/tfhe/b.ts -> node:fs",
    ]);
  });

  test("import() of Node or of native code behind a browser entry", () => {
    const files = made({
      "client/a": 'import "../tfhe/b.js";\nimport "../tfhe/c.js";',
      "tfhe/b": 'await import("node:fs");',
      "tfhe/c": 'await import("koffi"); process.getBuiltinModule("node:fs");',
    });
    assert.deepEqual(browserObstacles(files, ["src/client/a.ts"]), [
      "src/client/a.ts -> src/tfhe/b.ts -> node:fs",
      "src/client/a.ts -> src/tfhe/c.ts -> koffi",
    ]);
  });
});
