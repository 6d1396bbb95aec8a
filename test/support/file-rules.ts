import { programLoader, randomnessFile } from "./import-table.js";
import { lineAt, readSource } from "./source-text.js";

type Sources = ReadonlyMap<string, string>;

const longest = 500;

const computedImport = "computed import: it hides an edge of the import graph";

const forbidden: readonly (readonly [RegExp, string])[] = [
  [/\bMath\s*\.\s*random\b/g, "Math.random: use a seeded generator, or base/random for secrets"],
  [/\bas\s+unknown\s+as\b/g, "as unknown as: give the value its type where it is made"],
  [/(?:[:<,|]\s*|\bas\s+)any\b(?!\s*[:(=.])/g, "the type any"],
  [/^[ \t]*export\s+default\b/gm, "default export: name it"],
  [/\bimport\s*\(\s*(?!["'\s])/g, computedImport],
];

/** Words that no file of `src/` may contain. */
export function forbiddenWords(sources: Sources): string[] {
  const problems: string[] = [];
  for (const [path, source] of sources) {
    const { bare } = readSource(source);
    for (const [pattern, problem] of forbidden) {
      if (path === programLoader && problem === computedImport) continue;
      for (const match of bare.matchAll(pattern)) {
        problems.push(`${path}:${lineAt(bare, match.index)} ${problem}`);
      }
    }
    for (const match of source.matchAll(/@ts-(?:ignore|nocheck|expect-error)/g)) {
      problems.push(`${path}:${lineAt(source, match.index)} ${match[0]}: mend the type`);
    }
  }
  return problems;
}

/** Platform randomness outside the one file that may ask for it. */
export function strayRandomness(sources: Sources): string[] {
  return [...sources]
    .filter(([path]) => path !== randomnessFile)
    .filter(([, source]) =>
      /\bgetRandomValues\b|["'](?:node:)?crypto["']|\brandomBytes\s*\(|\brandomUUID\b/.test(
        readSource(source).code,
      ),
    )
    .map(([path]) => `${path} asks the platform for randomness; only ${randomnessFile} may`);
}

/** Tests that start the native engine without asking whether this machine has one (`support/engines.ts`). */
export function unaskedNative(tests: Sources): string[] {
  return [...tests]
    .filter(([, source]) => /\bruntime:\s*"native"|"native"\]\s*as const/.test(source))
    .filter(([, source]) => !/\bfrom "\.\.\/support\/engines\.js"/.test(source))
    .map(([path]) => `${path} starts the native engine where there may be none`);
}

/** Files that only pass on what other files export, `index.ts` files in folders, and files that are too long. */
export function misshapenFiles(sources: Sources): string[] {
  const problems: string[] = [];
  for (const [path, source] of sources) {
    if (path !== "src/index.ts") {
      if (path.endsWith("/index.ts")) problems.push(`${path}: index.ts stands only in src`);
      else if (isBarrel(source)) problems.push(`${path} only passes on exports of other files`);
    }
    const lines = source.split("\n").length - 1;
    if (lines > longest) problems.push(`${path} has ${lines} lines, limit ${longest}`);
  }
  return problems;
}

function isBarrel(source: string): boolean {
  const { code } = readSource(source);
  const rest = code.replaceAll(/^[ \t]*export\b[^;"'=(]*\bfrom\s*["'][^"']+["'];?/gm, "");
  return code.trim() !== "" && rest.trim() === "";
}
