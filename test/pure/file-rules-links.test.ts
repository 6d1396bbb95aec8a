import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { describe, test } from "node:test";
import { deadLinks, deadPaths } from "../support/document-links.js";
import { readSources, repositoryRoot } from "../support/repository.js";

const exists = (path: string): boolean => existsSync(repositoryRoot + path);

/** A folder counts as an empty page. */
function read(path: string): string | undefined {
  if (!exists(path)) return undefined;
  return statSync(repositoryRoot + path).isDirectory()
    ? ""
    : readFileSync(repositoryRoot + path, "utf8");
}

function filesOf(folder: string, ending: RegExp): string[] {
  const names = readdirSync(repositoryRoot + folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => ending.test(name)).map((name) => `${folder}/${name}`);
}

const texts = (paths: readonly string[]): Map<string, string> =>
  new Map(paths.map((path) => [path, read(path) ?? ""]));
const pages = texts(["README.md", "CONTRIBUTING.md", ...filesOf("docs", /\.md$/)]);

describe("documents", () => {
  test("links lead somewhere", () => {
    assert.deepEqual(deadLinks(pages, read), []);
  });

  test("files that documents, sources, kernels and scripts name are there", () => {
    const others = [
      ...filesOf("kernels", /\.[ch]$/),
      ...filesOf("oracles", /\.(py|mjs)$/),
      ...filesOf("scripts", /\.mjs$/),
    ];
    const all = new Map([
      ...pages,
      ...readSources("src"),
      ...readSources("bench"),
      ...texts(others),
    ]);
    assert.deepEqual(deadPaths(all, exists), []);
  });
});

describe("dead links of made-up pages", () => {
  const files: Readonly<Record<string, string>> = {
    "docs/a.md": "# Some `code`, and more\n",
    "README.md": "",
  };

  for (const [link, dead] of [
    ["a.md", false],
    ["a.md#some-code-and-more", false],
    ["../README.md", false],
    ["https://example.org/b", false],
    ["b.md", true],
    ["a.md#other", true],
    ["#here", true],
  ] as const) {
    test(link, () => {
      const page = new Map([["docs/c.md", `One\n[two](${link})\n`]]);
      const found = deadLinks(page, (path) => (path === "docs/c.md" ? "" : files[path]));
      assert.deepEqual(found, dead ? [`docs/c.md:2 ${link}`] : []);
    });
  }

  test("paths", () => {
    const text = "see src/a.ts and `bench/NAME.ts`, not lib/src/b.ts;\nsrc/c.ts\n";
    const found = deadPaths(new Map([["x.md", text]]), (path) => path === "src/a.ts");
    assert.deepEqual(found, ["x.md:2 src/c.ts"]);
  });
});
