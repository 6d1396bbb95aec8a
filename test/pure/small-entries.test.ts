import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";
import { folderOf, reachable, readImports } from "../support/import-graph.js";
import { readSources, repositoryRoot } from "../support/repository.js";

/** What a page loads of a package, unpacked. */
const packageFiles: Readonly<Record<string, readonly string[]>> = {
  fflate: ["fflate/esm/browser.js"],
  "@noble/hashes/sha2.js": [
    ...["@noble/hashes/sha2.js", "@noble/hashes/_md.js"],
    ...["@noble/hashes/_u64.js", "@noble/hashes/utils.js"],
  ],
};

const imports = readImports(readSources("src")).filter(({ kind }) => kind !== "type");
const bytesOf = (path: string): number => statSync(repositoryRoot + path).size;

/** Files that a page fetches for `entry`: sources as built, and packages. Dynamic imports count where a page reaches them, save `rare` ones. */
function closure(
  entry: string,
  rare = /^$/,
): { readonly sources: string[]; readonly bytes: number } {
  const own = imports.filter(
    ({ to, kind }) => kind !== "dynamic" || !(/^node:|^koffi$|native/.test(to) || rare.test(to)),
  );
  const sources: string[] = [];
  let bytes = 0;
  for (const path of reachable([entry], own).keys()) {
    if (path.startsWith("src/")) {
      sources.push(path);
      bytes += bytesOf(`dist/${path.replace(/\.ts$/, ".js")}`);
      continue;
    }
    const files = packageFiles[path];
    assert.ok(files, `a page cannot load ${path}, which ${entry} reaches`);
    for (const file of files) bytes += bytesOf(`node_modules/${file}`);
  }
  return { sources, bytes };
}

test("velum/client stays small and pulls in neither models, compiler nor runtime", () => {
  const { sources, bytes } = closure("src/client/client.ts");
  const folders = [...new Set(sources.map(folderOf))].sort();
  assert.deepEqual(folders, ["artifact", "base", "client", "keys", "security", "tfhe"]);
  const all = bytes + bytesOf("dist/kernels/client.wasm");
  console.log(`# velum/client: ${sources.length} files, ${all} bytes with packages and kernels`);
  assert.ok(all < 320_000, `${all} bytes`);
});

test("velum/runtime stays small and holds nothing that knows keys", () => {
  // Clear parameters bring operations along.
  const { sources, bytes } = closure("src/runtime/server-circuit.ts", /clear-numbers/);
  const folders = [...new Set(sources.map(folderOf))].sort();
  assert.deepEqual(folders, ["artifact", "base", "graph", "runtime", "tfhe"]);
  console.log(`# velum/runtime: ${sources.length} files, ${bytes} bytes with packages`);
  assert.ok(bytes < 350_000, `${bytes} bytes`);
});

test("workers import no package: import maps do not reach them", () => {
  const { sources } = closure("src/runtime/worker-main.ts");
  const packages = imports.filter(
    ({ from, to, internal }) => sources.includes(from) && !internal && !to.startsWith("node:"),
  );
  assert.deepEqual(packages, []);
});
