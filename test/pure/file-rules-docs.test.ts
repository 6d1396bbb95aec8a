import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { undocumented, unknownErrors, unnamedErrors } from "../support/doc-rules.js";
import { readSources, repositoryRoot } from "../support/repository.js";

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
}

const manifest = JSON.parse(readFileSync(`${repositoryRoot}package.json`, "utf8")) as Manifest;
const sources = readSources("src");
const codes = new Set(
  [...(sources.get("src/base/error.ts") ?? "").matchAll(/^ {2}\| "([\w-]+)"/gm)].map(
    ([, code = ""]) => code,
  ),
);

describe("doc comments", () => {
  test("everything that the package exports has one, members and inherited members too", () => {
    const entries = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === "string" ? [] : [entry.types.replace("./", "")],
    );
    assert.equal(entries.length, Object.keys(manifest.exports).length - 1);
    assert.deepEqual(undocumented(readSources("dist/src"), entries), []);
  });

  test("exported functions and methods name the codes of the errors that they throw", () => {
    assert.deepEqual(unnamedErrors(sources), []);
  });

  test("the codes that they name exist", () => {
    assert.ok(codes.size > 20);
    assert.deepEqual(unknownErrors(sources, codes), []);
  });
});

describe("doc rules on made-up files", () => {
  const declarations = (text: string): Map<string, string> =>
    new Map([
      ["a.d.ts", 'export { A } from "./b.js";\n'],
      ["b.d.ts", text],
    ]);
  const problems = (text: string): string[] => undocumented(declarations(text), ["a.d.ts"]);

  test("a class, its members and what it inherits", () => {
    const base =
      "declare class B {\n    inherited(): void;\n    private hidden;\n    f(): void;\n}\n";
    const own =
      "export declare class A extends B {\n    constructor();\n    /** What. */\n    f(): void;\n    g(): void;\n}\n";
    assert.deepEqual(problems(base + own), [
      ...["b.d.ts: A", "b.d.ts: A.g"],
      ...["b.d.ts: B", "b.d.ts: B.inherited", "b.d.ts: B.f"],
    ]);
  });

  test("a comment of the interface will do for the class", () => {
    const face = "/** What. */\nexport interface I<T> {\n    /** What. */\n    f(): void;\n}\n";
    const own = "/** What. */\nexport declare class A implements I<string> {\n    f(): void;\n}\n";
    assert.deepEqual(problems(face + own), []);
  });

  test("functions in a constant object are documented where they are declared", () => {
    const made = "/** What. */\ndeclare function f(): void;\ndeclare function g(): void;\n";
    const own =
      "/** What. */\nexport declare const A: {\n    readonly f: typeof f;\n    readonly g: typeof g;\n};\n";
    assert.deepEqual(problems(made + own), ["b.d.ts: A.g"]);
  });

  const thrown = 'throw new VelumError({\n    code: "bad-shape",\n  });\n';
  const file = (text: string): Map<string, string> => new Map([["src/a.ts", text]]);

  for (const [name, text, expected] of [
    ["a function", `export function f() {\n  ${thrown}}\n`, ["src/a.ts: f throws bad-shape"]],
    ["a comment without it", `/** What. */\nexport async function f() {\n  ${thrown}}\n`, null],
    ["a comment with it", `/** Error \`bad-shape\`. */\nexport function f() {\n  ${thrown}}\n`, []],
    ["a function of the file's own", `function f() {\n  ${thrown}}\n`, []],
    ["a method", `class A {\n  get<T>(x: T) {\n    ${thrown}  }\n}\n`, null],
  ] as const) {
    test(`errors that are thrown: ${name}`, () => {
      const found = unnamedErrors(file(text));
      if (expected === null) assert.equal(found.length, 1);
      else assert.deepEqual(found, expected);
    });
  }

  test("errors that are promised", () => {
    const text = "/** Errors: `bad-shape`, `bad-shpae` for `x`. Takes `y`. */\n";
    assert.deepEqual(unknownErrors(file(text), new Set(["bad-shape", "x"])), [
      "src/a.ts:1 promises bad-shpae",
    ]);
  });
});
